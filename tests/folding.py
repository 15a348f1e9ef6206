"""A ledger built from nothing: all movements of a campaign, from the items alone."""

from __future__ import annotations

from collections.abc import Iterable

from coupons.model.ledger import Movement
from infra.playing.folding import filed, of_line, recorded  # noqa: F401 - tests take it from here
from tests.world import World


def movements(world: World, campaign_id: str, merchant_ids: Iterable[str], days: Iterable[str]) -> list[Movement]:
    """All movements of a campaign that has lines under these merchants and days."""
    merchants, found = list(merchant_ids), recorded(world.services, campaign_id)
    for day in days:
        found += filed(world.services, campaign_id, merchants, day)
    return found

"""Incentives are stored with their programme, and what could have been earned stays."""

from __future__ import annotations

from typing import Any

import pytest

from coupons.operate.programme import apply
from coupons.refusals import TermsFrozen
from tests.points import incentives
from tests.programmes import parsed_programme
from tests.world import World, a_batch, campaign


def put(world: World, campaign_id: str = "season", **changes: Any) -> str:
    return apply(world.services, campaign_id, parsed_programme(**changes), world.now_s)[1]


def test_a_program_belongs_to_one_campaign(season: World) -> None:
    """For good: its accounts are of that campaign's zone and rules."""
    assert put(season, incentives=incentives()) == "created"
    assert season.services.programme_store.program_owner("sports-points") == "season"
    assert season.services.programme_store.program_owner("other") is None
    other = campaign(a_batch(batch_id="other"), campaign_id="other")
    assert (
        season.operator().send("PUT /admin/campaigns/{campaign_id}", {"campaign_id": "other"}, body=other).status == 201
    )
    empty: dict[str, Any] = {"facilities": [], "activities": [], "announcements": []}
    with pytest.raises(TermsFrozen, match="Points 'sports-points' belong to campaign 'season'"):
        put(season, "other", incentives=incentives(), **empty)


def test_a_revision_keeps_what_could_have_been_earned(season: World) -> None:
    """It is refused whole, with the place; what is free is stored."""
    put(season, incentives=incentives())
    with pytest.raises(TermsFrozen) as refusal:
        put(season, revision=1, incentives=incentives(caps=[]))
    assert refusal.value.differences[0]["place"] == "body.incentives.caps"
    assert put(season, revision=1, incentives=incentives(late_days=3)) == "updated"

"""Thirty days and three hundred people, through the handlers; `make nightly` plays three thousand."""

from __future__ import annotations

import os
from collections import Counter

import pytest

import count
from coupons.count.reads import season_statistics
from coupons.process.services import replace_services
from tests.bus import record, shards
from tests.season.document import CAMPAIGN_ID
from tests.season.season import Season

PEOPLE = int(os.environ.get("SEASON_PEOPLE", "300"))
SEED = int(os.environ.get("SEASON_SEED", "1"))


def counted(season: Season) -> dict[str, int]:
    """What live statistics say, when all items of the season have come from the streams, each of them twice."""
    world = season.town.world
    services = world.new_services()
    replace_services(services)
    for table, items in world.items().items():
        records = [record(item, table) for item in items] if table != "CatalogTable" else []
        for event in [*shards(records), *shards(records)]:
            count.handler(event, None)
    return dict(season_statistics(services, CAMPAIGN_ID, "batch", None, None, world.now_s).total)


def expected(season: Season) -> dict[str, int]:
    """What the books say."""
    lines = [line for filed in season.books.lines.values() for line in filed]
    amounts = ("discount_minor", "merchant_match_minor", "payable_minor")
    sums = {name: sum(getattr(line, name) for line in lines) for name in amounts}
    kinds = Counter(line.kind for line in lines)
    return {
        "claims": len(season.books.claims),
        "redemptions": kinds["redemption"],
        "reversals": kinds["reversal"],
        "discount_minor": sums["discount_minor"],
        "merchant_match_minor": sums["merchant_match_minor"],
        "consumption_minor": sum(sums.values()),
    }


@pytest.mark.timeout(1800)
def test_every_fen_of_a_season_is_accounted_for() -> None:
    """Every equation holds at every step and in the end; `pytest -s` shows the season."""
    season = Season(PEOPLE, SEED)
    season.play()
    assert counted(season).items() >= expected(season).items()
    print(season.table())  # noqa: T201 - for `pytest -s`

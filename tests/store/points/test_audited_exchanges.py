"""The audit of a program holds exchanges against claims, and what went back against the coupons that nobody used."""

from __future__ import annotations

from typing import Any

import pytest

from coupons.audit.programs import audit_program
from coupons.schedule.minute import run_schedule
from tests.store.points.conftest import PROGRAM, Club
from tests.store.points.test_give_back import void
from tests.world import World

LATER = "2020-11-30T12:00:00+08:00"
"""The coupons of the batch have ended, and it has expired."""


@pytest.fixture
def club(world: World, published: dict[Any, Any]) -> Club:
    """Ann and Bob have had a ball for 60 of their 100 points each."""
    world.client.restore(published)
    made = Club.opened(world, caps=[], bonuses=[])
    made.priced()
    for name in ("ann", "bob"):
        assert made.earn(f"e-{name}", name=name, quantity=20).json["points"] == 100
        assert made.world.citizen(name).put_claim("ball").status == 201
    return made


def schedule(club: Club) -> None:
    for _ in range(6):
        run_schedule(club.services, club.world.now_s, club.services.clock.monotonic_s() + 60)
        club.world.clock.advance(60)


def equations(club: Club) -> dict[str, bool]:
    """Those of the batch."""
    services = club.world.new_services()
    report = audit_program(services, PROGRAM, "", services.clock.monotonic_s() + 100)
    return {one.text.partition(": ")[2]: one.holds for one in report.equations if one.text.startswith("batch ball")}


def test_each_claim_has_its_exchange(club: Club) -> None:
    """And nothing has gone back."""
    assert equations(club) == {"exchanges 2 = claims 2": True, "points given back by entries 0 = by claims 0": True}


def test_points_of_a_voided_batch_are_all_back(club: Club) -> None:
    """Once it has expired, which waits for them."""
    void(club)
    schedule(club)
    club.at(LATER)
    schedule(club)
    assert equations(club) == {
        "exchanges 2 = claims 2": True,
        "points given back by entries 120 = by claims 120": True,
        "0 points of unused coupons not given back": True,
    }


def test_points_that_did_not_go_back_are_found(club: Club) -> None:
    """By the claim, which says what went back, and by the entry that is missing."""
    void(club)
    schedule(club)
    club.at(LATER)
    schedule(club)
    store, claims, points = club.world.client, club.world.settings["CLAIMS_TABLE"], club.world.settings["POINTS_TABLE"]
    whole = store.snapshot()
    claim = next(item for item in club.world.items()[claims] if item["sk"]["S"].startswith("CLAIM#"))
    store.put_item(TableName=claims, Item={name: value for name, value in claim.items() if name != "g"})
    failing = [text for text, holds in equations(club).items() if not holds]
    assert failing == ["points given back by entries 120 = by claims 60", "60 points of unused coupons not given back"]
    store.restore(whole)
    entry = next(item for item in club.world.items()[points] if item.get("k") == {"S": "exchange"})
    store.delete_item(TableName=points, Key={"pk": entry["pk"], "sk": entry["sk"]})
    assert [text for text, holds in equations(club).items() if not holds] == ["exchanges 1 = claims 2"]

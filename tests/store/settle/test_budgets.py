"""A campaign's money as operators see it: by funder, by batch, and every movement, page by page."""

from __future__ import annotations

from typing import Any

import pytest

from coupons.model.reserves import PendingReservation
from coupons.money import NOTHING, Amounts
from coupons.settle import budgets
from infra.virtual.store import Store
from tests.store.books import CLOSED, claim, of, redeem, rolling, tick
from tests.world import World

BUDGETS = "GET /admin/campaigns/{campaign_id}/budgets"


@pytest.fixture
def world() -> World:
    """Two of ten claimed, one redeemed, eight rolled over; the first day is closed."""
    made = World(Store())
    made.publish(rolling())
    [coupon_id, _] = claim(made, "ann", "bob")
    redeem(made, "ann", coupon_id)
    made.clock.set(CLOSED)
    tick(made, times=3)
    return made


def asked(world: World, cursor: str = "") -> Any:
    query = {"cursor": cursor} if cursor else None
    answer = world.operator().send(BUDGETS, {"campaign_id": "season"}, query=query)
    assert answer.status == 200, answer.text
    return answer.json


def parts(amounts: dict[str, int]) -> list[dict[str, Any]]:
    return [{"funder_id": name, "amount_minor": amount} for name, amount in amounts.items()]


def test_funders_and_batches_say_what_was_spent(world: World) -> None:
    """What each funder owes for closed days, by batch."""
    found = asked(world)
    assert [(f["reserved_minor"], f["spent_minor"]) for f in found["funders"]] == [
        (10_000, 500),
        (6_000, 300),
        (4_000, 200),
    ]
    pack, later = found["batches"]
    assert (pack["reserved"], pack["released"], pack["spent"]) == (parts(of(10)), parts(of(8)), parts(of(1)))
    assert (later["batch_id"], later["reserved"], later["released"], later["spent"]) == ("later", parts(of(18)), [], [])


def test_a_movement_says_where_it_came_from(world: World) -> None:
    """Its packs, its step and the later batch."""
    [rolled] = [one for one in asked(world)["movements"] if one["kind"] == "rollover"]
    assert rolled == {
        "key": "pack~000004~rollover",
        "kind": "rollover",
        "batch_id": "pack",
        "to_batch_id": "later",
        "step": "unclaimed",
        "packs": 8,
        "at": "2020-06-07T10:01:00+08:00",
        "amounts": parts(of(8)),
    }


def test_pages_of_movements_are_all_of_them_once(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each page begins after the last movement of the page before."""
    whole = [one["key"] for one in asked(world)["movements"]]
    assert len(whole) == 3
    monkeypatch.setattr(budgets, "PAGE_MOVEMENTS", 1)
    found, cursor = list[str](), ""
    for _ in range(len(whole)):
        page = asked(world, cursor)
        found += [one["key"] for one in page["movements"]]
        cursor = page["next"] or ""
    assert (found, cursor) == (whole, "")


@pytest.mark.parametrize("moving", ["pending", "owed"])
def test_a_movement_on_its_way_is_said(world: World, moving: str) -> None:
    """A reservation or a step of giving back that has not reached all funders."""
    assert [batch["on_its_way"] for batch in asked(world)["batches"]] == [False, False]
    read = world.services.reserves.get("later")
    one = Amounts({"city": 1})
    new = read.given(NOTHING, owed=one) if moving == "owed" else read.begun(PendingReservation(20, 1, 0, one))
    assert world.services.reserves.put("later", read, new)
    assert [batch["on_its_way"] for batch in asked(world)["batches"]] == [False, True]


def test_a_batch_that_is_only_declared_has_no_money(world: World) -> None:
    """Nothing was reserved for it."""
    fresh = World(Store())
    answer = fresh.operator().send("PUT /admin/campaigns/{campaign_id}", {"campaign_id": "season"}, body=rolling())
    assert answer.status == 201
    assert (asked(fresh)["batches"], asked(fresh)["movements"], asked(fresh)["next"]) == ([], [], None)

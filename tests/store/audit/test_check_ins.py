"""The audit of a batch that pays venues: marks, orders and lines hold each other, and each fault of one is named."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from coupons.schedule.minute import run_schedule
from coupons.stores import keys, slot_keys
from coupons.stores.attributes import decode, encode
from coupons.stores.keys import Key
from tests.court import DAY, facility, programme, row
from tests.door import NEXT_SLOT, arrive, at, book, open_door
from tests.store.audited import ask, texts, wrong
from tests.world import KEYS, World

MIDNIGHT = "2020-06-11T00:00:30+08:00"
SLOT_KEY, ORDER_KEY = slot_keys.slot("court", DAY, "0900"), keys.order("diner", "v-ann")
LINE_KEY = keys.line("diner", DAY, "v-ann")
MARK = "c:" + keys.person_text(KEYS.person("ann"))


@pytest.fixture
def books(world: World) -> World:
    """Ann and Bob came at nine, Bob's was reversed, Cyd at ten; Dan stayed away; the day is closed."""
    open_door(world)
    book(world, "ann", "bob")
    book(world, "cyd", "dan", slot_id=NEXT_SLOT)
    at(world)
    assert [arrive(world, name, f"v-{name}").status for name in ("ann", "bob")] == [201, 201]
    assert world.merchant().reverse("v-bob", "r-1", 4_000).status == 201
    at(world, "2020-06-10T10:00:00+08:00")
    assert arrive(world, "cyd", "v-cyd", slot_id=NEXT_SLOT).status == 201
    at(world, MIDNIGHT)
    run_schedule(world.services, world.now_s, world.clock.monotonic_s() + 60)
    return world


def change(world: World, table: str, key: Key, edit: Callable[[dict[str, Any]], object]) -> None:
    """The item at this key is another."""
    item = decode(world.client.get_item(TableName=table, Key=encode(key))["Item"])
    edit(item)
    world.client.put_item(TableName=table, Item=encode(item))


@pytest.mark.parametrize("of", ["courts", DAY, "campaign"])
def test_a_venues_books_in_order_are_good(books: World, of: str) -> None:
    """Of the batch, the day and the campaign; a reversed check-in is still marked, and who stayed away is not."""
    found = ask(books, of)
    assert (wrong(found), found["complete"]) == ([], True)
    if of == "courts":
        assert "persons marked in its slots 3 = check-ins 3" in texts(found)
        assert "places 3 carry the orders that keep them" in texts(found)
        assert "check-ins 3 <= quantity 26" in texts(found)


def test_they_are_good_when_its_money_went_back(books: World) -> None:
    """After its end nothing is counted as a claim, and what closed days did not spend is back."""
    for moment in ("2020-07-01T00:00:30+08:00", "2020-07-03T00:01:00+08:00"):
        at(books, moment)
        for _ in range(4):
            run_schedule(books.services, books.now_s, books.clock.monotonic_s() + 60)
    found = ask(books, "courts")
    assert wrong(found) == []
    assert [text for text in texts(found) if text.startswith("after the rest reserve")]


def test_check_ins_that_no_batch_pays_are_matched_too(world: World) -> None:
    """By the audit of their day."""
    open_door(world, **programme())
    book(world, "ann")
    assert arrive(at(world)).status == 201
    assert "check-ins that no batch pays: places 1 carry the orders that keep them" in texts(ask(world, DAY))
    assert wrong(ask(world, DAY)) == []
    change(world, "ClaimsTable", SLOT_KEY, lambda item: item.pop(MARK))
    (fault,) = wrong(ask(world, DAY))
    assert "names a place that is not marked" in fault


def test_a_slot_outside_the_batch_is_no_mark_of_it(world: World) -> None:
    """What another row of the same facility lets in is not counted."""
    rows = [row(to="10:00", subsidy_batch="courts"), row(**{"from": "10:00"})]
    open_door(world, facilities=[facility(schedule=rows)])
    book(world, "ann")
    book(world, "bob", slot_id=NEXT_SLOT)
    assert arrive(at(world)).status == 201
    at(world, "2020-06-10T10:00:00+08:00")
    assert arrive(world, "bob", "v-2", slot_id=NEXT_SLOT).json["reasons"] == ["no-subsidy"]
    assert "persons marked in its slots 1 = check-ins 1" in texts(ask(world, "courts"))
    assert wrong(ask(world, "courts")) == []


PLANTS: dict[str, tuple[str, Key, Callable[[dict[str, Any]], object], str]] = {
    "a mark is gone": ("ClaimsTable", SLOT_KEY, lambda item: item.pop(MARK), "not marked"),
    "a mark of another order": (
        "ClaimsTable",
        SLOT_KEY,
        lambda item: item.update({MARK: [b"x" * 16, item[MARK][1]]}),
        "marked by another order",
    ),
    "a mark of another time": (
        "ClaimsTable",
        SLOT_KEY,
        lambda item: item.update({MARK: [item[MARK][0], item[MARK][1] + 1]}),
        "used at another time",
    ),
    "a mark without an order": (
        "ClaimsTable",
        slot_keys.slot("court", DAY, "1000"),
        lambda item: item.update({"c:" + keys.person_text(KEYS.person("dan")): [b"x" * 16, 1]}),
        "persons marked in its slots 4 = check-ins 3",
    ),
    "the order of another booking": (
        "OrdersTable",
        ORDER_KEY,
        lambda item: item.update(coupon_id=KEYS.seal_booking(NEXT_SLOT, KEYS.person("ann"), 1)),
        "names a booking that is not of its slot",
    ),
    "the order of another slot": ("OrdersTable", ORDER_KEY, lambda item: item.update(slot_id=NEXT_SLOT), "differs"),
    "a line of more": ("OrdersTable", LINE_KEY, lambda item: item.update(discount_minor=2_001), "says 20.01"),
    "a damaged slot": ("ClaimsTable", SLOT_KEY, lambda item: item.update(taken=7), "items that can be read are all"),
}


@pytest.mark.parametrize(("table", "key", "edit", "named"), PLANTS.values(), ids=PLANTS)
def test_a_planted_fault_is_named(
    books: World, table: str, key: Key, edit: Callable[[dict[str, Any]], object], named: str
) -> None:
    """The audit of the batch is not good, and says what."""
    change(books, table, key, edit)
    assert any(named in text for text in wrong(ask(books, "courts"))), wrong(ask(books, "courts"))

"""A check-in: mark, order and line together or not at all, whatever comes in between."""

from __future__ import annotations

from typing import Any

import pytest

from coupons.model.orders import order_key
from coupons.process.services import replace_services
from coupons.sealing import BookingRef
from coupons.slots.days import slot_of
from tests.door import SLOT, arrive, at, book, checked_in, open_door, slot_code
from tests.store.faults import Faulty, Mortal, Overtaken, answer_lost, request_lost
from tests.world import KEYS, World

ANN = KEYS.person("ann")


@pytest.fixture
def door(world: World) -> World:
    """Ann and Bob have booked the slot at nine, and it is nine."""
    open_door(world)
    book(world, "ann", "bob")
    return at(world)


def through(world: World, client: Any) -> World:
    """The same stack, whose next requests go through `client`."""
    replace_services(world.new_services(client=client))
    return world


def stored(world: World) -> tuple[dict[bytes, bytes], list[str], list[str]]:
    """Who is marked by which order, the numbers of the orders, and of the lines."""
    record = world.services.slots.get(slot_of(world.services, SLOT))
    items = world.items()["OrdersTable"]
    orders = [item["order_no"]["S"] for item in items if item["sk"]["S"] == "ORDER"]
    lines = [item["order_no"]["S"] for item in items if "kind" in item]
    return {person: mark.order for person, mark in record.checked_in.items()}, orders, lines


def is_whole(world: World, *numbers: str) -> bool:
    marks, orders, lines = stored(world)
    assert sorted(orders) == sorted(lines) == sorted(numbers)
    assert sorted(marks.values()) == sorted(order_key("diner", number) for number in numbers)
    return True


def test_the_three_items_name_each_other(door: World) -> None:
    """The mark is the order's key, the order and its line the booking's id and the slot."""
    assert arrive(door).json == checked_in()
    assert is_whole(door, "v-1")
    order = door.services.orders.get("diner", "v-1")
    assert order is not None
    assert KEYS.open_booking(order.coupon_id) == (BookingRef(SLOT, ANN), 1)
    assert order.slot_id == SLOT
    (line,) = door.services.orders.lines_of_order("diner", "2020-06-10", "v-1")
    assert (line.slot_id, line.coupon_id, line.batch_id) == (SLOT, order.coupon_id, "courts")


def test_a_number_is_used_once(door: World) -> None:
    """Two people under one number at once: one is let in, the other number is another's."""
    overtaken = Overtaken(door.client, "transact_write_items", "#mark", lambda: arrive(door, "bob"))
    assert arrive(through(door, overtaken), "ann").slug == "order-conflict"
    assert is_whole(door, "v-1")
    order = door.services.orders.get("diner", "v-1")
    assert order is not None
    assert not door.services.tries([door.services.orders.check_in(order)]), "on another day no line refuses it"


def test_a_mark_is_made_in_the_record_that_was_read(door: World) -> None:
    """One person under two numbers at once: the venue is paid once."""
    overtaken = Overtaken(door.client, "transact_write_items", "#mark", lambda: arrive(door, "ann", "v-2"))
    assert arrive(through(door, overtaken), "ann", "v-1").slug == "coupon-not-usable"
    assert is_whole(door, "v-2")


@pytest.mark.parametrize("name", ["ann", "bob"])
def test_others_in_between_are_no_hindrance(door: World, name: str) -> None:
    """A twin of the request is a repeat, and another person's check-in only costs another attempt."""
    overtaken = Overtaken(door.client, "transact_write_items", "#mark", lambda: arrive(door, name, f"v-{name}"))
    answered = arrive(through(door, overtaken), "ann", "v-ann")
    assert (answered.status, answered.is_replay) == ((200, True) if name == "ann" else (201, False))
    assert is_whole(door, *{"v-ann", f"v-{name}"})


def test_who_is_cancelled_in_between_is_not_let_in(door: World) -> None:
    """The venue's cancel that comes first is final."""

    def cancel() -> None:
        path = {"slot_id": SLOT}
        assert door.operator().send("PUT /admin/slots/{slot_id}", path, body={"cancelled": "Rain"}).status == 200

    overtaken = Overtaken(door.client, "transact_write_items", "#mark", cancel)
    assert arrive(through(door, overtaken)).slug == "stopped"
    assert is_whole(door)


@pytest.mark.parametrize("fault", [answer_lost, request_lost])
def test_a_lost_answer_is_found_by_the_repeat(door: World, fault: Any) -> None:
    """Applied or not, the same number and person are let in once, also by a code of a minute ago."""
    old = slot_code(door)
    faulty = Faulty(door.client, "transact_write_items", fault)
    assert arrive(through(door, faulty), code=old).slug in ("", "busy")
    again = arrive(through(door, door.client), code=old)
    assert again.status in (200, 201)
    assert again.json == checked_in()
    assert is_whole(door, "v-1")


@pytest.mark.parametrize("applied", [True, False])
def test_a_killed_check_in_is_whole_or_not_there(door: World, *, applied: bool) -> None:
    """A till that died sends it again."""
    assert arrive(through(door, Mortal(door.client, 1, applied=applied, word="#mark"))).status == 500
    assert is_whole(door, *(["v-1"] if applied else []))
    assert arrive(through(door, door.client)).json == checked_in()
    assert is_whole(door, "v-1")


def test_an_answer_of_before_outlives_the_slot(door: World) -> None:
    """A repeat is answered although the venue has cancelled the slot since."""
    assert arrive(door).status == 201
    door.operator().send("PUT /admin/slots/{slot_id}", {"slot_id": SLOT}, body={"cancelled": "Rain"})
    again = arrive(door)
    assert (again.status, again.json) == (200, checked_in())


def test_a_reversal_leaves_the_mark(door: World) -> None:
    """Order and line alone: the person was there, and nobody else has the place."""
    arrive(door)
    before = door.items()["ClaimsTable"]
    assert door.merchant().reverse("v-1", "r-1", 4_000).status == 201
    assert door.merchant().reverse("v-1", "r-1", 4_000).is_replay
    assert door.items()["ClaimsTable"] == before
    assert arrive(door).json == checked_in()
    assert arrive(door, checkin_no="v-2").slug == "coupon-not-usable"
    back = door.services.orders.lines_of_order("diner", "2020-06-10", "v-1")[1]
    assert (back.kind, back.slot_id, back.amounts.discount_minor, back.reasons) == ("reversal", SLOT, -2_000, ())


def test_reversals_in_parts_give_all_of_the_subsidy_back(door: World) -> None:
    """Pro rata of what the person paid, to the last fen."""
    arrive(door)
    parts = [door.merchant().reverse("v-1", f"r-{n}", minor) for n, minor in enumerate((1, 1_999, 2_000))]
    assert [part.status for part in parts] == [201, 201, 201]
    assert sum(part.json["discount_minor"] for part in parts) == 2_000
    assert door.merchant().reverse("v-1", "r-9", 1).slug == "reversal-not-allowed"

"""Late scans: which redemptions are late, and the places of a day that they take."""

from __future__ import annotations

from typing import Any

import pytest

from coupons.model.orders import Order
from coupons.model.scans import LATE_MAX_S, Scanned
from coupons.process.services import Services
from coupons.sealing import CODE_LIFE_S, CouponRef
from coupons.stores import keys
from coupons.stores.dynamodb import TransactionFailed
from coupons.till import holds, redemptions
from tests.editing import allow_late_scans
from tests.store.faults import Overtaken
from tests.world import KEYS, World, order

DAY = "2020-06-06"
REF = CouponRef(1, KEYS.person("ann"), 0)
NOW_S = 1_591_408_800


def taken(world: World, day: str = DAY) -> int:
    """Places of the diner's day."""
    item = world.services.orders._table.get(keys.late_scans("diner", day), dict, consistent=True)
    return int(item["taken"]) if item else 0


def take(world: World, late_max: int) -> bool:
    try:
        world.services.transact([world.services.orders.count_late("diner", DAY, late_max)])
    except TransactionFailed:
        return False
    return True


def test_places_are_taken_to_the_last(world: World) -> None:
    """Two of two are taken; a third when three are allowed; none when fewer are allowed than were taken."""
    assert [take(world, 2) for _ in range(3)] == [True, True, False]
    assert [take(world, 3), take(world, 3), take(world, 1)] == [True, False, False]
    assert taken(world) == 3


@pytest.mark.parametrize(
    ("scanned", "scanned_s_ago", "late"),
    [
        (Scanned("", REF, NOW_S - CODE_LIFE_S), None, False),
        (Scanned("", REF, NOW_S - CODE_LIFE_S), 1, True),
        (Scanned("", REF, NOW_S - CODE_LIFE_S), CODE_LIFE_S, True),
        (Scanned("", REF, NOW_S - CODE_LIFE_S + 1), CODE_LIFE_S - 1, False),
        (Scanned("", REF, NOW_S), LATE_MAX_S, False),
        (Scanned("", REF, print_no=1), CODE_LIFE_S + 1, True),
        (Scanned("", REF, print_no=1), CODE_LIFE_S, False),
        (Scanned("", REF, print_no=1), None, False),
    ],
)
def test_late_is_what_would_be_refused_as_it_stands_now(
    scanned: Scanned, scanned_s_ago: int | None, late: bool
) -> None:
    """A code a minute old, or a print scanned more than a minute ago, and only if the till states the scan's time."""
    sent = scanned.sent(None if scanned_s_ago is None else NOW_S - scanned_s_ago, NOW_S)
    assert sent.is_late == late
    assert sent.judged_at_s(NOW_S) == (max(NOW_S - (scanned_s_ago or 0), scanned.issued_at_s) if late else NOW_S)


@pytest.fixture
def shop(season: World) -> World:
    """A diner that may send two scans late a day, and four people with a pack."""
    allow_late_scans(2)
    for name in ("ann", "bob", "cat", "dan"):
        assert season.citizen(name).put_claim("pack").status == 201
    return season


def code(world: World, name: str) -> str:
    batch = world.services.cache.batch("pack")
    return KEYS.seal_code(CouponRef(batch.number, KEYS.person(name), 0), world.now_s)


def send(world: World, order_no: str, shown: str, scanned_at: str = "2020-06-06T10:00:00+08:00", **more: Any) -> str:
    """`201`, with `late` if it was; or the slug with its reason."""
    answered = world.merchant().redeem(order_no, shown, order(), scanned_at=scanned_at, **more)
    if answered.slug:
        return " ".join(filter(None, (answered.slug, answered.json.get("reason", ""))))
    return f"{answered.status}{' late' if answered.json['late'] else ''}"


def test_a_place_is_taken_by_what_is_late_and_nothing_else(shop: World) -> None:
    """A fresh code with the time of its scan, a repeat, a refusal and a live hold take no place."""
    codes = {name: code(shop, name) for name in ("ann", "bob", "cat", "dan")}
    hold = {"code": codes["dan"], "order": order(), "ttl_s": 600}
    assert shop.merchant().send("PUT /orders/{order_no}/hold", {"order_no": "o-dan"}, body=hold).status == 201
    assert (send(shop, "o-ann", codes["ann"]), taken(shop)) == ("201", 0)
    shop.clock.advance(60)
    assert (send(shop, "o-ann", codes["ann"]), send(shop, "o-2", codes["ann"])) == ("200", "coupon-not-usable")
    assert (send(shop, "o-dan", codes["dan"]), taken(shop)) == ("201", 0)
    assert [send(shop, "o-bob", codes["bob"]) for _ in range(2)] == ["201 late", "200 late"]
    assert taken(shop) == 1
    shop.merchant().reverse("o-bob", "r-1", 4000)
    assert (send(shop, "o-cat", codes["cat"]), taken(shop)) == ("201 late", 2)


def test_places_are_of_the_day_on_which_a_scan_arrives(shop: World) -> None:
    """A scan before midnight that is sent after it takes a place of the new day, as its line does."""
    shop.clock.set("2020-06-06T23:59:59+08:00")
    codes = {name: code(shop, name) for name in ("ann", "bob", "cat")}
    scanned_at = "2020-06-06T23:59:59+08:00"
    shop.clock.advance(60)
    assert [send(shop, f"o-{name}", shown, scanned_at) for name, shown in codes.items()] == [
        "201 late",
        "201 late",
        "code-expired late-limit",
    ]
    assert (taken(shop), taken(shop, "2020-06-07")) == (0, 2)


def test_a_hold_that_lands_meanwhile_makes_it_no_late_scan(shop: World) -> None:
    """The order redeems what it holds: no place is taken, and the line is not late."""
    shown = code(shop, "ann")
    shop.clock.advance(60)

    def hold() -> None:
        by = {"code": code(shop, "ann"), "ttl_s": 600, "now_s": shop.now_s}
        holds.hold(shop.services, "diner", "o-ann", Order.model_validate(order()), **by)

    services = shop.new_services(client=Overtaken(shop.client, "transact_write_items", "", hold))
    by = {"code": shown, "scanned_at_s": shop.now_s - 60, "now_s": shop.now_s}
    assert not redemptions.redeem(services, "diner", "o-ann", Order.model_validate(order()), **by)[0].late
    assert taken(shop) == 0


def test_the_last_place_of_a_twin_is_a_repeat(shop: World) -> None:
    """Two scans of one order at once, one place left: the second is a repeat of the first, not refused by the limit."""
    codes = {name: code(shop, name) for name in ("ann", "bob")}
    shop.clock.advance(60)
    told: list[bool] = []

    def redeem(services: Services, name: str) -> None:
        by = {"code": codes[name], "scanned_at_s": shop.now_s - 60, "now_s": shop.now_s}
        told.append(redemptions.redeem(services, "diner", f"o-{name}", Order.model_validate(order()), **by)[2])

    redeem(shop.services, "bob")
    late = Overtaken(shop.client, "transact_write_items", "", lambda: redeem(shop.services, "ann"))
    redeem(shop.new_services(client=late), "ann")
    assert told == [False, False, True]
    assert taken(shop) == 2

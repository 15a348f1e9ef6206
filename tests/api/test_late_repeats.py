"""Late repeats, and clocks that differ by seconds: no person and no till loses anything."""

from __future__ import annotations

import pytest

from coupons.process.services import PATIENT_ATTEMPTS, replace_services
from coupons.schedule.due_list import read_due
from coupons.schedule.minute import run_schedule
from infra.virtual.store import Store
from tests.store.faults import Faulty, first, throttled
from tests.world import OPENING, Answered, Person, World, a_batch, campaign, order, terms

BOOKING = {"opens_at": "2020-06-05T00:00:00+08:00", "closes_at": OPENING}
HOLD = "PUT /orders/{order_no}/hold"


@pytest.fixture
def world() -> World:
    made = World(Store())
    made.publish(campaign(a_batch(booking=BOOKING)))
    return made


def scanned(world: World) -> tuple[Person, str]:
    """A code of Ann's coupon, issued at the opening."""
    ann = world.citizen("ann")
    return ann, ann.code(ann.put_claim("pack").json["coupons"][0]["coupon_id"])


def test_a_booking_is_repeated_after_its_window(world: World) -> None:
    """A person who booked gets the same response; another is refused as closed."""
    put, path = "PUT /batches/{batch_id}/booking", {"batch_id": "pack"}
    world.clock.set("2020-06-05T10:00:00+08:00")
    first = world.citizen("ann").send(put, path)
    world.clock.set(OPENING)
    again = world.citizen("ann").send(put, path)
    assert (again.status, again.is_replay, again.json) == (200, True, first.json)
    assert world.citizen("bo").send(put, path).slug == "closed"


def test_a_hold_is_repeated_after_its_redemption(world: World) -> None:
    """The repeat returns the first hold, though the code is too old and the order is redeemed."""
    _, code = scanned(world)
    body = {"code": code, "order": order(), "ttl_s": 300}
    first = world.merchant().send(HOLD, {"order_no": "o-1"}, body=body)
    assert world.merchant().redeem("o-1", None, order()).status == 201
    world.clock.advance(120)
    again = world.merchant().send(HOLD, {"order_no": "o-1"}, body=body)
    assert (again.status, again.is_replay, again.json) == (200, True, first.json)


@pytest.mark.parametrize(("after_s", "status"), [(59, 201), (60, 404)])
def test_a_hold_is_redeemed_without_a_code_until_its_deadline(world: World, after_s: int, status: int) -> None:
    """From the deadline on the shop needs a fresh code."""
    ann, code = scanned(world)
    world.merchant().send(HOLD, {"order_no": "o-1"}, body={"code": code, "order": order(), "ttl_s": 60})
    world.clock.advance(after_s)
    assert world.merchant().redeem("o-1", None, order()).status == status
    if status == 404:
        coupon_id = ann.send("GET /wallet").json["coupons"][0]["coupon_id"]
        assert world.merchant().redeem("o-1", ann.code(coupon_id), order()).status == 201


def test_a_redeemed_order_with_other_content_is_a_conflict_without_a_code_too(world: World) -> None:
    """The order never held the coupon, so no hold has lapsed."""
    _, code = scanned(world)
    world.merchant().redeem("o-1", code, order())
    assert world.merchant().redeem("o-1", None, order(7_000)).slug == "order-conflict"


@pytest.mark.parametrize(("behind_s", "status"), [(5, 201), (6, 409)])
def test_a_till_may_be_five_seconds_behind(world: World, behind_s: int, status: int) -> None:
    """A code that was issued a second in the future is not refused as too old."""
    ann, _ = scanned(world)
    world.clock.advance(60)
    code = ann.code(ann.send("GET /wallet").json["coupons"][0]["coupon_id"])
    world.clock.advance(-behind_s)
    assert world.merchant().redeem("o-1", code, order()).status == status


def test_the_last_reversal_is_always_taken(world: World) -> None:
    """After a hundred partial reversals only a reversal of the whole rest is accepted."""
    _, code = scanned(world)
    till = world.merchant()
    till.redeem("o-1", code, order())
    for number in range(100):
        assert till.reverse("o-1", f"r-{number}", 1).status == 201
    assert till.reverse("o-1", "part", 1).slug == "reversal-not-allowed"
    assert till.reverse("o-1", "rest", 3_900).json["coupon_returned"]


def test_a_busy_batch_leaves_the_others_to_the_schedule(world: World) -> None:
    """The other batches are done, and the schedule is called again at once."""
    world.publish(campaign(a_batch("next"), campaign_id="other"))
    world.clock.set("2020-06-07T10:00:00+08:00")
    read_due(world.services, world.now_s)
    services = world.new_services(client=Faulty(world.client, "update_item", *[throttled] * PATIENT_ATTEMPTS))
    report = run_schedule(services, world.now_s, float("inf"))
    assert report.more
    assert {done["batch_id"] for done in report.did} == {"pack"}


def test_counts_of_refusals_are_written_with_a_claim_too(world: World) -> None:
    """The counts are written five seconds after the last time, by a successful claim too."""
    world.clock.set("2020-06-06T09:59:59+08:00")
    world.citizen("ann").put_claim("pack")
    world.clock.advance(6)
    assert world.citizen("ann").put_claim("pack").status == 201
    assert world.services.refusal_counts.refused("pack") == {"not-open": 1}


def test_a_hold_that_lands_within_its_redemption_is_repeated_too(world: World) -> None:
    """A redemption that overlaps its hold keeps the hold's deadline, so a repeated hold is recognised."""
    _, code = scanned(world)
    body = {"code": code, "order": order(), "ttl_s": 300}
    held: list[Answered] = []

    def hold() -> None:
        replace_services(world.services)
        held.append(world.merchant().send(HOLD, {"order_no": "o-1"}, body=body))

    overtaken = world.new_services(client=Faulty(world.client, "transact_write_items", first(hold)))
    replace_services(overtaken)
    assert world.merchant().redeem("o-1", code, order()).status == 201
    again = world.merchant().send(HOLD, {"order_no": "o-1"}, body=body)
    assert (again.status, again.is_replay, again.json) == (200, True, held[0].json)


def test_a_cancel_that_meets_its_hold_frees_the_coupon(world: World) -> None:
    """A release that overlaps its hold releases the coupon too."""
    _, code = scanned(world)
    body = {"code": code, "order": order(), "ttl_s": 300}

    def hold() -> None:
        replace_services(world.services)
        assert world.merchant().send(HOLD, {"order_no": "o-1"}, body=body).status == 201

    replace_services(world.new_services(client=Faulty(world.client, "put_item", first(hold))))
    cancelled = world.merchant().send("DELETE /orders/{order_no}/hold", {"order_no": "o-1"})
    assert (cancelled.status, cancelled.is_replay) == (200, False)
    assert world.merchant().redeem("o-2", code, order()).status == 201
    assert world.merchant().redeem("o-1", code, order()).slug == "order-conflict"


def test_a_cancel_of_a_lapsed_hold_leaves_the_coupon_where_it_is(world: World) -> None:
    """Another order has the coupon by now; only the order of the hold is closed."""
    _, code = scanned(world)
    till = world.merchant()
    till.send(HOLD, {"order_no": "o-1"}, body={"code": code, "order": order(), "ttl_s": 1})
    world.clock.advance(1)
    till.send(HOLD, {"order_no": "o-2"}, body={"code": code, "order": order(), "ttl_s": 300})
    assert till.send("DELETE /orders/{order_no}/hold", {"order_no": "o-1"}).status == 200
    assert till.redeem("o-1", code, order()).slug == "order-conflict"
    assert till.redeem("o-2", None, order()).status == 201


@pytest.mark.parametrize(("after_s", "payable_minor"), [(59, 4_000), (60, 4_500)])
def test_an_order_pays_what_its_hold_said(after_s: int, payable_minor: int) -> None:
    """Until its deadline the hold's amounts count, though the match falls to half meanwhile; a repeat says the same."""
    world = World(Store())
    halved = [*terms()["merchant_match"], {"starts_at": "2020-06-06T10:00:01+08:00", "basis_points": 5_000}]
    world.publish(campaign(terms=[terms(merchant_match=halved)]))
    ann, code = scanned(world)
    body = {"code": code, "order": order(), "ttl_s": 60}
    first = world.merchant().send(HOLD, {"order_no": "o-1"}, body=body)
    world.clock.advance(after_s)
    fresh = ann.code(first.json["coupon_id"])
    assert world.merchant().redeem("o-1", fresh, order()).json["payable_minor"] == payable_minor
    again = world.merchant().send(HOLD, {"order_no": "o-1"}, body=body)
    assert again.json["payable_minor"] == payable_minor
    assert (again.json == first.json) == (after_s < 60)

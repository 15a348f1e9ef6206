"""Check-in at a venue: a person used a place, and the venue is paid for it; its codes are no coupons' codes."""

from __future__ import annotations

from coupons.sealing import CouponRef
from tests.api.cases import FIRST, REPLAY, case, opened
from tests.api.redeem_cases import HOLD, QUOTE, REDEEM, hold, quote
from tests.api.reverse_cases import REVERSE
from tests.api.slot_cases import decide, is_in, show
from tests.api.stage import Stage
from tests.court import programme, rule
from tests.door import (
    BEGINS,
    CHECK_IN,
    CLOSES,
    NEXT_SLOT,
    OPENS,
    SLOT,
    arrive,
    at,
    book,
    checked_in,
    open_door,
    season,
    slot_code,
    unpaid,
)
from tests.editing import edit_merchant, register
from tests.points import incentives
from tests.world import KEYS, Answered, order

PUT, GET = f"PUT {CHECK_IN}", f"GET {CHECK_IN}"
NUMBER = {"slot_id": SLOT, "checkin_no": "v-1"}


def door(s: Stage, *names: str) -> Stage:
    """These people have booked the slot at nine, and it is nine."""
    open_door(s)
    book(s, *(names or ("ann",)))
    at(s)
    return s


def used(s: Stage) -> Stage:
    """Ann was let in at nine, under v-1; Bob booked too."""
    assert arrive(door(s, "ann", "bob")).status == 201
    return s


# Codes of another kind


@case(QUOTE, 400, "code-invalid", facts={"reason": "slot-code"})
def a_quote_for_a_slots_code(s: Stage) -> Answered:
    return quote(opened(s), slot_code(s))


@case(HOLD, 400, "code-invalid", facts={"reason": "slot-code"})
def a_hold_by_a_slots_code(s: Stage) -> Answered:
    return hold(opened(s), slot_code(s))


@case(REDEEM, 400, "code-invalid", facts={"reason": "slot-code"})
def a_redemption_by_a_slots_code(s: Stage) -> Answered:
    return opened(s).merchant().redeem("o-1", slot_code(s), order())


@case(PUT, 400, "code-invalid", facts={"reason": "coupon-code"})
def a_check_in_by_a_coupons_code(s: Stage) -> Answered:
    return arrive(door(s), code=KEYS.seal_code(CouponRef(7, KEYS.person("ann"), 0), s.now_s))


@case(PUT, 400, "code-invalid", facts={"reason": "coupon-code"})
def a_check_in_by_a_coupon_on_paper(s: Stage) -> Answered:
    return arrive(door(s), code=KEYS.seal_print(CouponRef(7, KEYS.person("ann"), 0), 1))


@case(PUT, 400, "code-invalid", facts={"reason": "unknown"})
def a_check_in_by_no_code_of_ours(s: Stage) -> Answered:
    return arrive(door(s), code="s" + "A" * 120)


@case(PUT, 400, "code-invalid", facts={"reason": "other-slot"})
def a_check_in_by_the_code_of_another_slot(s: Stage) -> Answered:
    return arrive(door(s), code=slot_code(s, slot_id=NEXT_SLOT))


@case(PUT, 400, "code-invalid", facts={"reason": "other-slot"})
def a_check_in_by_another_merchant(s: Stage) -> Answered:
    door(s)
    register("tea-house")
    return arrive(s, merchant_id="tea-house")


# Checking in


@case(PUT, 201, body=checked_in(), headers=FIRST)
def a_person_is_let_in(s: Stage) -> Answered:
    return arrive(door(s))


@case(PUT, 200, body=checked_in(), headers=REPLAY)
def the_same_check_in(s: Stage) -> Answered:
    return arrive(used(s))


@case(PUT, 200, body=checked_in(), headers=REPLAY)
def the_same_check_in_after_its_time_by_an_old_code(s: Stage) -> Answered:
    old = slot_code(used(s))
    return arrive(at(s, "2020-06-12T09:00:00+08:00"), code=old)


@case(PUT, 201, body=checked_in(checked_in_at=OPENS))
def the_first_second_of_check_in(s: Stage) -> Answered:
    return arrive(at(door(s), OPENS))


@case(PUT, 201, body=checked_in(checked_in_at="2020-06-10T09:14:59+08:00"))
def the_last_second_of_check_in(s: Stage) -> Answered:
    return arrive(at(door(s), "2020-06-10T09:14:59+08:00"))


@case(PUT, 201, body=unpaid("window"))
def the_terms_do_not_pay_that_day(s: Stage) -> Answered:
    open_door(s, season(blackout_dates=["2020-06-10"]))
    book(s, "ann")
    return arrive(at(s))


@case(PUT, 201, body=unpaid("no-subsidy"))
def no_batch_pays_for_the_slot(s: Stage) -> Answered:
    open_door(s, **programme())
    book(s, "ann")
    return arrive(at(s))


# Refusals, in the contract's order


@case(PUT, 404, "not-found", detail="This person has not booked this slot.")
def who_has_not_booked(s: Stage) -> Answered:
    return arrive(door(s, "bob"))


@case(PUT, 404, "not-found", detail="This person waits for this slot, and has no place.")
def who_only_waits(s: Stage) -> Answered:
    open_door(s)
    book(s, "bob", "cyd")
    s.citizen("ann").send("PUT /slots/{slot_id}/waiting", {"slot_id": SLOT}, body={})
    return arrive(at(s))


@case(PUT, 404, "not-found", detail="Nobody is checked in here.")
def a_check_in_where_nobody_is_checked_in(s: Stage) -> Answered:
    open_door(s, booking_rules=[rule(check_in=None)])
    book(s, "ann")
    return arrive(at(s))


@case(PUT, 404, "not-found")
def a_check_in_to_no_slot(s: Stage) -> Answered:
    return arrive(door(s), slot_id="court.2020-06-10.0930")


@case(PUT, 409, "not-open", facts={"opens_at": OPENS, "retry_after_s": 1}, headers={"retry-after": "1"})
def a_second_too_early(s: Stage) -> Answered:
    return arrive(at(door(s), "2020-06-10T08:29:59+08:00"))


@case(PUT, 409, "closed", facts={"closed_at": CLOSES})
def a_second_too_late(s: Stage) -> Answered:
    return arrive(at(door(s), CLOSES))


@case(PUT, 409, "closed", facts={"closed_at": CLOSES})
def too_late_under_another_number(s: Stage) -> Answered:
    return arrive(at(used(s), CLOSES), checkin_no="v-2")


@case(PUT, 409, "stopped", detail="This slot was cancelled: Rain")
def a_check_in_to_a_cancelled_slot(s: Stage) -> Answered:
    decide(door(s), cancelled="Rain")
    return arrive(s)


@case(PUT, 409, "code-expired", facts={"expired_at": "2020-06-10T09:01:00+08:00"})
def a_check_in_by_an_old_code(s: Stage) -> Answered:
    old = slot_code(door(s))
    s.clock.advance(60)
    return arrive(s, code=old)


@case(PUT, 409, "order-conflict", detail="Order 'v-1' already carries something else.")
def the_number_of_another_person(s: Stage) -> Answered:
    return arrive(used(s), "bob")


@case(PUT, 409, "order-conflict")
def the_number_of_an_order(s: Stage) -> Answered:
    open_door(s)
    book(s, "ann")
    coupon_id = s.citizen("ann").put_claim("pack").json["coupons"][0]["coupon_id"]
    assert s.merchant().redeem("v-1", s.citizen("ann").code(coupon_id), order()).status == 201
    return arrive(at(s))


@case(REDEEM, 409, "order-conflict")
def a_redemption_under_a_check_ins_number(s: Stage) -> Answered:
    return used(s).merchant().redeem("v-1", None, order())


@case(PUT, 409, "coupon-not-usable", facts={"coupon_status": "redeemed", "expires_at": CLOSES})
def the_same_person_under_another_number(s: Stage) -> Answered:
    return arrive(used(s), checkin_no="v-2")


@case(PUT, 422, "order-not-eligible", facts={"reasons": ["merchant"]})
def a_check_in_by_a_suspended_merchant(s: Stage) -> Answered:
    edit_merchant(door(s).operator(), "diner", suspended=True)
    return arrive(s)


# Reading and reversing


@case(GET, 200, body=checked_in())
def reading_a_check_in(s: Stage) -> Answered:
    return used(s).merchant().send(GET, NUMBER)


@case(GET, 404, "not-found")
def reading_a_check_in_of_another_slot(s: Stage) -> Answered:
    return used(s).merchant().send(GET, {**NUMBER, "slot_id": NEXT_SLOT})


@case(GET, 404, "not-found")
def reading_another_merchants_check_in(s: Stage) -> Answered:
    register("tea-house")
    return used(s).merchant("tea-house").send(GET, NUMBER)


@case(
    REVERSE,
    201,
    body={
        "order_no": "v-1",
        "reversal_no": "r-1",
        "amount_minor": 4_000,
        "discount_minor": 2_000,
        "merchant_match_minor": 0,
        "funding": checked_in()["funding"],
        "reversed_at": BEGINS,
        "coupon_returned": False,
    },
)
def a_check_in_is_reversed(s: Stage) -> Answered:
    return used(s).merchant().reverse("v-1", "r-1", 4_000)


@case("GET /points", 200, body=lambda text: '"kind":"correct"' in text)
def a_visit_earns_and_its_reversal_corrects_it(s: Stage) -> Answered:
    open_door(s, incentives=incentives())
    book(s, "ann")
    assert arrive(at(s)).status == 201
    assert s.merchant().reverse("v-1", "r-1", 4_000).status == 201
    return s.citizen("ann").send("GET /points")


@case("GET /slots/{slot_id}/booking", 200, body=is_in("ann", "booked", checked_in_at=BEGINS))
def the_person_is_marked_after_a_reversal(s: Stage) -> Answered:
    used(s).merchant().reverse("v-1", "r-1", 4_000)
    return s.citizen("ann").send("GET /slots/{slot_id}/booking", {"slot_id": SLOT})


@case(
    "DELETE /slots/{slot_id}/booking",
    409,
    "closed",
    facts={"closed_at": "2020-06-10T08:00:00+08:00"},
    detail="You have used this slot.",
)
def who_was_let_in_cannot_give_it_back(s: Stage) -> Answered:
    return used(s).citizen("ann").send("DELETE /slots/{slot_id}/booking", {"slot_id": SLOT})


@case("POST /slots/{slot_id}/code", 200, body=lambda text: '"expires_at":"2020-06-10T09:01:00+08:00"' in text)
def a_code_after_check_in(s: Stage) -> Answered:
    return show(used(s))


@case("GET /facilities/{facility_id}/bookings", 200, body=lambda text: '"booked":2,"waiting":0,"checked_in":1' in text)
def the_venue_sees_how_many_are_in(s: Stage) -> Answered:
    day = {"day": "2020-06-10"}
    return used(s).merchant().send("GET /facilities/{facility_id}/bookings", {"facility_id": "court"}, query=day)

"""When and where a coupon can be used: hours of the week, blackout dates, a delayed start, late scans, districts."""

from __future__ import annotations

from typing import Any

from tests.api.cases import case, coupon, opened
from tests.api.redeem_cases import HELD, HOLD, QUOTE, REDEEM, hold, quote
from tests.api.reverse_cases import REDEEMED
from tests.api.settle_cases import EMPTY, LINE, SETTLE, all_of_it, part
from tests.api.stage import Stage
from tests.editing import allow_late_scans
from tests.world import OPENING, Answered, campaign, order, terms

FIVE_MINUTES = {"usable": [{"weekdays": ["sat"], "starts": "10:00", "ends": "10:05"}]}
TOMORROW = {"validity": {"kind": "days_after_claim", "days": 14, "starts_after_days": 1}}
MIDNIGHT, A_MINUTE_LATER = "2020-06-07T00:00:00+08:00", "2020-06-07T00:00:59+08:00"
NOTHING_OFF = {
    "missing_minor": 0,
    "discount_minor": 0,
    "merchant_match_minor": 0,
    "payable_minor": 6000,
    "hold_max_s": 1800,
}
LATE = {**REDEEMED, "late": True}


def anns(s: Stage, **rules: Any) -> str:
    """Ann has claimed a coupon of these terms at the opening."""
    return coupon(opened(s, terms=[terms(**rules)]))[0]


def in_a_suspended_district(s: Stage) -> str:
    """A code at the diner, which is in a suspended district."""
    (diner,) = campaign()["merchants"]
    store = {**diner["stores"][0], "district": "old-town"}
    opened(s, merchants=[{**diner, "stores": [store]}], suspended_districts=["old-town"])
    return coupon(s)[1]


def scan(s: Stage, coupon_id: str) -> str:
    return s.citizen("ann").code(coupon_id)


def scanned(s: Stage, code: str | None, scanned_at: str) -> Answered:
    return s.merchant().redeem("o-1", code, order(), scanned_at=scanned_at)


def late(s: Stage, code: str, scanned_at: str) -> Answered:
    """A late scan at a merchant that may send one a day."""
    allow_late_scans(1)
    return scanned(s, code, scanned_at)


@case(QUOTE, 200, body={"eligible": False, "reasons": ["window"], **NOTHING_OFF})
def a_quote_on_a_blackout_date(s: Stage) -> Answered:
    return quote(s, scan(s, anns(s, blackout_dates=["2020-06-06"])))


@case(HOLD, 201, body={**HELD, "held_until": "2020-06-06T10:14:59+08:00"})
def a_hold_in_the_last_second_of_the_hours(s: Stage) -> Answered:
    coupon_id = anns(s, **FIVE_MINUTES)
    s.clock.advance(299)
    return hold(s, scan(s, coupon_id))


@case(HOLD, 422, "order-not-eligible", facts={"reasons": ["window"]})
def a_hold_a_second_after_the_hours(s: Stage) -> Answered:
    coupon_id = anns(s, **FIVE_MINUTES)
    s.clock.advance(300)
    return hold(s, scan(s, coupon_id))


@case(REDEEM, 201, body={**REDEEMED, "redeemed_at": "2020-06-06T10:04:59+08:00"})
def redeeming_in_the_last_second_of_the_hours(s: Stage) -> Answered:
    coupon_id = anns(s, **FIVE_MINUTES)
    s.clock.advance(299)
    return s.merchant().redeem("o-1", scan(s, coupon_id), order())


@case(
    REDEEM,
    422,
    "order-not-eligible",
    facts={"reasons": ["window"]},
    detail="The coupon does not fit this order: window.",
)
def redeeming_a_second_after_the_hours(s: Stage) -> Answered:
    coupon_id = anns(s, **FIVE_MINUTES)
    s.clock.advance(300)
    return s.merchant().redeem("o-1", scan(s, coupon_id), order())


@case(REDEEM, 201, body={**REDEEMED, "redeemed_at": "2020-06-06T10:09:59+08:00"})
def a_hold_carries_its_order_over_the_end_of_the_hours(s: Stage) -> Answered:
    """The last second of a hold of ten minutes: the customer may have paid already."""
    hold(s, scan(s, anns(s, **FIVE_MINUTES)))
    s.clock.advance(599)
    return s.merchant().redeem("o-1", None, order())


@case(REDEEM, 422, "order-not-eligible", facts={"reasons": ["window"]})
def a_lapsed_hold_carries_nothing(s: Stage) -> Answered:
    coupon_id = anns(s, **FIVE_MINUTES)
    hold(s, scan(s, coupon_id))
    s.clock.advance(600)
    return s.merchant().redeem("o-1", scan(s, coupon_id), order())


@case(QUOTE, 200, body={"eligible": False, "reasons": ["region"], **NOTHING_OFF})
def a_quote_in_a_suspended_district(s: Stage) -> Answered:
    return quote(s, in_a_suspended_district(s))


@case(HOLD, 422, "order-not-eligible", facts={"reasons": ["region"]})
def a_hold_in_a_suspended_district(s: Stage) -> Answered:
    return hold(s, in_a_suspended_district(s))


@case(REDEEM, 422, "order-not-eligible", facts={"reasons": ["region"]})
def redeeming_in_a_suspended_district(s: Stage) -> Answered:
    return s.merchant().redeem("o-1", in_a_suspended_district(s), order())


@case("GET /wallet", 200, body=lambda text: f'"valid_from":"{MIDNIGHT}","expires_at":"2020-06-20T10:00' in text)
def a_delayed_start_in_the_wallet(s: Stage) -> Answered:
    anns(s, **TOMORROW)
    return s.citizen("ann").send("GET /wallet")


@case(REDEEM, 422, "order-not-eligible", facts={"reasons": ["not-yet-valid"]})
def redeeming_a_second_before_the_delayed_start(s: Stage) -> Answered:
    coupon_id = anns(s, **TOMORROW)
    s.clock.set("2020-06-06T23:59:59+08:00")
    return s.merchant().redeem("o-1", scan(s, coupon_id), order())


@case(REDEEM, 201, body={**REDEEMED, "redeemed_at": MIDNIGHT})
def redeeming_in_the_first_second_of_the_delayed_start(s: Stage) -> Answered:
    coupon_id = anns(s, **TOMORROW)
    s.clock.set(MIDNIGHT)
    return s.merchant().redeem("o-1", scan(s, coupon_id), order())


@case(REDEEM, 201, body={**LATE, "redeemed_at": "2020-06-06T10:09:59+08:00"})
def a_scan_within_the_hours_that_arrives_after_them(s: Stage) -> Answered:
    code = scan(s, anns(s, **FIVE_MINUTES))
    s.clock.advance(599)
    return late(s, code, OPENING)


@case(REDEEM, 422, "order-not-eligible", facts={"reasons": ["not-yet-valid"]})
def a_scan_before_the_start_that_arrives_after_it(s: Stage) -> Answered:
    coupon_id = anns(s, **TOMORROW)
    s.clock.set("2020-06-06T23:59:59+08:00")
    code = scan(s, coupon_id)
    s.clock.advance(60)
    return late(s, code, "2020-06-06T23:59:59+08:00")


@case(REDEEM, 201, body={**LATE, "merchant_match_minor": 0, "payable_minor": 5000, "redeemed_at": A_MINUTE_LATER})
def the_match_of_a_late_scan_is_that_of_its_moment(s: Stage) -> Answered:
    coupon_id = anns(s, merchant_match=[{"starts_at": MIDNIGHT, "basis_points": 10_000}])
    s.clock.set("2020-06-06T23:59:59+08:00")
    code = scan(s, coupon_id)
    s.clock.advance(60)
    return late(s, code, "2020-06-06T23:59:59+08:00")


@case(REDEEM, 201, body={**LATE, "redeemed_at": "2020-06-07T00:01:00+08:00"})
def a_slow_till_does_not_scan_before_the_code_was_issued(s: Stage) -> Answered:
    coupon_id = anns(s, **TOMORROW)
    s.clock.set(MIDNIGHT)
    code = scan(s, coupon_id)
    s.clock.advance(60)
    return late(s, code, "2020-06-06T23:59:55+08:00")


@case(REDEEM, 201, body={**REDEEMED, "redeemed_at": "2020-06-07T00:01:00+08:00"})
def what_is_held_is_redeemed_as_of_its_hold_whenever_it_was_scanned(s: Stage) -> Answered:
    coupon_id = anns(s, **TOMORROW)
    s.clock.set(MIDNIGHT)
    hold(s, scan(s, coupon_id))
    s.clock.advance(60)
    return scanned(s, None, "2020-06-06T23:59:59+08:00")


@case(REDEEM, 201, body={**REDEEMED, "redeemed_at": "2020-06-06T10:05:00+08:00"})
def what_is_held_is_redeemed_though_its_code_is_old(s: Stage) -> Answered:
    """The code was checked by the hold, and could be left out now."""
    code = scan(s, anns(s))
    hold(s, code)
    s.clock.advance(300)
    return scanned(s, code, OPENING)


@case(REDEEM, 201, body={**REDEEMED, "redeemed_at": MIDNIGHT})
def a_good_code_is_judged_as_of_now_whenever_it_was_scanned(s: Stage) -> Answered:
    """A scan that the till dates before the coupon is valid is not late, so no late scan is needed."""
    coupon_id = anns(s, **TOMORROW)
    s.clock.set(MIDNIGHT)
    return scanned(s, scan(s, coupon_id), "2020-06-06T23:49:00+08:00")


@case(REDEEM, 422, "order-not-eligible", facts={"reasons": ["not-yet-valid"]})
def a_fast_till_does_not_scan_after_now(s: Stage) -> Answered:
    coupon_id = anns(s, **TOMORROW)
    s.clock.set("2020-06-06T23:59:59+08:00")
    return scanned(s, scan(s, coupon_id), "2020-06-07T00:00:04+08:00")


@case(REDEEM, 201, body={**LATE, "redeemed_at": "2020-06-06T10:10:59+08:00"})
def a_scan_of_a_coupon_whose_hold_lapsed_meanwhile(s: Stage) -> Answered:
    coupon_id = anns(s)
    hold(s, scan(s, coupon_id), "o-2")
    s.clock.advance(599)
    code = scan(s, coupon_id)
    s.clock.advance(60)
    return late(s, code, "2020-06-06T10:09:59+08:00")


@case(
    REDEEM,
    409,
    "coupon-not-usable",
    facts={"coupon_status": "expired", "expires_at": "2020-06-20T10:00:00+08:00"},
)
def a_scan_before_the_expiry_that_arrives_at_it(s: Stage) -> Answered:
    coupon_id = anns(s)
    s.clock.set("2020-06-20T09:59:00+08:00")
    code = scan(s, coupon_id)
    s.clock.advance(60)
    return late(s, code, "2020-06-20T09:59:00+08:00")


LATE_SUM = all_of_it("due", part(4, 1, late={"lines": 1, "share_basis_points": 10_000, "discount_minor": 1000}))


@case(
    SETTLE,
    200,
    body={
        **EMPTY,
        "day": "2020-06-07",
        "lines": [{**LINE, "at": A_MINUTE_LATER, "late": True}],
        "sums": [LATE_SUM],
    },
)
def a_scan_before_midnight_settles_on_the_day_it_arrives(s: Stage) -> Answered:
    coupon_id = anns(s)
    s.clock.set("2020-06-06T23:59:59+08:00")
    code = scan(s, coupon_id)
    s.clock.advance(60)
    late(s, code, "2020-06-06T23:59:59+08:00")
    return s.merchant().send(SETTLE, {"day": "2020-06-07"})

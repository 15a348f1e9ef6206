"""Quote, hold, release, redeem, read back."""

from __future__ import annotations

from typing import Any

from coupons.sealing import CouponRef
from tests.api.cases import FIRST, REPLAY, TEN_OFF, case, coupon, opened
from tests.api.claim_cases import ANNS
from tests.api.reverse_cases import REDEEMED
from tests.api.stage import Stage
from tests.editing import allow_late_scans, register
from tests.world import KEYS, OPENING, Answered, order

QUOTE, HOLD, REDEEM = "POST /quotes", "PUT /orders/{order_no}/hold", "PUT /orders/{order_no}/redemption"
NOTHING_OFF = {"discount_minor": 0, "merchant_match_minor": 0, "payable_minor": 4900}
HELD = {"order_no": "o-1", "coupon_id": ANNS, **TEN_OFF, "held_until": "2020-06-06T10:10:00+08:00"}
EXPIRES = {"expires_at": "2020-06-20T10:00:00+08:00"}


def quote(s: Stage, code: str, **changes: Any) -> Answered:
    return s.merchant().send(QUOTE, body={"code": code, "order": order(**changes)})


def hold(s: Stage, code: str, order_no: str = "o-1", *, ttl_s: int = 600, **changes: Any) -> Answered:
    body = {"code": code, "order": order(**changes), "ttl_s": ttl_s}
    return s.merchant().send(HOLD, {"order_no": order_no}, body=body)


def release(s: Stage, order_no: str = "o-1") -> Answered:
    return s.merchant().send("DELETE /orders/{order_no}/hold", {"order_no": order_no})


def anns_code(s: Stage) -> str:
    return coupon(opened(s))[1]


def unclaimed_code(s: Stage) -> str:
    """A code that is sealed with the real keys and is of an unknown batch."""
    return KEYS.seal_code(CouponRef(7, KEYS.person("ann"), 0), s.now_s)


@case(
    QUOTE, 200, body={"eligible": True, "reasons": [], "missing_minor": 0, **TEN_OFF, "hold_max_s": 1800}, headers=FIRST
)
def a_quote(s: Stage) -> Answered:
    return quote(s, anns_code(s))


@case(
    QUOTE,
    200,
    body={
        "eligible": False,
        "reasons": ["region", "min-spend"],
        "missing_minor": 100,
        **NOTHING_OFF,
        "hold_max_s": 1800,
    },
)
def a_quote_says_every_reason(s: Stage) -> Answered:
    opened(s)
    restricted = s.operator().send("GET /admin/campaigns/{campaign_id}", {"campaign_id": "season"}).json
    restricted["terms"][0]["terms_id"] = "beijing-only"
    restricted["terms"][0]["scope"] = {"regions": ["beijing"]}
    restricted |= {"campaign_id": "second", "revision": None}
    restricted["batches"][0] |= {"batch_id": "second", "terms": ["beijing-only"]}
    s.publish(restricted)
    return quote(s, coupon(s, batch_id="second")[1], total_minor=4900, region="hubei")


@case(QUOTE, 400, "code-invalid", facts={"reason": "unknown"}, detail="This is not one of our codes.")
def a_coupon_id_is_no_code(s: Stage) -> Answered:
    return quote(s, coupon(opened(s))[0])


@case(QUOTE, 404, "not-found")
def a_quote_for_a_code_of_no_claim(s: Stage) -> Answered:
    return quote(opened(s), unclaimed_code(s))


@case(QUOTE, 409, "code-expired", facts={"expired_at": "2020-06-06T10:01:00+08:00"})
def a_quote_for_a_code_of_a_minute_ago(s: Stage) -> Answered:
    code = anns_code(s)
    s.clock.advance(60)
    return quote(s, code)


@case(
    QUOTE,
    409,
    "coupon-not-usable",
    facts={"coupon_status": "held", **EXPIRES},
    detail="The coupon is held by another order.",
)
def a_quote_for_a_held_coupon(s: Stage) -> Answered:
    code = anns_code(s)
    hold(s, code)
    return quote(s, code)


@case(HOLD, 201, body=HELD, headers=FIRST)
def the_first_hold(s: Stage) -> Answered:
    return hold(s, anns_code(s))


@case(HOLD, 200, body=HELD, headers=REPLAY)
def the_same_hold_with_its_old_code(s: Stage) -> Answered:
    code = anns_code(s)
    hold(s, code)
    s.clock.advance(599)
    return hold(s, code)


@case(HOLD, 201, body={**HELD, "held_until": "2020-06-20T10:00:00+08:00"})
def a_hold_ends_with_the_coupon(s: Stage) -> Answered:
    coupon(opened(s))
    s.clock.set("2020-06-20T09:59:59+08:00")
    return hold(s, s.citizen("ann").code(ANNS))


@case(HOLD, 201, body={**HELD, "held_until": "2020-06-06T10:30:00+08:00"})
def a_hold_ends_after_half_an_hour(s: Stage) -> Answered:
    return hold(s, anns_code(s), ttl_s=1801)


@case(HOLD, 200, body={**HELD, "held_until": "2020-06-06T10:30:00+08:00"}, headers=REPLAY)
def the_same_hold_for_longer_is_the_first_one(s: Stage) -> Answered:
    code = anns_code(s)
    hold(s, code, ttl_s=1800)
    s.clock.advance(50)
    return hold(s, code, ttl_s=3600)


@case(HOLD, 201, body={**HELD, "order_no": "o-2", "held_until": "2020-06-06T10:20:00+08:00"})
def a_lapsed_hold_is_free(s: Stage) -> Answered:
    hold(s, anns_code(s))
    s.clock.advance(600)
    return hold(s, s.citizen("ann").code(ANNS), "o-2")


@case(HOLD, 400, "code-invalid", facts={"reason": "unknown"})
def a_hold_by_no_code_of_ours(s: Stage) -> Answered:
    return hold(opened(s), "x" * 58)


@case(HOLD, 404, "not-found")
def a_hold_for_a_code_of_no_claim(s: Stage) -> Answered:
    return hold(opened(s), unclaimed_code(s))


@case(HOLD, 409, "code-expired", facts={"expired_at": "2020-06-06T10:01:00+08:00"})
def a_hold_with_a_code_of_a_minute_ago(s: Stage) -> Answered:
    code = anns_code(s)
    s.clock.advance(60)
    return hold(s, code)


@case(HOLD, 409, "order-conflict", detail="Order 'o-1' already carries another coupon or other content.")
def a_hold_of_the_same_order_with_other_content(s: Stage) -> Answered:
    code = anns_code(s)
    hold(s, code)
    return hold(s, code, total_minor=7000)


@case(HOLD, 409, "coupon-not-usable", facts={"coupon_status": "held", **EXPIRES})
def a_hold_for_another_order(s: Stage) -> Answered:
    code = anns_code(s)
    hold(s, code)
    return hold(s, code, "o-2")


@case(HOLD, 422, "order-not-eligible", facts={"reasons": ["min-spend"]})
def a_hold_below_the_threshold(s: Stage) -> Answered:
    return hold(s, anns_code(s), total_minor=4999)


RELEASED = {"order_no": "o-1", "status": "released"}


@case("DELETE /orders/{order_no}/hold", 200, body=RELEASED, headers=FIRST)
def releasing(s: Stage) -> Answered:
    hold(s, anns_code(s))
    return release(s)


@case("DELETE /orders/{order_no}/hold", 200, body=RELEASED, headers=REPLAY)
def releasing_twice_what_never_was(s: Stage) -> Answered:
    release(opened(s))
    return release(s)


@case("DELETE /orders/{order_no}/hold", 409, "order-conflict")
def releasing_a_redeemed_order(s: Stage) -> Answered:
    s.merchant().redeem("o-1", anns_code(s), order())
    return release(s)


@case(REDEEM, 201, body=REDEEMED, headers=FIRST)
def the_first_redemption(s: Stage) -> Answered:
    return s.merchant().redeem("o-1", anns_code(s), order())


@case(REDEEM, 201, body={**REDEEMED, "redeemed_at": "2020-06-06T10:05:00+08:00"})
def redeeming_what_the_order_holds(s: Stage) -> Answered:
    hold(s, anns_code(s))
    s.clock.advance(300)
    return s.merchant().redeem("o-1", None, order())


@case(REDEEM, 201, body={**REDEEMED, "late": True, "redeemed_at": "2020-06-06T10:09:59+08:00"})
def a_till_that_was_cut_off(s: Stage) -> Answered:
    code = anns_code(s)
    allow_late_scans(1)
    s.clock.advance(599)
    return s.merchant().redeem("o-1", code, order(), scanned_at=OPENING)


@case(REDEEM, 200, body=REDEEMED, headers=REPLAY)
def the_same_redemption_with_its_expired_code(s: Stage) -> Answered:
    code = anns_code(s)
    s.merchant().redeem("o-1", code, order())
    s.clock.advance(86_400 * 30)
    return s.merchant().redeem("o-1", code, order())


@case(REDEEM, 200, body=REDEEMED, headers=REPLAY)
def the_same_redemption_after_its_reversal(s: Stage) -> Answered:
    code = anns_code(s)
    s.merchant().redeem("o-1", code, order())
    s.merchant().reverse("o-1", "r-1", 4000)
    return s.merchant().redeem("o-1", code, order())


@case(REDEEM, 400, "code-invalid", facts={"reason": "unknown"})
def a_redemption_by_no_code_of_ours(s: Stage) -> Answered:
    return opened(s).merchant().redeem("o-1", "x" * 58, order())


@case(REDEEM, 400, "malformed", facts={"errors": [{"place": "body.scanned_at", "message": "lies in the future"}]})
def a_scan_in_the_future(s: Stage) -> Answered:
    return s.merchant().redeem("o-1", anns_code(s), order(), scanned_at="2020-06-06T10:00:06+08:00")


@case(REDEEM, 404, "not-found", detail="This order holds no coupon; send its code.")
def redeeming_a_hold_that_is_not_there(s: Stage) -> Answered:
    return opened(s).merchant().redeem("o-1", None, order())


@case(REDEEM, 409, "code-expired", facts={"expired_at": "2020-06-06T10:10:00+08:00"})
def a_scan_of_ten_minutes_ago(s: Stage) -> Answered:
    code = anns_code(s)
    allow_late_scans(1)
    s.clock.advance(600)
    return s.merchant().redeem("o-1", code, order(), scanned_at=OPENING)


@case(REDEEM, 409, "order-conflict", detail="Order 'o-1' was cancelled.")
def a_cancel_that_overtook_its_redemption(s: Stage) -> Answered:
    code = anns_code(s)
    release(s)
    return s.merchant().redeem("o-1", code, order())


@case(
    REDEEM, 409, "coupon-not-usable", facts={"coupon_status": "redeemed", **EXPIRES}, detail="The coupon is redeemed."
)
def another_order_for_a_used_coupon(s: Stage) -> Answered:
    code = anns_code(s)
    s.merchant().redeem("o-1", code, order())
    return s.merchant().redeem("o-2", code, order())


@case(REDEEM, 409, "coupon-not-usable", facts={"coupon_status": "expired", **EXPIRES})
def redeeming_at_the_second_of_expiry(s: Stage) -> Answered:
    coupon(opened(s))
    s.clock.set("2020-06-20T10:00:00+08:00")
    return s.merchant().redeem("o-1", s.citizen("ann").code(ANNS), order())


@case(REDEEM, 422, "order-not-eligible", facts={"reasons": ["merchant"]})
def redeeming_at_a_merchant_that_takes_no_part(s: Stage) -> Answered:
    code = anns_code(s)
    register("bakery")
    return s.merchant("bakery").redeem("o-1", code, order())


@case("GET /orders/{order_no}/redemption", 200, body=REDEEMED)
def reading_back(s: Stage) -> Answered:
    s.merchant().redeem("o-1", anns_code(s), order())
    return s.merchant().send("GET /orders/{order_no}/redemption", {"order_no": "o-1"})


@case("GET /orders/{order_no}/redemption", 404, "not-found", detail="No redemption under order number 'o-1'.")
def reading_back_what_is_only_held(s: Stage) -> Answered:
    hold(s, anns_code(s))
    return s.merchant().send("GET /orders/{order_no}/redemption", {"order_no": "o-1"})

"""The wallet: each status of a coupon, what holds it, and where it was used."""

from __future__ import annotations

from tests.api.cases import case, coupon, opened
from tests.api.claim_cases import COUPON
from tests.api.stage import Stage
from tests.world import Answered, a_batch, order, terms

USED = {"merchant_id": "diner", "discount_minor": 1000, "at": "2020-06-06T10:00:09+08:00"}
SPENT = {**COUPON, "status": "redeemed", "used": USED}


@case("GET /wallet", 200, body={"coupons": [], "as_of": "2020-06-06T02:00:00+00:00", "damaged": 0})
def an_empty_wallet(s: Stage) -> Answered:
    return opened(s).citizen("ann").send("GET /wallet")


@case(
    "GET /wallet",
    200,
    body={"coupons": [SPENT], "as_of": "2020-06-06T10:00:09+08:00", "damaged": 0},
)
def a_wallet_of_one_status(s: Stage) -> Answered:
    opened(s, a_batch(terms=["ten-off", "twenty-off"]), terms=[terms(), terms("twenty-off")])
    _used(s)
    return s.citizen("ann").send("GET /wallet", query={"status": "redeemed"})


@case("GET /wallet", 200, body={"coupons": [SPENT], "as_of": "2020-06-06T10:00:09+08:00", "damaged": 0})
def a_wallet_after_a_reversal_of_a_part(s: Stage) -> Answered:
    _used(opened(s))
    s.merchant().reverse("o-1", "r-1", 1)
    return s.citizen("ann").send("GET /wallet")


@case("GET /wallet", 200, body={"coupons": [COUPON], "as_of": "2020-06-06T10:00:09+08:00", "damaged": 0})
def a_wallet_after_a_reversal_that_returned_the_coupon(s: Stage) -> Answered:
    _used(opened(s))
    s.merchant().reverse("o-1", "r-1", 4000)
    return s.citizen("ann").send("GET /wallet")


@case("GET /wallet", 200, body=lambda text: '"status":"voided"' in text and '"used":null' in text)
def a_wallet_after_a_reversal_that_voided_the_coupon(s: Stage) -> Answered:
    never = terms(refund={"policy": "never"})
    _used(opened(s, terms=[never]))
    s.merchant().reverse("o-1", "r-1", 4000)
    return s.citizen("ann").send("GET /wallet")


def _used(s: Stage) -> None:
    _, code = coupon(s)
    s.clock.advance(9)
    assert s.merchant().redeem("o-1", code, order()).status == 201


HOLDING = {**COUPON, "status": "held", "held_until": "2020-06-06T10:00:30+08:00"}


@case("GET /wallet", 200, body={"coupons": [HOLDING], "as_of": "2020-06-06T10:00:29+08:00", "damaged": 0})
def a_wallet_with_a_coupon_that_is_held(s: Stage) -> Answered:
    _held(s)
    s.clock.advance(29)
    return s.citizen("ann").send("GET /wallet")


@case("GET /wallet", 200, body={"coupons": [COUPON], "as_of": "2020-06-06T10:00:30+08:00", "damaged": 0})
def a_wallet_with_a_coupon_whose_hold_has_lapsed(s: Stage) -> Answered:
    _held(s)
    s.clock.advance(30)
    return s.citizen("ann").send("GET /wallet")


def _held(s: Stage) -> None:
    body = {"code": coupon(opened(s))[1], "order": order(), "ttl_s": 30}
    assert s.merchant().send("PUT /orders/{order_no}/hold", {"order_no": "o-1"}, body=body).status == 201


@case(
    "GET /wallet",
    200,
    body={"coupons": [{**COUPON, "status": "expired"}], "as_of": "2020-06-20T10:00:00+08:00", "damaged": 0},
)
def a_wallet_at_the_second_of_expiry(s: Stage) -> Answered:
    coupon(opened(s))
    s.clock.set("2020-06-20T10:00:00+08:00")
    return s.citizen("ann").send("GET /wallet")

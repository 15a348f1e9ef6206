"""Undo a redemption."""

from __future__ import annotations

from tests.api.cases import FIRST, REPLAY, SHARES, TEN_OFF, case, coupon, opened
from tests.api.claim_cases import ANNS
from tests.api.stage import Stage
from tests.world import OPENING, Answered, order, terms

REVERSE = "PUT /orders/{order_no}/reversals/{reversal_no}"
REDEEMED = {
    "order_no": "o-1",
    "coupon_id": ANNS,
    "batch_id": "pack",
    "terms_id": "ten-off",
    **TEN_OFF,
    "funding": SHARES,
    "redeemed_at": OPENING,
    "late": False,
}
REVERSED = {
    "order_no": "o-1",
    "reversal_no": "r-1",
    "amount_minor": 4000,
    "discount_minor": 1000,
    "merchant_match_minor": 1000,
    "funding": SHARES,
    "reversed_at": OPENING,
    "coupon_returned": True,
}
SINCE = {"reversed_at": "2020-06-06T10:00:06+08:00"}
"""The first second whose codes are accepted for a coupon that came back at the opening."""


def redeemed(s: Stage) -> Stage:
    """Order `o-1` of 60.00 at the diner has redeemed Ann's coupon."""
    _, code = coupon(opened(s))
    assert s.merchant().redeem("o-1", code, order()).status == 201
    return s


@case(REVERSE, 201, body=REVERSED, headers=FIRST)
def a_full_reversal_gives_the_coupon_back(s: Stage) -> Answered:
    return redeemed(s).merchant().reverse("o-1", "r-1", 4000)


@case(REVERSE, 200, body=REVERSED, headers=REPLAY)
def the_same_reversal_a_month_later(s: Stage) -> Answered:
    redeemed(s).merchant().reverse("o-1", "r-1", 4000)
    s.clock.advance(86_400 * 30)
    return s.merchant().reverse("o-1", "r-1", 4000)


@case(
    REVERSE,
    201,
    body={**REVERSED, "reversed_at": "2020-06-20T10:00:00+08:00", "coupon_returned": False},
)
def a_full_reversal_at_the_second_of_expiry_voids_the_coupon(s: Stage) -> Answered:
    redeemed(s).clock.set("2020-06-20T10:00:00+08:00")
    return s.merchant().reverse("o-1", "r-1", 4000)


def redeemed_under(s: Stage, policy: str, order_no: str = "o-1") -> Stage:
    """Like `redeemed`, with terms of another refund policy that returns a coupon once."""
    opened(s, terms=[terms(refund={"policy": policy, "times_max": 1})])
    assert s.merchant().redeem(order_no, coupon(s)[1], order()).status == 201
    return s


NOTHING_BACK = {
    "discount_minor": 0,
    "merchant_match_minor": 0,
    "funding": [{**share, "amount_minor": 0} for share in SHARES],
    "coupon_returned": False,
}
A_QUARTER = {
    **REVERSED,
    "amount_minor": 1000,
    "discount_minor": 250,
    "merchant_match_minor": 250,
    "funding": [
        {"funder_id": "city", "amount_minor": 125},
        {"funder_id": "platform", "amount_minor": 75},
        {"funder_id": "shop", "amount_minor": 50},
    ],
    "coupon_returned": False,
}


@case(REVERSE, 201, body=A_QUARTER)
def a_part_is_pro_rata_and_leaves_the_coupon_used(s: Stage) -> Answered:
    return redeemed(s).merchant().reverse("o-1", "r-1", 1000)


@case(REVERSE, 201, body={**REVERSED, "coupon_returned": False})
def never_is_the_money_without_the_coupon(s: Stage) -> Answered:
    return redeemed_under(s, "never").merchant().reverse("o-1", "r-1", 4000)


@case(REVERSE, 201, body={**REVERSED, "amount_minor": 1})
def always_gives_the_coupon_back_with_a_cent(s: Stage) -> Answered:
    return redeemed_under(s, "always").merchant().reverse("o-1", "r-1", 1)


@case(REVERSE, 200, body={**REVERSED, "amount_minor": 1}, headers=REPLAY)
def the_same_cent_again(s: Stage) -> Answered:
    redeemed_under(s, "always").merchant().reverse("o-1", "r-1", 1)
    return s.merchant().reverse("o-1", "r-1", 1)


@case(REVERSE, 201, body={**REVERSED, **NOTHING_BACK, **SINCE, "reversal_no": "r-2", "amount_minor": 3999})
def the_rest_of_an_order_whose_coupon_is_on_another_by_now(s: Stage) -> Answered:
    redeemed_under(s, "always").merchant().reverse("o-1", "r-1", 1)
    s.clock.advance(6)
    assert s.merchant().redeem("o-2", s.citizen("ann").code(ANNS), order()).status == 201
    return s.merchant().reverse("o-1", "r-2", 3999)


@case(REVERSE, 201, body={**A_QUARTER, **SINCE, "order_no": "o-2"})
def a_part_after_the_coupon_came_back_as_often_as_it_may(s: Stage) -> Answered:
    redeemed_under(s, "always").merchant().reverse("o-1", "r-1", 4000)
    s.clock.advance(6)
    assert s.merchant().redeem("o-2", s.citizen("ann").code(ANNS), order()).status == 201
    return s.merchant().reverse("o-2", "r-1", 1000)


@case(REVERSE, 201, body={**REVERSED, "amount_minor": 1000, "reversed_at": "2020-06-20T09:59:59+08:00"})
def a_part_a_second_before_the_expiry(s: Stage) -> Answered:
    redeemed_under(s, "always").clock.set("2020-06-20T09:59:59+08:00")
    return s.merchant().reverse("o-1", "r-1", 1000)


@case(REVERSE, 201, body={**A_QUARTER, "reversed_at": "2020-06-20T10:00:00+08:00"})
def a_part_at_the_second_of_expiry(s: Stage) -> Answered:
    redeemed_under(s, "always").clock.set("2020-06-20T10:00:00+08:00")
    return s.merchant().reverse("o-1", "r-1", 1000)


@case(REVERSE, 201, body={**A_QUARTER, "reversed_at": "2020-06-06T10:00:01+08:00"})
def a_part_of_a_batch_that_was_voided(s: Stage) -> Answered:
    redeemed_under(s, "always")
    s.operator().send("POST /admin/batches/{batch_id}/stop", {"batch_id": "pack"}, body={"issued": "void"})
    s.clock.advance(1)
    return s.merchant().reverse("o-1", "r-1", 1000)


@case(REVERSE, 404, "not-found", detail="No redemption under order number 'o-1'.")
def reversing_what_is_not_redeemed(s: Stage) -> Answered:
    return opened(s).merchant().reverse("o-1", "r-1", 4000)


@case(REVERSE, 409, "order-conflict", detail="Reversal 'r-1' already carries another amount.")
def the_same_reversal_with_another_amount(s: Stage) -> Answered:
    redeemed(s).merchant().reverse("o-1", "r-1", 1000)
    return s.merchant().reverse("o-1", "r-1", 1001)


@case(
    REVERSE,
    409,
    "reversal-not-allowed",
    facts={"left_minor": 3000, "currency": "CNY"},
    detail="30.00 CNY are left to reverse.",
)
def reversing_a_cent_more_than_is_left(s: Stage) -> Answered:
    redeemed(s).merchant().reverse("o-1", "r-1", 1000)
    return s.merchant().reverse("o-1", "r-2", 3001)

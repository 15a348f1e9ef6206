"""Quote, hold and redeem where a limit counts the coupons that a person uses."""

from __future__ import annotations

from tests.api.cases import case, opened
from tests.api.redeem_cases import HOLD, QUOTE, REDEEM, hold, quote
from tests.api.stage import Stage
from tests.world import Answered, a_batch, order

DAILY = {
    "kind": "count",
    "limit_id": "daily",
    "per": "person",
    "period": "day",
    "counts": "redemptions",
    "packs_max": 1,
}
USED_UP = {"reason": "limit", "until": "2020-06-07T00:00:00+08:00"}
ONE_OF_ONE = "This person has used, or holds, 1 of 1 coupons a day."


def second_code(s: Stage) -> str:
    """A code of Ann's second coupon, after her first was used under a limit of one use a day."""
    opened(s, *[a_batch(name, limits=["daily"]) for name in ("pack", "more")], limits=[DAILY])
    codes = [
        s.citizen("ann").code(s.citizen("ann").put_claim(name).json["coupons"][0]["coupon_id"])
        for name in ("pack", "more")
    ]
    assert s.merchant().redeem("o-first", codes[0], order()).status == 201
    return codes[1]


@case(QUOTE, 403, "not-eligible", facts=USED_UP, detail=ONE_OF_ONE)
def a_quote_of_one_use_too_many(s: Stage) -> Answered:
    return quote(s, second_code(s))


@case(HOLD, 403, "not-eligible", facts=USED_UP, detail=ONE_OF_ONE)
def a_hold_of_one_use_too_many(s: Stage) -> Answered:
    return hold(s, second_code(s))


@case(REDEEM, 403, "not-eligible", facts=USED_UP, detail=ONE_OF_ONE)
def a_redemption_of_one_use_too_many(s: Stage) -> Answered:
    return s.merchant().redeem("o-1", second_code(s), order())

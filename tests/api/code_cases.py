"""What a code is worth once its coupon came back, and what a till may send late."""

from __future__ import annotations

from typing import Any

from tests.api.cases import REPLAY, case, coupon, opened
from tests.api.claim_cases import ANNS
from tests.api.redeem_cases import EXPIRES, HOLD, QUOTE, REDEEM, hold, quote
from tests.api.reverse_cases import REDEEMED, SINCE
from tests.api.stage import Stage
from tests.editing import allow_late_scans
from tests.world import OPENING, Answered, Person, order

BARRED = {"expired_at": "2020-06-06T10:00:00+08:00", "retry_after_s": 6}
CAME_BACK = "The coupon came back after this code was shown; ask the customer for a fresh one."
A_MINUTE_AGO = {"expired_at": "2020-06-06T10:01:00+08:00"}
SCANNED = {"scanned_at": OPENING}


def came_back(s: Stage) -> str:
    """Ann's code of the opening, after its coupon was used and returned in the same second."""
    code = coupon(opened(s))[1]
    assert s.merchant().redeem("first", code, order()).status == 201
    assert s.merchant().reverse("first", "r-1", 4000).json["coupon_returned"]
    return code


def an_old_code(s: Stage, late_scans: int) -> str:
    """A scan of the opening, a minute ago, at a merchant with this many late scans a day."""
    code = coupon(s)[1]
    allow_late_scans(late_scans)
    s.clock.advance(60)
    return code


def late(s: Stage, order_no: str, code: str, **more: Any) -> Answered:
    return s.merchant().redeem(order_no, code, order(), **SCANNED, **more)


@case(QUOTE, 409, "code-expired", facts=BARRED, detail=CAME_BACK)
def a_quote_for_a_code_whose_coupon_came_back(s: Stage) -> Answered:
    return quote(s, came_back(s))


@case(HOLD, 409, "code-expired", facts=BARRED, detail=CAME_BACK)
def a_hold_with_a_code_whose_coupon_came_back(s: Stage) -> Answered:
    return hold(s, came_back(s))


@case(REDEEM, 409, "code-expired", facts=BARRED, detail=CAME_BACK)
def a_code_buys_nothing_again(s: Stage) -> Answered:
    return s.merchant().redeem("o-1", came_back(s), order())


@case(REDEEM, 409, "code-expired", facts={**BARRED, "retry_after_s": 1})
def a_code_of_the_last_second_that_is_barred(s: Stage) -> Answered:
    """The code was issued after the coupon came back, but within the allowed difference of clocks."""
    came_back(s)
    s.clock.advance(5)
    return s.merchant().redeem("o-1", s.citizen("ann").code(ANNS), order())


@case(REDEEM, 201, body={**REDEEMED, "redeemed_at": SINCE["reversed_at"]})
def a_code_of_the_first_second_that_is_not(s: Stage) -> Answered:
    came_back(s)
    s.clock.advance(6)
    return s.merchant().redeem("o-1", s.citizen("ann").code(ANNS), order())


@case(REDEEM, 409, "code-expired", facts={**BARRED, "retry_after_s": 1})
def an_old_code_when_fresh_ones_are_good(s: Stage) -> Answered:
    code = came_back(s)
    s.clock.advance(59)
    return s.merchant().redeem("o-1", code, order())


@case(
    REDEEM, 409, "code-expired", facts={**A_MINUTE_AGO, "retry_after_s": 6}, detail="Ask the customer for a fresh code."
)
def a_code_too_old_by_itself_when_no_fresh_one_is_good_yet(s: Stage) -> Answered:
    code = coupon(opened(s))[1]
    s.merchant().redeem("first", code, order())
    s.clock.advance(60)
    s.merchant().reverse("first", "r-1", 4000)
    return s.merchant().redeem("o-1", code, order())


@case(REDEEM, 409, "code-expired", facts={**BARRED, "retry_after_s": 1})
def a_late_scan_of_a_code_whose_coupon_came_back(s: Stage) -> Answered:
    code = came_back(s)
    allow_late_scans(1)
    s.clock.advance(60)
    return late(s, "o-1", code)


@case(REDEEM, 201, body={**REDEEMED, "redeemed_at": "2020-06-06T10:00:20+08:00"})
def a_code_is_good_again_after_a_hold_was_let_go(s: Stage) -> Answered:
    """A hold that was released or has lapsed did not use the coupon."""
    code = coupon(opened(s))[1]
    hold(s, code, "o-2", ttl_s=10)
    s.clock.advance(10)
    hold(s, code, "o-3")
    s.clock.advance(10)
    s.merchant().send("DELETE /orders/{order_no}/hold", {"order_no": "o-3"})
    return s.merchant().redeem("o-1", code, order())


@case(REDEEM, 400, "code-invalid", facts={"reason": "replaced"})
def paper_buys_nothing_again(s: Stage) -> Answered:
    """The coupon came back, and no newer sheet was printed."""
    coupon_id, _ = coupon(opened(s))
    desk = Person({"sub": "desk-1", "scope": "citizen operator", "person_id": "ann"})
    path = {"coupon_id": coupon_id}
    paper = desk.send("POST /coupons/{coupon_id}/code", path, body={"print": True}).json
    assert s.merchant().redeem("first", paper["code"], order(), pin=paper["pin"]).status == 201
    assert s.merchant().reverse("first", "r-1", 4000).json["coupon_returned"]
    s.clock.advance(6)
    return s.merchant().redeem("o-1", paper["code"], order(), pin=paper["pin"])


@case(
    REDEEM,
    409,
    "code-expired",
    facts={**A_MINUTE_AGO, "reason": "late-not-allowed"},
    detail="This merchant may not send scans late. Ask for a fresh code.",
)
def a_late_scan_of_a_merchant_that_may_not(s: Stage) -> Answered:
    return late(s, "o-1", an_old_code(opened(s), 0))


@case(
    REDEEM,
    409,
    "code-expired",
    facts={**A_MINUTE_AGO, "reason": "late-limit"},
    detail="No late scans are left today. Ask for a fresh code.",
)
def one_late_scan_too_many(s: Stage) -> Answered:
    """A reversal of the first does not free its place."""
    bobs = coupon(opened(s), "bob")[1]
    code = an_old_code(s, 1)
    assert late(s, "o-2", bobs).json["late"]
    assert s.merchant().reverse("o-2", "r-1", 4000).status == 201
    return late(s, "o-1", code)


@case(REDEEM, 200, body={**REDEEMED, "late": True, "redeemed_at": "2020-06-06T10:01:00+08:00"}, headers=REPLAY)
def a_late_scan_again_when_its_day_is_full(s: Stage) -> Answered:
    code = an_old_code(opened(s), 1)
    late(s, "o-1", code)
    return late(s, "o-1", code)


@case(REDEEM, 409, "coupon-not-usable", facts={"coupon_status": "redeemed", **EXPIRES})
def a_late_scan_of_a_used_coupon_when_the_day_is_full(s: Stage) -> Answered:
    """The coupon is checked before the day's number of late scans."""
    code = an_old_code(opened(s), 1)
    late(s, "o-1", code)
    return late(s, "o-2", code)

"""Orders that state evidence and fulfilment, where the terms require them."""

from __future__ import annotations

from typing import Any

from tests.api.cases import FIRST, REPLAY, TEN_OFF, case, coupon, opened
from tests.api.claim_cases import ANNS
from tests.api.redeem_cases import HOLD, NOTHING_OFF, QUOTE, REDEEM, hold
from tests.api.reverse_cases import REDEEMED
from tests.api.settle_cases import AS_FILE, DAY, HEADER, ROW, SETTLE
from tests.api.stage import Stage
from tests.world import Answered, order, terms

WEEK_S = 604_800
PRESCRIPTION = {"prescription_no": "RX-2020-0407-0031", "pharmacist_id": "ph-zhang-17"}
TO_THE_DOOR = {"mode": "delivery", "ref": "parcel-JD-883102"}
BOTH = {"evidence": PRESCRIPTION, "fulfilment": TO_THE_DOOR}
REFILL = {
    "requires": ["evidence", "fulfilment"],
    "scope": {"channels": ["online"]},
    "hold_max_s": WEEK_S,
}
ONLINE = {"channel": "online", **BOTH}
UNFIT = {"eligible": False, "missing_minor": 0, **NOTHING_OFF, "payable_minor": 6000, "hold_max_s": WEEK_S}
SENT = {"order_no": "o-1", "coupon_id": ANNS, **TEN_OFF, "held_until": "2020-06-13T10:00:00+08:00"}


def refill(s: Stage, **rules: Any) -> str:
    """A code of Ann's coupon, whose order states evidence and fulfilment."""
    return coupon(opened(s, terms=[terms(**{**REFILL, **rules})]))[1]


def quote(s: Stage, code: str, **changes: Any) -> Answered:
    return s.merchant().send(QUOTE, body={"code": code, "order": order(**{"channel": "online", **changes})})


@case(QUOTE, 200, body={**UNFIT, "reasons": ["evidence", "fulfilment"]})
def a_quote_says_what_the_order_must_state(s: Stage) -> Answered:
    return quote(s, refill(s))


@case(QUOTE, 200, body={**UNFIT, "reasons": ["fulfilment"]})
def a_prescription_alone_is_not_enough(s: Stage) -> Answered:
    return quote(s, refill(s), evidence=PRESCRIPTION)


@case(
    QUOTE, 200, body={"eligible": True, "reasons": [], "missing_minor": 0, **TEN_OFF, "hold_max_s": 1800}, headers=FIRST
)
def an_order_may_state_what_nobody_asks_for(s: Stage) -> Answered:
    return quote(s, coupon(opened(s))[1], **BOTH)


@case(HOLD, 422, "order-not-eligible", facts={"reasons": ["evidence"]})
def a_hold_without_a_prescription(s: Stage) -> Answered:
    return hold(s, refill(s), channel="online", fulfilment=TO_THE_DOOR)


@case(HOLD, 201, body=SENT, headers=FIRST)
def a_parcel_is_sent(s: Stage) -> Answered:
    return hold(s, refill(s), ttl_s=WEEK_S, **ONLINE)


@case(HOLD, 409, "order-conflict", detail="Order 'o-1' already carries another coupon or other content.")
def the_same_parcel_for_another_prescription(s: Stage) -> Answered:
    code = refill(s)
    hold(s, code, ttl_s=WEEK_S, **ONLINE)
    return hold(s, code, ttl_s=WEEK_S, **{**ONLINE, "evidence": {**PRESCRIPTION, "prescription_no": "RX-2"}})


@case(HOLD, 201, body={**SENT, "held_until": "2020-06-20T10:00:00+08:00"})
def a_parcel_that_is_sent_shortly_before_the_coupon_ends(s: Stage) -> Answered:
    refill(s)
    s.clock.set("2020-06-18T10:00:00+08:00")
    return hold(s, s.citizen("ann").code(ANNS), ttl_s=WEEK_S, **ONLINE)


@case(
    HOLD,
    400,
    "malformed",
    facts={
        "errors": [
            {"place": "body.order.fulfilment.mode", "message": "must be pickup or delivery"},
            {"place": "body.order.evidence.prescription_no", "message": "must have at most 128 characters"},
            {"place": "body.order.evidence.pharmacist_id", "message": "is missing"},
        ]
    },
)
def particulars_that_do_not_fit(s: Stage) -> Answered:
    lost = {"fulfilment": {**TO_THE_DOOR, "mode": "drone"}, "evidence": {"prescription_no": "x" * 129}}
    return hold(s, refill(s), **lost)


@case(REDEEM, 422, "order-not-eligible", facts={"reasons": ["fulfilment"]})
def redeeming_what_nobody_brings(s: Stage) -> Answered:
    return s.merchant().redeem("o-1", refill(s), order(channel="online", evidence=PRESCRIPTION))


@case(REDEEM, 422, "order-not-eligible", facts={"reasons": ["evidence", "min-spend"]})
def redeeming_too_little_without_a_prescription(s: Stage) -> Answered:
    return s.merchant().redeem("o-1", refill(s), order(4999, channel="online", fulfilment=TO_THE_DOOR))


@case(REDEEM, 201, body={**REDEEMED, "redeemed_at": "2020-06-13T09:59:59+08:00"}, headers=FIRST)
def redeeming_at_the_door(s: Stage) -> Answered:
    """In the last second of a week, without a code."""
    a_parcel_is_sent(s)
    s.clock.set("2020-06-13T09:59:59+08:00")
    return s.merchant().redeem("o-1", None, order(**ONLINE))


@case(REDEEM, 404, "not-found", detail="The hold has lapsed; send the coupon's code.")
def a_parcel_that_takes_longer_than_a_week(s: Stage) -> Answered:
    a_parcel_is_sent(s)
    s.clock.set("2020-06-13T10:00:00+08:00")
    return s.merchant().redeem("o-1", None, order(**ONLINE))


@case(REDEEM, 200, body=REDEEMED, headers=REPLAY)
def the_same_delivery_again(s: Stage) -> Answered:
    code = refill(s)
    s.merchant().redeem("o-1", code, order(**ONLINE))
    return s.merchant().redeem("o-1", code, order(**ONLINE))


@case(REDEEM, 409, "order-conflict", detail="Order 'o-1' already carries another coupon or other content.")
def the_same_delivery_under_another_parcel(s: Stage) -> Answered:
    code = refill(s)
    s.merchant().redeem("o-1", code, order(**ONLINE))
    return s.merchant().redeem("o-1", code, order(**{**ONLINE, "fulfilment": {**TO_THE_DOOR, "ref": "parcel-2"}}))


def has_a_line_that_says_so(text: str) -> bool:
    return text == f"{HEADER}{ROW},,,delivery,true,,\r\n"


@case(SETTLE, 200, body=has_a_line_that_says_so, headers=AS_FILE)
def the_day_of_a_delivery_as_a_file(s: Stage) -> Answered:
    s.merchant().redeem("o-1", refill(s), order(**ONLINE))
    return s.merchant().send(SETTLE, DAY, headers={"accept": "text/csv"})

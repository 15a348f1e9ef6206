"""Requests whose effects others are told, as far as the functions behind the streams and the schedule see to it."""

from __future__ import annotations

from tests.api.cases import REPLAY, case, coupon, opened
from tests.api.stage import Stage
from tests.bus import Stream
from tests.world import Answered, order


@case("GET /orders/{order_no}/redemption", 200, body=lambda text: "diner" not in text)
def read_after_it_was_told(s: Stage) -> Answered:
    """Claim and redemption are on the bus when the shop reads what it sent."""
    opened(s)
    stream = Stream(s)
    _, code = coupon(s)
    s.merchant().redeem("o-1", code, order())
    told = s.announce(stream.records())
    assert sorted(event["type"] for event in told) == ["coupon.claimed.v1", "coupon.redeemed.v1"]
    return s.merchant().send("GET /orders/{order_no}/redemption", {"order_no": "o-1"})


@case("PUT /batches/{batch_id}/claim", 200, body=lambda text: "coupon_id" in text, headers=REPLAY)
def repeated_claim_tells_nothing(s: Stage) -> Answered:
    """Nothing is inserted by a repeat."""
    opened(s)
    s.citizen("ann").put_claim("pack")
    stream = Stream(s)
    again = s.citizen("ann").put_claim("pack")
    assert s.announce(stream.records()) == []
    return again

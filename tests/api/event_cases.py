"""Requests whose effects others are told, as far as the functions behind the streams and the schedule see to it."""

from __future__ import annotations

from tests.api.cases import REPLAY, case, coupon, opened
from tests.api.stage import Stage
from tests.bus import Stream
from tests.world import Answered, a_batch, order


@case("GET /orders/{order_no}/redemption", 200, body=lambda text: "diner" not in text)
def read_after_it_was_told(s: Stage) -> Answered:
    """Claim and redemption are on the bus before the shop reads its order."""
    opened(s)
    stream = Stream(s)
    _, code = coupon(s)
    s.merchant().redeem("o-1", code, order())
    told = s.announce(stream.records())
    assert sorted(event["type"] for event in told) == ["coupon.claimed.v1", "coupon.redeemed.v1"]
    return s.merchant().send("GET /orders/{order_no}/redemption", {"order_no": "o-1"})


@case("GET /batches/{batch_id}/claim", 200, body=lambda text: "coupon_id" in text)
def read_beside_one_that_cannot_be_told(s: Stage) -> Answered:
    """Of two claims, one of an unknown batch, one record fails and one is on the bus."""
    opened(s)
    stream = Stream(s)
    s.citizen("ann").put_claim("pack")
    s.citizen("bo").put_claim("pack")
    records = [record for record in stream.records() if record["dynamodb"]["Keys"]["sk"]["S"].startswith("CLAIM#")]
    records[0]["dynamodb"]["NewImage"]["n"] = {"N": "99"}
    assert len(s.announce(records)) == 1
    assert [failure["reason"] for failure in s.heard.failures] == ["its batch is not published"]
    return s.citizen("ann").send("GET /batches/{batch_id}/claim", {"batch_id": "pack"})


@case("PUT /batches/{batch_id}/claim", 200, body=lambda text: "coupon_id" in text, headers=REPLAY)
def repeated_claim_tells_nothing(s: Stage) -> Answered:
    """A repeat inserts no item, so it makes no event."""
    opened(s)
    s.citizen("ann").put_claim("pack")
    stream = Stream(s)
    again = s.citizen("ann").put_claim("pack")
    assert s.announce(stream.records()) == []
    return again


@case("GET /wallet", 200, body=lambda text: '"available"' in text)
def wallet_on_the_day_of_the_reminder(s: Stage) -> Answered:
    """Three days before its end the schedule announces the coupon and does not change it."""
    opened(s, a_batch(remind_days=3))
    coupon_id, _ = coupon(s)
    s.clock.set("2020-06-17T00:00:00+08:00")
    s.restart("expire")
    assert {"batch_id": "pack", "step": "reminded", "claims": 1, "coupons": 1} in s.tick()["did"]
    (event,) = s.heard.take()
    assert event["data"]["coupons"] == [{"coupon_id": coupon_id, "terms_id": "ten-off"}]
    return s.citizen("ann").send("GET /wallet")

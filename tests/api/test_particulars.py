"""What an order states as evidence and fulfilment is kept and logged as keyed hashes alone."""

from __future__ import annotations

import hashlib
import json

import pytest

from coupons.model.orders import Order, fingerprint
from tests.api.cases import coupon, opened
from tests.api.particular_cases import BOTH, ONLINE, PRESCRIPTION, REFILL, TO_THE_DOOR, WEEK_S
from tests.api.settle_cases import DAY, LINE, SETTLE
from tests.api.stage import Stage
from tests.bus import Stream
from tests.world import KEYS, order, terms

HASHES = {
    "fulfilment_ref": KEYS.trace("fulfilment_ref", TO_THE_DOOR["ref"]),
    "prescription": KEYS.trace("prescription", PRESCRIPTION["prescription_no"]),
    "pharmacist": KEYS.trace("pharmacist", PRESCRIPTION["pharmacist_id"]),
}


def names(value: object) -> list[str]:
    """The merchant's own names that stand in it anywhere."""
    text = str(value)
    secret = [TO_THE_DOOR["ref"], *PRESCRIPTION.values()]
    return [name for name in secret if name in text]


def delivered(s: Stage) -> None:
    """Ann's parcel is sent, delivered, reported again, and comes back; one without a prescription is refused."""
    code = coupon(opened(s, terms=[terms(**REFILL)]))[1]
    body = {"code": code, "order": order(**ONLINE), "ttl_s": WEEK_S}
    assert s.merchant().send("PUT /orders/{order_no}/hold", {"order_no": "o-1"}, body=body).status == 201
    assert s.merchant().redeem("o-1", None, order(**ONLINE)).status == 201
    assert s.merchant().redeem("o-1", None, order(**ONLINE)).is_replay
    assert s.merchant().redeem("o-1", None, order(channel="online")).status == 409
    assert s.merchant().reverse("o-1", "r-1", 4000).status == 201


def test_no_table_event_or_log_line_has_the_names(fresh: Stage, capsys: pytest.CaptureFixture[str]) -> None:
    """They are in the requests alone; settlement lines say how the goods came, and that there was evidence."""
    stream = Stream(fresh)
    delivered(fresh)
    events = fresh.announce(stream.records())
    fresh.clock.set("2020-06-07T00:00:31+08:00")
    fresh.tick()
    answered = fresh.merchant().send(SETTLE, DAY)
    assert {event["type"] for event in events} >= {"coupon.redeemed.v1", "coupon.reversed.v1"}
    assert names([fresh.items(), events, capsys.readouterr(), answered.text]) == []
    assert not [value for value in HASHES.values() if value in str([events, answered.text])]
    assert [(line["fulfilment"], line["evidence"]) for line in answered.json["lines"]] == [("delivery", True)] * 2
    assert answered.json["lines"][0].keys() == LINE.keys()


def test_the_log_and_the_order_have_the_same_hashes(fresh: Stage, capsys: pytest.CaptureFixture[str]) -> None:
    """So whoever has the keys finds the order of a prescription; refused requests are logged too."""
    delivered(fresh)
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    stating = [line for line in lines if HASHES.items() <= line.items()]
    assert [line["status"] for line in stating] == [201, 201, 200]
    (kept,) = [item["particulars"] for item in fresh.items()[fresh.settings["ORDERS_TABLE"]] if "particulars" in item]
    assert kept == {"M": {"mode": {"S": "delivery"}, **{name: {"S": value} for name, value in HASHES.items()}}}


def test_who_knows_an_order_cannot_test_a_prescription_by_its_content_hash(fresh: Stage) -> None:
    """The content hash of an order depends on the keys only where it states something."""
    orders, table = [], fresh.settings["ORDERS_TABLE"]
    coupon_of = coupon(opened(fresh, terms=[terms(scope={"channels": ["online"]})]))[1]
    for stated in ({}, BOTH, {**BOTH, "evidence": {**PRESCRIPTION, "prescription_no": "RX-2"}}):
        number = f"o-{len(orders)}"
        body = {"code": coupon_of, "order": order(channel="online", **stated), "ttl_s": 1}
        assert fresh.merchant().send("PUT /orders/{order_no}/hold", {"order_no": number}, body=body).status == 201
        orders.append(number)
        fresh.clock.advance(1)
    hashes = {item["fingerprint"]["S"] for item in fresh.items()[table] if "fingerprint" in item}
    assert len(hashes) == 3


def test_an_order_that_states_nothing_has_the_content_hash_that_it_always_had() -> None:
    """Else no repeat of an order of before would be one."""
    plain = Order.model_validate_json(json.dumps(order()))
    names = ("total_minor", "store_id", "channel", "region", "items")
    text = json.dumps({name: order()[name] for name in names}, separators=(",", ":"))
    assert fingerprint(plain) == hashlib.sha256(text.encode()).hexdigest()[:32]

"""The relay: each claim, redemption and reversal of the streams becomes one event, and nothing else does."""

from __future__ import annotations

import json
from collections import Counter
from typing import Any

import pytest
from jsonschema import Draft202012Validator

import events
from coupons.process.services import replace_services
from coupons.stores.bus import NotPut
from infra.events.__main__ import documents
from tests.bus import Heard, Stream, record
from tests.editing import allow_late_scans
from tests.store.faults import Counting
from tests.world import World, a_batch, campaign, order, terms

PACK = campaign(a_batch(terms=["ten-off", "two-off"]), terms=[terms(), terms("two-off")])


@pytest.fixture
def stream(world: World) -> Stream:
    """The streams of a stack with one batch of two coupons a pack."""
    world.publish(PACK)
    return Stream(world)


def told(world: World, records: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The events that the function put on the bus, each validated by its committed schema."""
    assert events.handler({"Records": records}, None) == {"put": len(world.heard.entries), "failed": 0}
    found = world.heard.take()
    for event in found:
        Draft202012Validator(documents()[event["type"]]).validate(event)
    return found


def types(found: list[dict[str, Any]]) -> list[str]:
    return [event["type"].removeprefix("coupon.").removesuffix(".v1") for event in found]


def test_a_claim_is_told_as_it_was_answered(world: World, stream: Stream) -> None:
    """The event has the same coupons and times; a repeat of the claim makes no event."""
    ann = world.citizen("ann")
    answered = ann.put_claim("pack").json
    (event,) = told(world, stream.records())
    assert event["data"]["claimed_at"] == event["time"] == answered["claimed_at"]
    names = ("coupon_id", "terms_id", "valid_from", "expires_at")
    assert event["data"]["coupons"] == [{name: coupon[name] for name in names} for coupon in answered["coupons"]]
    assert ann.put_claim("pack").is_replay
    assert told(world, stream.records()) == []


def test_a_claim_after_an_extension_is_told_as_it_was_answered(world: World, stream: Stream) -> None:
    """The event has the longer validity."""
    path = {"batch_id": "pack"}
    world.operator().send("POST /admin/batches/{batch_id}/extend", path, body={"days": 2})
    stream.records()
    world.clock.advance(2)
    coupons = world.citizen("ann").put_claim("pack").json["coupons"]
    (event,) = told(world, stream.records())
    assert [c["expires_at"] for c in event["data"]["coupons"]] == [c["expires_at"] for c in coupons]
    assert coupons[0]["expires_at"] == "2020-06-22T10:00:02+08:00"


def test_a_redemption_is_told_as_it_was_answered(world: World, stream: Stream) -> None:
    """Of the three items that it writes, and the two marks of a day's first line, one becomes an event."""
    ann = world.citizen("ann")
    coupon_id = ann.put_claim("pack").json["coupons"][0]["coupon_id"]
    stream.records()
    answered = world.merchant().redeem("o-1", ann.code(coupon_id), order()).json
    records = stream.records()
    assert len(records) == 3 + 2
    (event,) = told(world, records)
    assert event["type"] == "coupon.redeemed.v1"
    assert event["data"] == {**answered, "campaign_id": "season", "merchant_id": "diner"}


@pytest.mark.parametrize(("parts", "returned"), [([4000], [True]), ([1000, 3000], [False, True])])
def test_each_reversal_is_told_as_it_was_answered(
    world: World, stream: Stream, parts: list[int], returned: list[bool]
) -> None:
    """The event states what was refunded, and whether the coupon was returned."""
    ann, shop = world.citizen("ann"), world.merchant()
    coupon_id = ann.put_claim("pack").json["coupons"][0]["coupon_id"]
    shop.redeem("o-1", ann.code(coupon_id), order())
    stream.records()
    answers = [shop.reverse("o-1", f"r-{number}", part).json for number, part in enumerate(parts)]
    found = sorted(told(world, stream.records()), key=lambda event: str(event["data"]["reversal_no"]))
    assert types(found) == ["reversed"] * len(parts)
    assert [event["data"]["coupon_returned"] for event in found] == returned
    for event, answer in zip(found, answers, strict=True):
        data = {"payable_minor": answer.pop("amount_minor"), **answer}
        assert data.items() <= event["data"].items()
        assert (event["data"]["coupon_id"], event["data"]["merchant_id"]) == (coupon_id, "diner")


def test_a_coupon_that_is_voided_by_its_reversal_did_not_come_back(world: World) -> None:
    """The refund policy says `never`."""
    world.publish(campaign(terms=[terms(refund={"policy": "never"})]))
    ann, shop = world.citizen("ann"), world.merchant()
    shop.redeem("o-1", ann.code(ann.put_claim("pack").json["coupons"][0]["coupon_id"]), order())
    stream = Stream(world)
    shop.reverse("o-1", "r-1", 4000)
    (event,) = told(world, stream.records())
    assert event["data"]["coupon_returned"] is False


def test_a_late_redemption_is_told_as_late(world: World, stream: Stream) -> None:
    """A till that had been offline."""
    ann = world.citizen("ann")
    allow_late_scans(1)
    code = ann.code(ann.put_claim("pack").json["coupons"][0]["coupon_id"])
    stream.records()
    world.clock.advance(300)
    scanned = {"scanned_at": "2020-06-06T10:00:10+08:00"}
    assert world.merchant().redeem("o-1", code, order(), **scanned).status == 201
    (event,) = told(world, stream.records())
    assert event["data"]["late"] is True


def test_nothing_else_is_told(world: World, stream: Stream) -> None:
    """Bookings, holds, releases, tombstones, and all changes of existing items make no event."""
    ann, shop = world.citizen("ann"), world.merchant()
    code = ann.code(ann.put_claim("pack").json["coupons"][0]["coupon_id"])
    assert types(told(world, stream.records())) == ["claimed"]
    hold, path = {"code": code, "order": order(), "ttl_s": 600}, {"order_no": "o-1"}
    assert shop.send("PUT /orders/{order_no}/hold", path, body=hold).status == 201
    records = stream.records()
    assert shop.send("DELETE /orders/{order_no}/hold", path).status == 200
    assert shop.send("DELETE /orders/{order_no}/hold", {"order_no": "o-2"}).status == 200
    records += stream.records()
    assert Counter(found["eventName"] for found in records) == {"MODIFY": 3, "INSERT": 2}
    assert told(world, records) == []
    booking = {"pk": {"S": "B#pack#3"}, "sk": {"S": "BOOKING#cHBw"}, "n": {"N": "1"}, "a": {"N": "1"}}
    assert told(world, [record(booking)]) == []


@pytest.mark.parametrize("name", ["MODIFY", "REMOVE"])
def test_a_change_of_a_claim_or_line_is_not_told(world: World, stream: Stream, name: str) -> None:
    """Only its insertion is; a record of a removal has no new image either."""
    ann = world.citizen("ann")
    world.merchant().redeem("o-1", ann.code(ann.put_claim("pack").json["coupons"][0]["coupon_id"]), order())
    records = [{**found, "eventName": name} for found in stream.records()]
    if name == "REMOVE":
        for found in records:
            del found["dynamodb"]["NewImage"]
    assert told(world, records) == []


def test_a_repeat_is_told_with_the_same_ids(world: World, stream: Stream) -> None:
    """By another process too: the stream sends records again if it was not told that they were put."""
    for name in ("ann", "bo"):
        world.citizen(name).put_claim("pack")
    records = stream.records()
    first = told(world, records)
    replace_services(world.new_services(seed=2))
    assert told(world, records) == first
    assert len({event["id"] for event in first}) == 2


def test_no_event_names_a_person(world: World, stream: Stream) -> None:
    """Neither the identity nor its key is in any event, in any encoding that the tables use."""
    ann, shop = world.citizen("ann", person_id="110101199003071234"), world.merchant()
    code = ann.code(ann.put_claim("pack").json["coupons"][0]["coupon_id"])
    shop.redeem("o-1", code, order())
    shop.reverse("o-1", "r-1", 4000)
    records = stream.records()
    key = next(found["dynamodb"]["Keys"]["sk"]["S"] for found in records if "CLAIM#" in str(found)).partition("#")[2]
    text = json.dumps(told(world, records))
    assert "110101199003071234" not in text
    assert key not in text
    assert world.services.keys.person("110101199003071234").hex() not in text


def test_what_is_not_put_is_not_acknowledged(world: World, stream: Stream) -> None:
    """The function fails, so the stream sends all records again."""
    world.citizen("ann").put_claim("pack")
    records = stream.records()

    class Failing(Heard):
        def put_events(self, **_: Any) -> dict[str, Any]:
            return {"FailedEntryCount": 1, "Entries": [{"ErrorCode": "InternalFailure"}]}

    replace_services(world.new_services(bus=Failing()))
    with pytest.raises(NotPut):
        events.handler({"Records": records}, None)
    replace_services(world.services)
    assert types(told(world, records)) == ["claimed"]


def test_a_warm_function_reads_nothing_but_the_control_item(world: World, stream: Stream) -> None:
    """It is read once a second, however many claims there are."""
    for number in range(5):
        world.citizen(f"p{number}").put_claim("pack")
    records = stream.records()
    counting = Counting(world.client)
    replace_services(world.new_services(client=counting))
    told(world, records)
    assert counting.requests == {"get_item": 3}, "number, release and control"
    told(world, records)
    assert counting.requests == {"get_item": 3}

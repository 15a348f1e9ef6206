"""The streams reach the function `events`, and the template's filters pass the records that become events."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from ministack.services.lambda_svc import _match_esm_filter

from coupons.stores.streams import inserted
from tests.api.stage import stage
from tests.api.town import VISIT
from tests.bus import Record, Stream
from tests.court import DAY, offer
from tests.points import incentives
from tests.template.stack import Plant, Planted, Template, function, resources, rule_tests
from tests.world import Person, a_batch, campaign, order

FED = {"Claims": "ClaimsTable", "Lines": "OrdersTable", "Points": "PointsTable"}
"""Event of the function → the table of its stream."""
WRONG = {"reason": "Wrong person"}


def mapping(t: Template, event: str) -> dict[str, Any]:
    found: dict[str, Any] = function(t, "events")["Events"][event]["Properties"]
    return found


def three_tables_stream_their_items(t: Template) -> Iterator[str]:
    """Claims, orders and points stream new and old images, for two readers; the catalog has no stream."""
    wanted = {table: {"StreamViewType": "NEW_AND_OLD_IMAGES"} for table in FED.values()}
    for name, table in resources(t, "AWS::DynamoDB::Table").items():
        if table.get("StreamSpecification") != wanted.get(name):
            yield f"{name} streams otherwise"


def each_stream_is_read_to_the_end(t: Template) -> Iterator[str]:
    """From its first record, in halves after errors, for hours; failed batches go to the queue."""
    if {name: event["Type"] for name, event in function(t, "events")["Events"].items()} != dict.fromkeys(
        FED, "DynamoDB"
    ):
        yield "other events than the three streams"
    for event, table in FED.items():
        found = mapping(t, event)
        decided = {
            "Stream": {"Fn::GetAtt": [table, "StreamArn"]},
            "StartingPosition": "TRIM_HORIZON",
            "BatchSize": 100,
            "MaximumBatchingWindowInSeconds": 1,
            "ParallelizationFactor": 2,
            "BisectBatchOnFunctionError": True,
            "MaximumRetryAttempts": 1000,
            "MaximumRecordAgeInSeconds": 6 * 3600,
            "DestinationConfig": {
                "OnFailure": {"Type": "SQS", "Destination": {"Fn::GetAtt": ["FailedEventsQueue", "Arn"]}}
            },
        }
        yield from (f"{event}: another {name}" for name, value in decided.items() if found.get(name) != value)
        # A batch that fails raises: to call parts of it done would need the code to say which.
        if "FunctionResponseTypes" in found:
            yield f"{event}: the function does not say which records failed"


def filters_pass_what_is_told(t: Template) -> Iterator[str]:
    """Of all records that a season writes, exactly those that the code turns into events."""
    for event, table in FED.items():
        patterns = [json.loads(found["Pattern"]) for found in mapping(t, event)["FilterCriteria"]["Filters"]]
        for record in (r for r in records() if f"table/{table}/" in r["eventSourceARN"]):
            passes = any(_match_esm_filter(record, pattern) for pattern in patterns)
            if passes != (inserted(record) is not None):
                yield f"{event}: {record['eventName']} {record['dynamodb']['Keys']}"


def what_is_late_or_lost_rings(t: Template) -> Iterator[str]:
    """There are alarms on the age of records and on the queue; the queue keeps messages for the longest time."""
    alarms = [a for a in resources(t, "AWS::CloudWatch::Alarm").values() if "Dimensions" in a]
    watched = {
        (alarm["MetricName"], json.dumps(alarm["Dimensions"][0]["Value"]), alarm["Threshold"]) for alarm in alarms
    }
    if ("IteratorAge", json.dumps({"Ref": "EventsFunction"}), 600_000) not in watched:
        yield "nobody watches how late events are"
    queue = json.dumps({"Fn::GetAtt": ["FailedEventsQueue", "QueueName"]})
    if ("ApproximateNumberOfMessagesVisible", queue, 0) not in watched:
        yield "nobody watches what is given up"
    properties = resources(t, "AWS::SQS::Queue")["FailedEventsQueue"]
    if properties != {"MessageRetentionPeriod": 14 * 86_400, "SqsManagedSseEnabled": True}:
        yield "the queue forgets, or is not encrypted"


def the_bus_is_the_stacks(t: Template) -> Iterator[str]:
    """It has the stack's name, is an output, and is the bus of the function."""
    if resources(t, "AWS::Events::EventBus")["EventBus"]["Name"] != {"Ref": "AWS::StackName"}:
        yield "the bus has another name"
    if t["Outputs"]["EventBusName"]["Value"] != {"Ref": "EventBus"}:
        yield "another bus is told"
    if function(t, "events")["Environment"]["Variables"]["EVENT_BUS"] != {"Ref": "EventBus"}:
        yield "events go elsewhere"


_RECORDS: list[Record] = []


def records() -> list[Record]:
    """The records of a booking, a claim, a hold, a redemption, a reversal and a tombstone, a slot booked twice, and a
    visit that earned and was corrected.
    """
    if _RECORDS:
        return _RECORDS
    with stage() as s:
        booking = {"opens_at": "2020-06-01T10:00:00+08:00", "closes_at": "2020-06-07T10:00:00+08:00"}
        s.published(campaign(a_batch(booking=booking)))
        offer(s, incentives=incentives())
        stream, ann, shop = Stream(s), s.citizen("ann"), s.merchant()
        numbered, named = {"order_no": "o-1"}, {"batch_id": "pack"}
        assert ann.send("PUT /batches/{batch_id}/booking", named).status == 201
        code = ann.code(ann.put_claim("pack").json["coupons"][0]["coupon_id"])
        _RECORDS.extend(stream.records())
        held = {"code": code, "order": order(), "ttl_s": 600}
        assert shop.send("PUT /orders/{order_no}/hold", numbered, body=held).status == 201
        _RECORDS.extend(stream.records())
        assert shop.redeem("o-1", None, order()).status == 201
        _RECORDS.extend(stream.records())
        assert shop.reverse("o-1", "r-1", 4000).status == 201
        assert shop.send("DELETE /orders/{order_no}/hold", {"order_no": "o-2"}).status == 200
        _RECORDS.extend(stream.records())
        for name in ("ann", "bob"):
            slot = {"slot_id": f"court.{DAY}.0900"}
            assert s.citizen(name).send("PUT /slots/{slot_id}/booking", slot, body={}).status == 201
            _RECORDS.extend(stream.records())
        told = {**VISIT, "activity_id": "court", "session_id": f"court.{DAY}.0900", "kind": "venue_booking"}
        partner = Person({"sub": "club", "scope": "partner", "merchant_id": "diner"})
        assert partner.send("PUT /points/earnings/{event_id}", {"event_id": "e-1"}, body=told).status == 201
        assert partner.send("PUT /points/corrections/{event_id}", {"event_id": "e-1"}, body=WRONG).status == 201
        _RECORDS.extend(stream.records())
        removals = [
            {**record, "eventName": "REMOVE", "dynamodb": {"Keys": record["dynamodb"]["Keys"]}} for record in _RECORDS
        ]
        _RECORDS.extend(removals)
    return _RECORDS


def _mapping(event: str, r: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = r["EventsFunction"]["Properties"]["Events"][event]["Properties"]
    return found


def _filter(event: str, pattern: str) -> Plant:
    return lambda r: _mapping(event, r)["FilterCriteria"]["Filters"][0].update(Pattern=pattern)


PLANTED: Planted = [
    (three_tables_stream_their_items, lambda r: r["ClaimsTable"]["Properties"].pop("StreamSpecification")),
    (
        three_tables_stream_their_items,
        lambda r: r["OrdersTable"]["Properties"]["StreamSpecification"].update(StreamViewType="KEYS_ONLY"),
    ),
    (
        three_tables_stream_their_items,
        lambda r: r["CatalogTable"]["Properties"].update(StreamSpecification={"StreamViewType": "NEW_AND_OLD_IMAGES"}),
    ),
    (each_stream_is_read_to_the_end, lambda r: _mapping("Claims", r).update(StartingPosition="LATEST")),
    (each_stream_is_read_to_the_end, lambda r: _mapping("Lines", r).pop("DestinationConfig")),
    (each_stream_is_read_to_the_end, lambda r: _mapping("Lines", r).update(BisectBatchOnFunctionError=False)),
    (
        each_stream_is_read_to_the_end,
        lambda r: _mapping("Claims", r).update(FunctionResponseTypes=["ReportBatchItemFailures"]),
    ),
    (
        each_stream_is_read_to_the_end,
        lambda r: r["EventsFunction"]["Properties"]["Events"].update(More={"Type": "SQS"}),
    ),
    (filters_pass_what_is_told, _filter("Claims", '{"eventName": ["INSERT"]}')),
    (filters_pass_what_is_told, _filter("Claims", '{"dynamodb": {"Keys": {"sk": {"S": [{"prefix": "CLAIM#"}]}}}}')),
    (filters_pass_what_is_told, _filter("Claims", '{"eventName": ["MODIFY"]}')),
    (filters_pass_what_is_told, _filter("Lines", '{"eventName": ["INSERT"]}')),
    (
        filters_pass_what_is_told,
        _filter("Lines", '{"eventName": ["INSERT"], "dynamodb": {"NewImage": {"kind": {"S": ["redemption"]}}}}'),
    ),
    (what_is_late_or_lost_rings, lambda r: r.pop("EventsAgeAlarm")),
    (what_is_late_or_lost_rings, lambda r: r.pop("FailedEventsAlarm")),
    (what_is_late_or_lost_rings, lambda r: r["FailedEventsQueue"]["Properties"].pop("MessageRetentionPeriod")),
    (the_bus_is_the_stacks, lambda r: r["EventBus"]["Properties"].update(Name="default")),
    (
        the_bus_is_the_stacks,
        lambda r: r["EventsFunction"]["Properties"]["Environment"]["Variables"].update(EVENT_BUS="default"),
    ),
]
TestRules = rule_tests(PLANTED)


def test_the_season_makes_every_kind_of_record() -> None:
    """So that the filters are tested with each."""
    told = [inserted(record) for record in records()]
    assert len([what for what in told if what is not None]) == 6
    assert {record["eventName"] for record in records()} == {"INSERT", "MODIFY", "REMOVE"}
    assert len(records()) > 2 * len([what for what in told if what is not None])

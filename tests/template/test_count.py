"""The streams reach the function `count` so that each record can be counted exactly once."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from tests.template.stack import Planted, Template, function, resources, rule_tests

FED = {"Claims": "ClaimsTable", "Lines": "OrdersTable", "Points": "PointsTable"}
"""Event of the function → the table of its stream."""
READERS_MAX = 2
"""Of a shard of a table's stream; a third one is throttled (DynamoDB developer guide, "Streams")."""


def mapping(t: Template, event: str) -> dict[str, Any]:
    found: dict[str, Any] = function(t, "count")["Events"][event]["Properties"]
    return found


def each_record_is_waited_for(t: Template) -> Iterator[str]:
    """From the first record, one batch of a shard at a time, in a window; nothing is left out, given up or halved."""
    if set(function(t, "count")["Events"]) != set(FED):
        yield "other events than the three streams"
        return
    for event, table in FED.items():
        found = mapping(t, event)
        window_s = found.get("TumblingWindowInSeconds", 0)
        wanted = {
            "Stream": {"Fn::GetAtt": [table, "StreamArn"]},
            "StartingPosition": "TRIM_HORIZON",
            "BatchSize": 1000,
            "ParallelizationFactor": 1,
            "TumblingWindowInSeconds": window_s,
        }
        if found != wanted:
            yield f"{event} is read otherwise"
        if not 1 <= window_s <= 5:
            yield f"{event} names no shard, or is late"


def what_is_late_rings(t: Template) -> Iterator[str]:
    """The age of records has an alarm, long before the stream forgets them after a day."""
    watched = {
        (alarm["MetricName"], json.dumps(alarm["Dimensions"]), alarm["Threshold"])
        for alarm in resources(t, "AWS::CloudWatch::Alarm").values()
        if "Dimensions" in alarm
    }
    function_name = [{"Name": "FunctionName", "Value": {"Ref": "CountFunction"}}]
    if ("IteratorAge", json.dumps(function_name), 600_000) not in watched:
        yield "nobody watches how late statistics are"


def two_read_a_stream(t: Template) -> Iterator[str]:
    """No table's stream has more readers than a shard takes."""
    readers: dict[str, int] = {}
    for found in resources(t, "AWS::Serverless::Function").values():
        for event in found["Events"].values():
            if event["Type"] == "DynamoDB":
                table = event["Properties"]["Stream"]["Fn::GetAtt"][0]
                readers[table] = readers.get(table, 0) + 1
    yield from (f"{table} has {number} readers" for table, number in readers.items() if number > READERS_MAX)


def _mapping(event: str, r: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = r["CountFunction"]["Properties"]["Events"][event]["Properties"]
    return found


PLANTED: Planted = [
    (each_record_is_waited_for, lambda r: _mapping("Claims", r).pop("TumblingWindowInSeconds")),
    (each_record_is_waited_for, lambda r: _mapping("Lines", r).update(TumblingWindowInSeconds=6)),
    (each_record_is_waited_for, lambda r: _mapping("Lines", r).update(ParallelizationFactor=2)),
    (each_record_is_waited_for, lambda r: _mapping("Claims", r).update(BisectBatchOnFunctionError=True)),
    (each_record_is_waited_for, lambda r: _mapping("Claims", r).update(MaximumRetryAttempts=3)),
    (each_record_is_waited_for, lambda r: _mapping("Claims", r).update(MaximumRecordAgeInSeconds=60)),
    (each_record_is_waited_for, lambda r: _mapping("Claims", r).update(StartingPosition="LATEST")),
    (each_record_is_waited_for, lambda r: _mapping("Claims", r).update(FilterCriteria={"Filters": []})),
    (each_record_is_waited_for, lambda r: r["CountFunction"]["Properties"]["Events"].pop("Points")),
    (what_is_late_rings, lambda r: r.pop("CountAgeAlarm")),
    (
        two_read_a_stream,
        lambda r: r["ExpireFunction"]["Properties"]["Events"].update(More=_mapping_of("ClaimsTable")),
    ),
]


def _mapping_of(table: str) -> dict[str, Any]:
    return {"Type": "DynamoDB", "Properties": {"Stream": {"Fn::GetAtt": [table, "StreamArn"]}}}


TestRules = rule_tests(PLANTED)

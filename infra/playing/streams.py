"""What the tables' streams bring: records of writes as Lambda hands them to a function; a store that keeps them."""

from __future__ import annotations

import base64
import itertools
import time
from collections.abc import Callable
from typing import Any

from infra.virtual.store import Store
from infra.virtual.writes import Written

Record = dict[str, Any]
STREAMED = ("ClaimsTable", "OrdersTable", "PointsTable")


class Streamed(Store):
    """A store that remembers its writes until they are taken."""

    def __init__(self, now_s: Callable[[], float] = time.monotonic) -> None:
        super().__init__(now_s)
        self.writes = list[Written]()

    def _store(self, written: Written) -> None:
        super()._store(written)
        if written.place.table in STREAMED and written.before != written.after:
            self.writes.append(written)

    def take(self) -> list[Record]:
        """The records of all writes since the last call, in their order."""
        taken, self.writes = self.writes, []
        return [_of(written) for written in taken]


def _of(written: Written) -> Record:
    place, before, after = written
    if after is None:
        assert before is not None, "a write of nothing"
        return record(dict(before), place.table, "REMOVE", dict(before))
    if before is None:
        return record(dict(after), place.table)
    return record(dict(after), place.table, "MODIFY", dict(before))


_sequence = itertools.count(4421584500000000017450439091)


def shards(records: list[Record], shard_id: str = "shardId-1") -> list[dict[str, Any]]:
    """The events of a tumbling window with these records, one for each table; the shape is AWS's ("Using the AWS Lambda
    tumbling windows", example event).
    """
    found = []
    for arn in dict.fromkeys(one["eventSourceARN"] for one in records):
        own = [one for one in records if one["eventSourceARN"] == arn]
        found.append(window(own, f"{shard_id}-{arn.split('/')[1]}"))
    return found


def window(records: list[Record], shard_id: str, *, final: bool = False) -> dict[str, Any]:
    """One event of a tumbling window."""
    return {
        "Records": records,
        "shardId": shard_id,
        "eventSourceARN": records[0]["eventSourceARN"] if records else "",
        "window": {"start": "2020-06-06T02:00:00Z", "end": "2020-06-06T02:00:01Z"},
        "state": {},
        "isFinalInvokeForWindow": final,
        "isWindowTerminatedEarly": False,
    }


def record(
    item: dict[str, Any], table: str = "ClaimsTable", name: str = "INSERT", old: dict[str, Any] | None = None
) -> Record:
    """One record of a stream; the shape is AWS's ("Using AWS Lambda with Amazon DynamoDB", example event).

    `old`: the item before a change; of a removed one, `item` too.
    """
    image = _as_json(item)
    images = {} if name == "REMOVE" else {"NewImage": image}
    images |= {} if old is None else {"OldImage": _as_json(old)}
    return {
        "eventID": "c4ca4238a0b923820dcc509a6f75849b",
        "eventName": name,
        "eventVersion": "1.1",
        "eventSource": "aws:dynamodb",
        "awsRegion": "us-east-1",
        "dynamodb": {
            "ApproximateCreationDateTime": 1_591_408_800,
            "Keys": {"pk": image["pk"], "sk": image["sk"]},
            **images,
            "SequenceNumber": str(next(_sequence)),
            "SizeBytes": 26,
            "StreamViewType": "NEW_AND_OLD_IMAGES",
        },
        "eventSourceARN": f"arn:aws:dynamodb:us-east-1:123456789012:table/{table}/stream/2020-06-06T00:00:00.000",
    }


def _as_json(value: Any) -> Any:
    """Bytes as base64, as JSON has them."""
    if isinstance(value, dict):
        return {name: _as_json(part) for name, part in value.items()}
    if isinstance(value, list):
        return [_as_json(part) for part in value]
    return base64.b64encode(value).decode() if isinstance(value, bytes) else value

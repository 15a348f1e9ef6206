"""What flows in and out of the function `events`, for tests: the tables' streams, and a bus that remembers."""

from __future__ import annotations

import base64
import itertools
import json
from dataclasses import dataclass, field
from typing import Any

Record = dict[str, Any]
_BYTES_MAX = 256 * 1024


@dataclass
class Heard:
    """An EventBridge client, and an SQS client: keeps what it is given, and refuses what the service would."""

    entries: list[dict[str, str]] = field(default_factory=list)
    failures: list[dict[str, Any]] = field(default_factory=list)
    """What the queue of failures was sent."""
    requests: int = 0

    def put_events(self, *, Entries: list[dict[str, str]]) -> dict[str, Any]:  # noqa: N803
        assert 1 <= len(Entries) <= 10
        assert sum(len(value.encode()) for entry in Entries for value in entry.values()) <= _BYTES_MAX
        self.requests += 1
        self.entries += Entries
        return {"FailedEntryCount": 0, "Entries": [{"EventId": "1"} for _ in Entries]}

    def send_message(self, *, QueueUrl: str, MessageBody: str) -> None:  # noqa: N803
        assert QueueUrl == "queue"
        self.failures.append(json.loads(MessageBody))

    def take(self) -> list[dict[str, Any]]:
        """The events since the last call, as subscribers get them in `detail`."""
        taken, self.entries = self.entries, []
        return [json.loads(entry["Detail"]) for entry in taken]


class Stream:
    """What the streams of a World's tables bring: each call of `records` the changes since the one before."""

    def __init__(self, world: Any) -> None:
        self._world = world
        self._before = self._items()

    def records(self) -> list[Record]:
        """New, changed and deleted items, as Lambda hands them to a function (`NEW_AND_OLD_IMAGES`)."""
        before, self._before = self._before, self._items()
        found = []
        for table, items in self._before.items():
            old = {_key(item): item for item in before[table]}
            changed = [item for item in items if old.get(_key(item)) != item]
            found += [
                record(item, table, "MODIFY" if _key(item) in old else "INSERT", old.get(_key(item)))
                for item in changed
            ]
            there = {_key(item) for item in items}
            found += [record(item, table, "REMOVE", item) for key, item in old.items() if key not in there]
        return found

    def _items(self) -> dict[str, list[dict[str, Any]]]:
        tables = [self._world.settings[name] for name in ("CLAIMS_TABLE", "ORDERS_TABLE", "POINTS_TABLE")]
        return {table: items for table, items in self._world.items().items() if table in tables}


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


def _key(item: dict[str, Any]) -> str:
    return json.dumps([item["pk"], item["sk"]])


def _as_json(value: Any) -> Any:
    """Bytes as base64, as JSON has them."""
    if isinstance(value, dict):
        return {name: _as_json(part) for name, part in value.items()}
    if isinstance(value, list):
        return [_as_json(part) for part in value]
    return base64.b64encode(value).decode() if isinstance(value, bytes) else value

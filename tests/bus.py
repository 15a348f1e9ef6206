"""What flows in and out of the function `events`, for tests: the tables' streams, and a bus that remembers."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

from infra.playing.streams import Record, record, shards, window  # noqa: F401 - tests take them from here

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


def _key(item: dict[str, Any]) -> str:
    return json.dumps([item["pk"], item["sk"]])

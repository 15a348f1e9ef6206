"""The event bus and the queue of failures, which keep what they accepted; the bus refuses now and then."""

from __future__ import annotations

import json
from collections import Counter
from typing import Any

from botocore.exceptions import ReadTimeoutError

from infra.playing.faults import Faults

ENTRIES_MAX, BYTES_MAX = 10, 256 * 1_024
REPEATED_LATER = "coupon.expiring.v1"
"""A repeat of it has the id of the first, and names the coupons that are still available."""


class RecordedBus:
    """In the face of boto3's clients of EventBridge and SQS. `events`: by id, as subscribers get them once."""

    def __init__(self, faults: Faults) -> None:
        self._faults = faults
        self.events: dict[str, dict[str, Any]] = {}
        self.copies: Counter[str] = Counter()
        """By type, how often an event came again."""
        self.unlike: set[str] = set()
        """Ids under which a repeat said something else."""
        self.failures: list[dict[str, Any]] = []
        """What the queue was sent: records that can never become events."""

    def put_events(self, *, Entries: list[dict[str, str]]) -> dict[str, Any]:  # noqa: N803
        assert 1 <= len(Entries) <= ENTRIES_MAX, f"{len(Entries)} events in one request"
        assert sum(len(value.encode()) for entry in Entries for value in entry.values()) <= BYTES_MAX
        fault = self._faults.draw_of_bus()
        accepted = Entries[: len(Entries) // 2] if fault == "refused in part" else Entries
        for entry in accepted:
            self._keep(json.loads(entry["Detail"]))
        if fault == "answer lost":
            raise ReadTimeoutError(endpoint_url="a virtual one")
        refused = len(Entries) - len(accepted)
        told = [{"EventId": "1"}] * len(accepted) + [{"ErrorCode": "ThrottlingException"}] * refused
        return {"FailedEntryCount": refused, "Entries": told}

    def _keep(self, detail: dict[str, Any]) -> None:
        first = self.events.setdefault(detail["id"], detail)
        if first is not detail:
            self.copies[detail["type"]] += 1
            if first != detail and detail["type"] != REPEATED_LATER:
                self.unlike.add(detail["id"])

    def send_message(self, *, QueueUrl: str, MessageBody: str) -> None:  # noqa: N803
        assert QueueUrl == "queue"
        self.failures.append(json.loads(MessageBody))

"""The EventBridge bus, written by PutEvents: at most 10 entries and 256 KB a request.

Every event is below 25 KB (the largest pack and the most funders: tests/unit/model/test_events.py), so ten always fit.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from coupons.model.events import Event
from coupons.refusals import Busy
from coupons.stores import remote
from coupons.stores.calls import CallLimits

ENTRIES_MAX = 10
_LIMITS = CallLimits(connect_s=0.5, read_s=2.0, attempts=3)


class NotPut(Busy):
    """The bus did not accept all events. Send all of them again: their ids stay the same."""


class Bus:
    def __init__(self, client: Any, name: str) -> None:
        self._client = client
        self._name = name

    def put(self, events: Sequence[Event]) -> None:
        """All events are on the bus. One request for ten. Raises NotPut; some may be on the bus then."""
        for start in range(0, len(events), ENTRIES_MAX):
            self._put([self._entry(event) for event in events[start : start + ENTRIES_MAX]])

    def _put(self, entries: list[dict[str, str]]) -> None:
        try:
            answer = self._client.put_events(Entries=entries)
        except remote.failures() as error:
            if remote.outcome(error) is None:
                raise
            raise NotPut(detail="The bus is throttled, or did not answer in time.") from error
        if answer["FailedEntryCount"]:
            codes = sorted({entry["ErrorCode"] for entry in answer["Entries"] if "ErrorCode" in entry})
            raise NotPut(detail=f"The bus refused {answer['FailedEntryCount']} events: {', '.join(codes)}.")

    def _entry(self, event: Event) -> dict[str, str]:
        return {
            "EventBusName": self._name,
            "Source": event.source,
            "DetailType": event.type,
            "Detail": event.model_dump_json(),
        }


def client() -> Any:
    return remote.client("events", _LIMITS)

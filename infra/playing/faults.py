"""What goes wrong on the way, while people ask: requests that the store never gets, answers that nobody gets."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from random import Random
from typing import Any

from botocore.exceptions import ReadTimeoutError

from infra.virtual.answers import error
from infra.virtual.store import Store

READS = frozenset({"get_item", "batch_get_item", "query", "scan"})
WRITES = frozenset({"put_item", "update_item", "delete_item", "batch_write_item", "transact_write_items"})
KINDS = {
    "throttled": 0.3,
    "lost on the way there": 0.1,
    "applied, and the answer lost": 0.2,
    "process killed after a write": 0.05,
}
"""Per cent of the requests to the store while a person is served."""
OF_THE_BUS = {"refused in part": 4.0, "answer lost": 2.0}
"""Per cent of the requests to the event bus; the stream then sends its records again."""
ANSWERS_LOST = 3.0
"""Per cent of the answers to people that are lost; the same request comes again."""


class Killed(BaseException):
    """The process is gone: nothing in it may catch this."""


class Faults:
    """`tally`: how often each was injected."""

    def __init__(self, rng: Random) -> None:
        self.tally: Counter[str] = Counter()
        self._rng = rng
        self._near = False

    @contextmanager
    def near_requests(self) -> Iterator[None]:
        """Inside, the store is unreliable. The schedule's reports are the books' source, so it is reliable for it."""
        self._near = True
        try:
            yield
        finally:
            self._near = False

    def loses_answer(self, route: str) -> bool:
        """A lost answer to a POST or DELETE would be another question, not a repeat."""
        is_lost = route.startswith("PUT ") and self._rng.random() * 100 < ANSWERS_LOST
        self.tally["answer to a person lost"] += is_lost
        return is_lost

    def draw_of_bus(self) -> str:
        """The fault of a request to the event bus; empty: none."""
        drawn = self._rng.random() * 100
        for kind, percent in OF_THE_BUS.items():
            drawn -= percent
            if drawn < 0:
                self.tally[f"event bus: {kind}"] += 1
                return kind
        return ""

    def draw(self, operation: str) -> str:
        """The fault of a request to the store; empty: none."""
        if not self._near:
            return ""
        drawn = self._rng.random() * 100
        for kind, percent in KINDS.items():
            drawn -= percent
            if drawn < 0:
                return kind if operation in WRITES or kind in ("throttled", "lost on the way there") else ""
        return ""


class Unreliable:
    """A client in the face of boto3's."""

    def __init__(self, store: Store, faults: Faults) -> None:
        self._store = store
        self._faults = faults

    def __getattr__(self, operation: str) -> Any:
        if operation not in READS and operation not in WRITES:
            raise AttributeError(operation)
        send = getattr(self._store, operation)

        def call(**request: Any) -> Any:
            fault = self._faults.draw(operation)
            if not fault:
                return send(**request)
            self._faults.tally[fault] += 1
            if fault == "throttled":
                raise error(operation, "ThrottlingException", "Rate exceeded")
            if fault == "lost on the way there":
                raise ReadTimeoutError(endpoint_url="a virtual one")
            send(**request)
            if fault == "process killed after a write":
                raise Killed
            raise ReadTimeoutError(endpoint_url="a virtual one")

        setattr(self, operation, call)
        return call

"""Counts refused claims by cause, in memory, and adds them to the store every few seconds: a statistic, never exact.

A refusal must not cost a write. So each process counts its own refusals, and adds them to one item a batch at most
every five seconds, with a later request: to the batch's total, and in a turn of its own to the seconds of its minute.
No request writes both. The counts of a process that ended are lost, so these figures are shown apart from the exact
ones. The metrics (`outcome` of each request) say the same by the minute.

Thousands of processes refuse from the same second on, and a batch's total is one item, which takes 1,000 writes a
second. So every write waits up to five seconds more by chance, the first one too.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable
from typing import TYPE_CHECKING, Generic, TypeVar

from coupons.clock import Clock
from coupons.refusals import Busy
from coupons.stores.refusal_counts import RefusalCounts
from coupons.times import MINUTE_S

if TYPE_CHECKING:
    from coupons.stores.statistics import Statistics

FLUSH_S = JITTER_S = 5.0
K = TypeVar("K")
C = TypeVar("C")


class RefusalCounter:
    """`statistics`: asked for when there is something to write, since they load all that a season counts."""

    def __init__(
        self, store: RefusalCounts, statistics: Callable[[], Statistics], clock: Clock, rng: random.Random
    ) -> None:
        self._store = store
        self._statistics = statistics
        self._clock = clock
        self._rng = rng
        self._totals: _Unwritten[str, str] = _Unwritten(clock, rng)
        self._seconds: _Unwritten[tuple[str, int], tuple[int, str]] = _Unwritten(clock, rng)

    def count(self, batch_id: str, cause: str) -> None:
        """One more refusal of a claim of `batch_id`."""
        now_s = int(self._clock.wall_s())
        second = now_s % MINUTE_S
        self._totals.add(batch_id, cause)
        self._seconds.add((batch_id, now_s - second), (second, cause))
        self.flush()

    def flush(self) -> None:
        """Write one of both counts if it is due; called with each request."""
        if self._totals.is_due():
            self._flush_totals()
        elif self._seconds.is_due():
            self._flush_seconds()

    def _flush_totals(self) -> None:
        for batch_id, counts in self._totals.take().items():
            try:
                self._store.add_refused(batch_id, counts)
            except Busy:
                # It may have been added: a second write could count twice.
                continue

    def _flush_seconds(self) -> None:
        from coupons.stores.statistics import ROWS  # noqa: PLC0415 - a claim that succeeds does not load it

        for (batch_id, minute_s), counts in self._seconds.take().items():
            try:
                self._statistics().add_refused(batch_id, minute_s, self._rng.randrange(ROWS), counts)
            except Busy:
                continue


class _Unwritten(Generic[K, C]):
    """Counts since the last write, which are due a while after that write and after the first of them."""

    def __init__(self, clock: Clock, rng: random.Random) -> None:
        self._clock = clock
        self._rng = rng
        self._counts: dict[K, Counter[C]] = {}
        self._rests_until_s = self._due_s = clock.monotonic_s()

    def add(self, key: K, what: C) -> None:
        if not self._counts:
            self._due_s = max(self._rests_until_s, self._clock.monotonic_s()) + self._rng.uniform(0, JITTER_S)
        self._counts.setdefault(key, Counter())[what] += 1

    def is_due(self) -> bool:
        return bool(self._counts) and self._clock.monotonic_s() >= self._due_s

    def take(self) -> dict[K, Counter[C]]:
        self._rests_until_s = self._clock.monotonic_s() + FLUSH_S
        taken, self._counts = self._counts, {}
        return taken

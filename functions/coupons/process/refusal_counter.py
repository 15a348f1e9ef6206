"""Counts refused claims by cause, in memory, and adds them to the store every few seconds: a statistic, never exact.

A refusal must not cost a write. So each process counts its own refusals, and adds them to one item a batch at most
every five seconds, with its next request: to the batch's total, and in a turn of its own to the seconds of its minute.
No request writes both. The counts of a process that ended are lost, so these figures are shown apart from the exact
ones. The metrics (`outcome` of each request) say the same by the minute.
"""

from __future__ import annotations

import random
from collections import Counter

from coupons.clock import Clock
from coupons.model.statistics import MINUTE_S
from coupons.refusals import Busy
from coupons.stores.refusal_counts import RefusalCounts
from coupons.stores.statistics import ROWS, Statistics

FLUSH_S = 5.0
JITTER_S = 1.0
"""A thousand processes that met the same opening do not write their seconds in the same one."""


class RefusalCounter:
    def __init__(self, store: RefusalCounts, statistics: Statistics, clock: Clock, rng: random.Random) -> None:
        self._store = store
        self._statistics = statistics
        self._clock = clock
        self._rng = rng
        self._counts: dict[str, Counter[str]] = {}
        self._seconds: dict[tuple[str, int], Counter[tuple[int, str]]] = {}
        self._flushed_s = clock.monotonic_s()
        self._seconds_due_s = self._flushed_s + FLUSH_S / 2

    def count(self, batch_id: str, cause: str) -> None:
        """One more refusal of a claim of `batch_id`."""
        self._counts.setdefault(batch_id, Counter())[cause] += 1
        minute_s, second = divmod(int(self._clock.wall_s()), MINUTE_S)
        self._seconds.setdefault((batch_id, minute_s * MINUTE_S), Counter())[second, cause] += 1
        self.flush()

    def flush(self) -> None:
        """Write one of both counts if it is due; called with each request."""
        now_s = self._clock.monotonic_s()
        if now_s - self._flushed_s >= FLUSH_S:
            self._flushed_s = now_s
            self._flush_totals()
        elif self._seconds and now_s >= self._seconds_due_s:
            self._seconds_due_s = now_s + FLUSH_S + self._rng.uniform(0, JITTER_S)
            self._flush_seconds()

    def _flush_totals(self) -> None:
        counted, self._counts = self._counts, {}
        for batch_id, counts in counted.items():
            try:
                self._store.add_refused(batch_id, counts)
            except Busy:
                # It may have been added: a second write could count twice.
                continue

    def _flush_seconds(self) -> None:
        counted, self._seconds = self._seconds, {}
        for (batch_id, minute_s), counts in counted.items():
            try:
                self._statistics.add_refused(batch_id, minute_s, self._rng.randrange(ROWS), counts)
            except Busy:
                continue

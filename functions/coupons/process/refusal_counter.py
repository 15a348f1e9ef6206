"""Counts refused claims by cause, in memory, and adds them to the store every few seconds: a statistic, never exact.

A refusal must not cost a write. So each process counts its own refusals, and adds them to one item a batch at most
every five seconds, with its next request. The counts of a process that ended are lost, so these figures are shown apart
from the exact ones. The metrics (`outcome` of each request) say the same by the minute.
"""

from __future__ import annotations

from collections import Counter

from coupons.clock import Clock
from coupons.refusals import Busy
from coupons.stores.refusal_counts import RefusalCounts

FLUSH_S = 5.0


class RefusalCounter:
    def __init__(self, store: RefusalCounts, clock: Clock) -> None:
        self._store = store
        self._clock = clock
        self._counts: dict[str, Counter[str]] = {}
        self._flushed_s = clock.monotonic_s()

    def count(self, batch_id: str, cause: str) -> None:
        """One more refusal of a claim of `batch_id`."""
        self._counts.setdefault(batch_id, Counter())[cause] += 1
        self.flush()

    def flush(self) -> None:
        """Write the counts so far if five seconds have passed since the last time; called with each request."""
        if self._clock.monotonic_s() - self._flushed_s < FLUSH_S:
            return
        self._flushed_s = self._clock.monotonic_s()
        counted, self._counts = self._counts, {}
        for batch_id, counts in counted.items():
            try:
                self._store.add_refused(batch_id, counts)
            except Busy:
                # It may have been added: a second write could count twice.
                continue

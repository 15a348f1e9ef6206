"""How many claims were refused, by cause: counted in memory, written now and then, and never exact.

A refusal must not cost a write, so each process counts its own and adds them to one statistics item a batch with its
next request, at most every five seconds. What a process had counted when it ended is missing: report these figures
apart from the exact ones. The metrics (`outcome` of each request) say the same by the minute.
"""

from __future__ import annotations

from collections import Counter

from coupons.clock import Clock
from coupons.refusals import Busy
from coupons.stores.refusal_counts import RefusalStatistics

FLUSH_S = 5.0


class RefusalCounts:
    def __init__(self, statistics: RefusalStatistics, clock: Clock) -> None:
        self._statistics = statistics
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
        for refused_batch_id, counts in counted.items():
            try:
                self._statistics.add_refused(refused_batch_id, counts)
            except Busy:
                # Whether it was added is unknown or unlikely; a statistic is not worth a second write.
                continue

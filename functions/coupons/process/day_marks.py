"""Day marks: before a settlement line is filed, its merchant is marked as one that has lines that day.

    mark (once a process, merchant and day) ── transaction with the line ── … midnight … ── fence ── close of the day

The close of a day must know whose lines to add up. An index over `orders` would cost a write for each line and could
not be read strongly. The mark is always written first, so no line exists without it; a mark without lines adds nothing.
"""

from __future__ import annotations

from datetime import date, timedelta

from coupons.clock import Clock
from coupons.damage import Damages
from coupons.stores.days import Days
from coupons.times import day_start_s

REMEMBERED_MAX = 10_000
"""Marks that a process remembers; then it forgets all of them and reads them again."""
CLOCK_SET_S = 1
"""If the two clocks of a process drift apart by more, the test clock was set, maybe back into a day that was closed."""


class DayMarks:
    def __init__(self, days: Days, clock: Clock, damages: Damages) -> None:
        self._days = days
        self._clock = clock
        self._damages = damages
        self._remembered: set[tuple[str, date, int]] = set()
        self._offset_s = 0.0

    def mark(self, merchant_id: str, day: date, timezone: str) -> None:
        """The merchant is marked for `day`, which ends at midnight in `timezone`. Call it before the line is sent.

        Costs 1 read unit the first time in a process, 1 write unit if no process has marked the merchant, and 1 more if
        none has marked the day; nothing for a repeat. Raises Busy.
        """
        self._forget_if_the_clock_was_set()
        mark = (merchant_id, day, day_start_s(day + timedelta(days=1), timezone))
        if mark in self._remembered:
            return
        with self._damages.left_out():
            self._days.mark(day.isoformat(), mark[2], merchant_id)
        if len(self._remembered) >= REMEMBERED_MAX:
            self._remembered.clear()
        self._remembered.add(mark)

    def _forget_if_the_clock_was_set(self) -> None:
        """Also after the process was frozen; that costs one more read a mark."""
        offset_s = self._clock.wall_s() - self._clock.monotonic_s()
        if abs(offset_s - self._offset_s) > CLOCK_SET_S:
            self._remembered.clear()
            self._offset_s = offset_s

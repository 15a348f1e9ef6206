"""Before a line is filed: the merchant is marked as one that has lines that day.

    mark (once a process, merchant and day) ── transaction with the line ── … midnight … ── fence ── close of the day

Closing a day has to know whose lines to add up, and an index over `orders` would cost a write for each line and be read
late. So the mark comes first, always, and no line can stand without it; a mark without a line adds up to nothing.
"""

from __future__ import annotations

from datetime import date, timedelta

from coupons.clock import Clock
from coupons.damage import Damages
from coupons.stores.days import Days
from coupons.times import day_start_s

REMEMBERED_MAX = 10_000
"""Merchants and days; then a process forgets all and asks again."""
CLOCK_SET_S = 1
"""The two clocks of a process part by this much if the test clock was set: maybe back into a day closed since."""


class DayMarks:
    def __init__(self, days: Days, clock: Clock, damages: Damages) -> None:
        self._days = days
        self._clock = clock
        self._damages = damages
        self._remembered: set[tuple[str, date, int]] = set()
        self._offset_s = 0.0

    def mark(self, merchant_id: str, day: date, timezone: str) -> None:
        """The merchant is marked for `day`, as it ends in `timezone`; call it before the line is sent.

        1 read unit the first time in a process, and 1 write unit if no process has marked the merchant, 1 more if none
        has marked the day. Nothing for a repeat. Raises Busy.
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
        """Or if the process was asleep: asking again costs a read."""
        offset_s = self._clock.wall_s() - self._clock.monotonic_s()
        if abs(offset_s - self._offset_s) > CLOCK_SET_S:
            self._remembered.clear()
            self._offset_s = offset_s

"""What a process remembers of live statistics, so that a crowd in front of a board costs few reads."""

from __future__ import annotations

from collections.abc import Iterable

from coupons.clock import SKEW_S, Clock
from coupons.model.statistics import HOUR_S, Counts, Hours, hour_start_s, total
from coupons.process.fresh import Fresh
from coupons.stores.statistics import MinuteOf, Statistics
from coupons.stores.statistics_keys import day_of_hour
from coupons.times import DAY_S

FOLD_AFTER_S = 600
"""So long after its end an hour is folded: no transaction that took the hour for unfinished is still on its way."""
FOLDS_KEPT_S = 5.0
HOURS_ALONE_MAX = 4
HOURS_KEPT_MAX, DAYS_KEPT_MAX = 64, 32
"""Whose minutes a process remembers: more hours than one answer by minute has."""
NOTES_KEPT_MAX = 1_000


class SeasonCounts:
    """Folds are at most 5 seconds old, minutes one. `folded_through_s`: how far this process folded a campaign."""

    def __init__(self, store: Statistics, clock: Clock) -> None:
        self.folded_through_s: dict[str, int] = {}
        self._store = store
        self._noted: set[tuple[str, int]] = set()
        self._folds: Fresh[str, Hours] = Fresh(clock, store.hours, FOLDS_KEPT_S)
        self._minutes: Fresh[tuple[str, int], dict[int, Counts]] = Fresh(
            clock, lambda hour: store.minutes(*hour, consistent=False), most=HOURS_KEPT_MAX
        )
        self._days: Fresh[tuple[str, int], dict[int, dict[int, Counts]]] = Fresh(
            clock, lambda day: store.day(*day, consistent=False), FOLDS_KEPT_S, DAYS_KEPT_MAX
        )

    def note_days(self, minutes: Iterable[MinuteOf]) -> None:
        """The days of these minutes are noted, before they are written. Raises Busy."""
        for day in {(one.campaign_id, day_of_hour(one.hour_s)) for one in minutes} - self._noted:
            self._store.note_day(*day)
            if len(self._noted) == NOTES_KEPT_MAX:
                self._noted.clear()
            self._noted.add(day)

    def minutes(self, campaign_id: str, hour_s: int) -> dict[int, Counts]:
        """What was counted in each minute of an hour."""
        return self._minutes.get((campaign_id, hour_s))

    def hours(self, campaign_id: str, timezone: str, first_s: int, now_s: int) -> dict[int, Counts]:
        """What was counted in each hour of a season that began at `first_s`: its fold, or the sum of its minutes.

        Hours of days in which nothing was counted are left out if many are not folded: after a clock went ahead, and
        once the schedule looks no longer at a season that is over.
        """
        found = self._folds.get(campaign_id)
        # A test clock may have been set back before what is folded.
        through_s = min(found.through_s, foldable_through_s(now_s, timezone))
        by_hour = {hour_s: counts for hour_s, counts in found.folds.items() if hour_s < through_s}
        from_s, until_s = through_s or hour_start_s(first_s, timezone), now_s + SKEW_S
        if until_s - from_s > HOURS_ALONE_MAX * HOUR_S:
            unfolded = hours_of_days(found.days, from_s, until_s, timezone)
        else:
            unfolded = hours_from(from_s, until_s, timezone)
        unfolded += [hour_s for hour_s in found.changed if hour_s < through_s]
        return by_hour | {hour_s: total(self._read(campaign_id, hour_s, len(unfolded)).values()) for hour_s in unfolded}

    def _read(self, campaign_id: str, hour_s: int, hours: int) -> dict[int, Counts]:
        """The minutes of one of so many `hours`: if they are many, because no schedule ran, a day at once."""
        if hours <= HOURS_ALONE_MAX:
            return self.minutes(campaign_id, hour_s)
        return self._days.get((campaign_id, day_of_hour(hour_s))).get(hour_s, {})


def foldable_through_s(now_s: int, timezone: str) -> int:
    """Hours before this can be folded."""
    return hour_start_s(now_s - FOLD_AFTER_S, timezone)


def hours_of_days(days: Iterable[int], from_s: int, until_s: int, timezone: str) -> list[int]:
    """The hours from `from_s` on that begin before `until_s`, of these days: a year without counts costs nothing."""
    return [
        hour_s
        for day in sorted(days)
        for hour_s in hours_from(
            max(from_s, hour_start_s(day * DAY_S, timezone)), min(until_s, (day + 1) * DAY_S), timezone
        )
        if day_of_hour(hour_s) == day
    ]


def hours_from(first_s: int, until_s: int, timezone: str) -> list[int]:
    """The hours on the wall clock from `first_s` on that begin before `until_s`."""
    found = []
    while first_s < until_s:
        found.append(first_s)
        first_s = hour_start_s(first_s + HOUR_S, timezone)
    return found

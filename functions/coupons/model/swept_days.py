"""Which days of a campaign's facilities were swept: who was booked on them and did not come has been counted.

A facility's day is due `FENCE_S` after the last of its slots whose people can be checked in. What is swept is known by
two things: all days `through` one, and marks of single facilities on the days after it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import NamedTuple

from coupons.clock import FENCE_S
from coupons.model.programmes import Programme
from coupons.model.slots import Bookable

OVER_DAYS = 3
"""A day that began so many days ago is due, whatever its rules: its slots begin within a day, and people are checked in
for a day at most after that."""


class FacilityDay(NamedTuple):
    day: str
    facility_id: str


@dataclass(frozen=True, slots=True)
class SweptDays:
    """`version` 0: there is no item yet. `round` rises when a test clock is set back, and with it the marks' names."""

    version: int = 0
    through: str = ""
    """The last day that is swept, with all days before it; empty: none."""
    round: int = 0
    marks: frozenset[FacilityDay] = frozenset()
    """Of days after `through`."""

    def set_back(self, now: date) -> SweptDays:
        """A new round, in which only days count as swept that are due on that day in any case."""
        over = (now - timedelta(days=OVER_DAYS)).isoformat()
        return replace(self, through=min(self.through, over), round=self.round + 1, marks=frozenset())

    def with_marks(self, done: Iterable[FacilityDay]) -> SweptDays:
        return replace(self, marks=self.marks.union(done))


DueMoments = Mapping[str, int]
"""By `facility_id`: when its day is due; without those of whose slots nobody is checked in."""


def due_moments(campaign_id: str, timezone: str, programme: Programme, day: str) -> DueMoments:
    """Of a calendar day of the campaign's zone."""
    found: dict[str, int] = {}
    for facility_id in programme.bookable_ids:
        of = Bookable.of(campaign_id, timezone, programme, facility_id)
        closes_s = [slot.check_in.closes_at_s for slot in of.slots_of(day) if slot.check_in] if of else []
        if closes_s:
            found[facility_id] = max(closes_s) + FENCE_S
    return found


def days_after(through: str, programme: Programme, timezone: str, last: date) -> Iterator[str]:
    """The days after `through` up to `last`; from the first day with slots on if `through` is empty."""
    day = date.fromisoformat(through) + timedelta(days=1) if through else programme.first_day(timezone)
    while day is not None and day <= last:
        yield day.isoformat()
        day += timedelta(days=1)

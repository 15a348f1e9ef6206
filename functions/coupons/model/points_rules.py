"""What one visit is worth, and how much of it counts: the rules of a program's points, as functions of days.

Points are a function of the set of valid visits: admitted, and not voided. Raw points are summed by day, and
`f(window) = min(cap, Σ f(windows inside it))` over day, month and year. Beside it each kind has one first-of-kind
bonus, outside the caps, in the year of the earliest visit of that kind. So order, repeats and delays change no total.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Self

from coupons.model.facilities import Facility
from coupons.model.incentives import Incentives
from coupons.model.programmes import Programme
from coupons.model.slots import Bookable
from coupons.times import day_of, day_start_s

AHEAD_S = 300
"""A visit may be reported as so many seconds later than now: clocks differ."""
VENUE_BOOKING = "venue_booking"
"""The kind of a check-in at a facility."""


@dataclass(frozen=True, slots=True)
class Month:
    """A person's raw points of one month by day, `yyyy-mm-dd`: the sums of the valid visits."""

    days: Mapping[str, int] = field(default_factory=dict)

    def with_raw(self, day: str, raw: int) -> Month:
        """`raw` more on this day, or less if it is negative. A day without points is left out."""
        days = {**self.days, day: self.days.get(day, 0) + raw}
        return Month({one: points for one, points in days.items() if points})


@dataclass(frozen=True, slots=True)
class PointsRules:
    """The `incentives` of a campaign's programme, in its time zone. Days are `yyyy-mm-dd`, months `yyyy-mm`."""

    incentives: Incentives
    timezone: str

    @classmethod
    def of(cls, programme: Programme, timezone: str) -> Self | None:
        """None if its visits earn nothing."""
        return cls(programme.incentives, timezone) if programme.incentives else None

    def day_of(self, moment_s: int) -> str:
        return day_of(moment_s, self.timezone).isoformat()

    def raw(self, kind: str, quantity: int, day: str) -> int | None:
        """What `quantity` visits of a kind earn on a day, before caps; None if no rule of the kind holds on it."""
        points = self.incentives.points_of(kind, day)
        return None if points is None else points * quantity * self.incentives.basis_points_on(day) // 10_000

    def is_late(self, day: str, now_s: int) -> bool:
        """Whether a visit of this day can no longer be reported."""
        last = date.fromisoformat(day) + timedelta(days=self.incentives.late_days)
        return last < day_of(now_s, self.timezone) or self.has_ended(year_of(day), now_s)

    def ends_at_s(self, year: int) -> int:
        """When the points of a year end: the first second in which they count no more."""
        return day_start_s(date(year + 1 + self.incentives.expires.years, 1, 1), self.timezone)

    def has_ended(self, year: int, now_s: int) -> bool:
        """Whether the points of a year have ended; then nothing of the year is corrected any more."""
        return self.ends_at_s(year) <= now_s

    def grace_ends_at_s(self, now_s: int) -> int:
        """When points end that are given back now after they had ended: at the end of a day."""
        return day_start_s(
            day_of(now_s, self.timezone) + timedelta(days=self.incentives.refund_grace_days + 1), self.timezone
        )

    def month_points(self, month: str, raw: Month) -> int:
        """What a month's raw points count, under the caps of its days and its own."""
        days = (_capped(points, self.incentives.cap("day", day)) for day, points in raw.days.items())
        return _capped(sum(days), self.incentives.cap("month", f"{month}-01"))

    def year_points(self, year: int, months: Mapping[str, int]) -> int:
        """What a year counts. `months`: what each month counts, of other years too."""
        total = sum(points for month, points in months.items() if year_of(month) == year)
        return _capped(total, self.incentives.cap("year", f"{year}-01-01"))

    def bonus_points(self, year: int, visits: Mapping[str, Mapping[int, int]]) -> int:
        """The first-of-kind bonuses of a year. `visits`: by kind the number of valid visits by year."""
        firsts = (min((one for one, number in by_year.items() if number), default=None) for by_year in visits.values())
        return self.incentives.first_of_kind_points * sum(first == year for first in firsts)


def year_of(day: str) -> int:
    """The year of a day or month."""
    return int(day[:4])


def month_of(day: str) -> str:
    return day[:7]


def kind_of_visit(bookable: Bookable) -> str | None:
    """What a check-in is to the rules of points; None: it earns nothing."""
    return VENUE_BOOKING if isinstance(bookable.what, Facility) else bookable.what.points_kind


def _capped(points: int, most: int | None) -> int:
    return points if most is None else min(points, most)

"""The hours and days on which a valid coupon can be used, by the wall clock of the campaign's time zone."""

from __future__ import annotations

from datetime import date, timedelta
from typing import get_args

from coupons.fields import Weekday
from coupons.model.terms import Terms, WeeklyHours
from coupons.times import wall_clock

WEEKDAYS: tuple[Weekday, ...] = get_args(Weekday)
"""In the order of `date.weekday()`."""


def is_open(terms: Terms, moment_s: int, timezone: str) -> bool:
    """`moment_s` is inside one of the weekly hours, if there are any, and not on a blackout date.

    The blackout date is the calendar day of the moment: hours that began before midnight end there if the next day is a
    blackout date. Hours follow the wall clock: an hour that a clock change repeats counts twice, one that it skips does
    not occur.
    """
    shown = wall_clock(moment_s, timezone)
    if shown.date().isoformat() in terms.blackout_dates:
        return False
    clock = shown.strftime("%H:%M")
    return not terms.usable or any(_covers(hours, shown.date(), clock) for hours in terms.usable)


def _covers(hours: WeeklyHours, day: date, clock: str) -> bool:
    """`clock` is HH:MM, which sorts by time; a minute is inside with all its seconds."""
    began_today = _weekday(day) in hours.weekdays
    if hours.starts < hours.ends:
        return began_today and hours.starts <= clock < hours.ends
    began_yesterday = _weekday(day - timedelta(days=1)) in hours.weekdays
    return (began_today and hours.starts <= clock) or (began_yesterday and clock < hours.ends)


def _weekday(day: date) -> Weekday:
    return WEEKDAYS[day.weekday()]

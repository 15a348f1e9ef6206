"""Whether the hours and days of terms ever meet the validity of the coupons that a batch hands out."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator
from datetime import timedelta

from coupons.fields import Weekday
from coupons.model.claims import expiry_s, fresh_coupon
from coupons.model.declared_batches import Batch
from coupons.model.opening_hours import WEEKDAYS
from coupons.model.terms import Terms
from coupons.times import DAY_S, day_of, day_start_s, epoch_s

SEARCHED_S = 120 * DAY_S
"""So long after the first valid second hours are listed: they repeat each week."""
Span = tuple[int, int]
"""Half-open, in epoch seconds."""


def valid_span(batch: Batch, terms: Terms, timezone: str) -> Span:
    """From the first second in which one of the batch's coupons is valid to the first in which none is."""
    first_s, last_s = epoch_s(batch.opens_at), epoch_s(batch.closes_at) - 1
    return max(first_s, fresh_coupon(terms, first_s, timezone).valid_from_s), expiry_s(terms, last_s)


def useless_claim_s(batch: Batch, terms: Terms, timezone: str) -> int | None:
    """A second of the batch's window in which a claim brings a coupon that is never usable; None if there is none.

    The first and the last second are tried, and each end of hours: from there the wait for the next is the longest.
    """
    if not terms.usable and not terms.blackout_dates:
        return None
    first_s, last_s = epoch_s(batch.opens_at), epoch_s(batch.closes_at) - 1
    span = valid_span(batch, terms, timezone)
    usable = list(_usable(terms, span, timezone))
    ends = [ends_s for _, ends_s in usable]
    for claimed_s in (first_s, *(ends_s for ends_s in ends if first_s < ends_s < last_s), last_s):
        from_s, to_s = max(claimed_s, fresh_coupon(terms, claimed_s, timezone).valid_from_s), expiry_s(terms, claimed_s)
        following = bisect_right(ends, from_s)
        if following == len(usable) or usable[following][0] >= to_s:
            return claimed_s if to_s <= span[0] + SEARCHED_S else None
    return None


def _usable(terms: Terms, span: Span, timezone: str) -> Iterator[Span]:
    """The times in which the terms can be used, at the beginning of `span`, in order; a clock change moves them."""
    week = [list(_merged(_minutes(terms, day))) for day in WEEKDAYS]
    day, last = day_of(span[0], timezone), day_of(min(span[1], span[0] + SEARCHED_S), timezone)
    while day <= last:
        midnight_s = day_start_s(day, timezone)
        for starts, ends in week[day.weekday()] if day.isoformat() not in terms.blackout_dates else ():
            yield midnight_s + 60 * starts, midnight_s + 60 * ends
        day += timedelta(days=1)


def _minutes(terms: Terms, day: Weekday) -> Iterator[tuple[int, int]]:
    """The hours of a day of the week, in minutes after midnight."""
    if not terms.usable:
        yield 0, 24 * 60
    before = WEEKDAYS[WEEKDAYS.index(day) - 1]
    for hours in terms.usable:
        starts, ends = _minute(hours.starts), _minute(hours.ends)
        if day in hours.weekdays:
            yield starts, ends if starts < ends else 24 * 60
        if starts >= ends and ends and before in hours.weekdays:
            yield 0, ends


def _merged(spans: Iterator[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """The same minutes in order, without those that overlap."""
    covered = 0
    for starts, ends in sorted(spans):
        if ends > covered:
            yield max(starts, covered), ends
            covered = ends


def _minute(clock: str) -> int:
    hour, _, minute = clock.partition(":")
    return 60 * int(hour) + int(minute)

"""Whether the hours and days of terms ever meet the validity of the coupons that a batch hands out."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

from coupons.model.campaigns import Batch
from coupons.model.claims import expiry_s, fresh_coupon
from coupons.model.opening_hours import weekday
from coupons.model.terms import Terms
from coupons.times import DAY_S, day_of, day_start_s, epoch_s

DAYS_MAX = 400
"""A longer time than this is not searched: hours repeat each week."""
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
    usable = list(_usable(terms, valid_span(batch, terms, timezone), timezone))
    ends = [ends_s for _, ends_s in usable if first_s < ends_s < last_s]
    for claimed_s in (first_s, *ends, last_s):
        from_s, to_s = max(claimed_s, fresh_coupon(terms, claimed_s, timezone).valid_from_s), expiry_s(terms, claimed_s)
        if from_s > first_s + DAYS_MAX * DAY_S:
            return None
        if not any(starts_s < to_s and from_s < ends_s for starts_s, ends_s in usable):
            return claimed_s
    return None


def _usable(terms: Terms, span: Span, timezone: str) -> Iterator[Span]:
    """The times inside `span` in which the terms can be used, in order, day by day."""
    day, last = day_of(span[0], timezone), day_of(span[1], timezone)
    last = min(last, day + timedelta(days=DAYS_MAX + 1))
    while day <= last:
        if day.isoformat() not in terms.blackout_dates:
            midnight_s = day_start_s(day, timezone)
            for starts, ends in sorted(_minutes(terms, day)):
                yield midnight_s + 60 * starts, midnight_s + 60 * ends
        day += timedelta(days=1)


def _minutes(terms: Terms, day: date) -> Iterator[tuple[int, int]]:
    """The hours of one calendar day in minutes after midnight; a clock change moves them by its hour at most."""
    if not terms.usable:
        yield 0, 24 * 60
    for hours in terms.usable:
        starts, ends = _minute(hours.starts), _minute(hours.ends)
        if weekday(day) in hours.weekdays:
            yield starts, ends if starts < ends else 24 * 60
        if starts >= ends and ends and weekday(day - timedelta(days=1)) in hours.weekdays:
            yield 0, ends


def _minute(clock: str) -> int:
    hour, _, minute = clock.partition(":")
    return 60 * int(hour) + int(minute)

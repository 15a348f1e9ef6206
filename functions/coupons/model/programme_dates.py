"""What a revision of a programme can no longer change: dates that are past, or open for booking.

People booked such a date by what it said. So its slots stay: their times, prices, subsidies, units and venue, when they
can be given back, and when people move up and are checked in. There an operator cancels slots or changes their units
one by one, and the programme is the whole history of what was offered. A rule changes from a later day on by a row of
its own.

Compared in wall time, so that a rule of the time zone that changes later alters no date. Quotas, waiting lists and bans
are not part of a date: a changed rule holds for them at once.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import islice
from typing import Any

from coupons.model.activities import Activity
from coupons.model.facilities import BookingRule, Facility, ScheduleRow, clock_of
from coupons.model.frozen import DIFFERENCES_MAX
from coupons.model.programmes import Programme
from coupons.model.slots import opens_at_s
from coupons.refusal_reasons import Difference
from coupons.refusals import TermsFrozen
from coupons.times import day_of, epoch_s, rfc3339, wall_clock

Offer = dict[str, Any]
"""What a date offers: units, venue and slots; empty if it has no slots."""


@dataclass(frozen=True, slots=True)
class FrozenDate:
    """A past or open date that another programme alters. `place`: of what is booked, in the other programme."""

    facility_id: str
    day: date
    is_past: bool
    place: str
    kept: Offer
    stated: Offer

    def __str__(self) -> str:
        why = "is past" if self.is_past else "is open for booking"
        return f"{self.facility_id!r}: {self.day.isoformat()} {why}, so its slots stay as they are."


def refusal_of_dates(stored: Programme, document: Programme, timezone: str, now_s: int) -> TermsFrozen | None:
    """The refusal of a revision that alters past or open dates, which names the first; None if it alters none."""
    found = list(islice(frozen_dates(stored, document, timezone, now_s), DIFFERENCES_MAX))
    if not found:
        return None
    differences: list[Difference] = [
        {
            "place": f"body.{one.place}",
            "kept": {"day": one.day.isoformat(), **_unlike(one.kept, one.stated)},
            "stated": {"day": one.day.isoformat(), **_unlike(one.stated, one.kept)},
        }
        for one in found
    ]
    return TermsFrozen(detail=str(found[0]), differences=differences, timezone=timezone)


def frozen_dates(stored: Programme, document: Programme, timezone: str, now_s: int) -> Iterator[FrozenDate]:
    """Each past or open date that `document` alters, by facility and day.

    A date whose slots it would open later again counts. Of what `document` adds only past dates are frozen: nobody
    could book the others yet.
    """
    today = day_of(now_s, timezone)
    before, after = _bookable(stored, timezone), _bookable(document, timezone)
    for facility_id in dict.fromkeys([*before, *after]):
        old, new = before.get(facility_id), after.get(facility_id)
        if old and new and old.facts == new.facts:
            continue
        for day in _days(old, new, today):
            if old and new and (rows := old.rows(day)) is not None and rows == new.rows(day):
                continue
            if day >= today and not (old and old.is_open(day, now_s)):
                continue
            kept, stated = (one.offer(day, now_s) if one else {} for one in (old, new))
            if kept != stated:
                yield FrozenDate(facility_id, day, day < today, new.place if new else "facilities", kept, stated)


@dataclass(frozen=True, slots=True)
class _Bookable:
    """What is booked by slot under one name. `place`: where its document declares it."""

    place: str
    what: Facility | Activity
    venue: Mapping[str, Any]
    rules: Mapping[str, BookingRule]
    timezone: str

    @property
    def units(self) -> int | None:
        if isinstance(self.what, Facility):
            return self.what.units
        return self.what.seats.capacity if self.what.seats else None

    @property
    def facts(self) -> tuple[object, ...]:
        """All that its offers depend on."""
        own = {"schedule", "closed", "price_minor", "booking_rule", "subsidy_batch", "sessions"}
        rules = {name: _terms(rule) for name, rule in self.rules.items()}
        return self.units, self.venue, rules, self.what.model_dump(include=own)

    def rows(self, day: date) -> list[object] | None:
        """What a date offers, row by row: quick to compare, for a season has thousands of slots. None: not by rows."""
        if not isinstance(self.what, Facility):
            return None
        return [self.units, self.venue, *(self._row(row) for row in self.what.rows_on(day))]

    def _row(self, row: ScheduleRow) -> tuple[object, ...]:
        assert isinstance(self.what, Facility)
        rule = self.rules[self.what.rule_of(row)]
        what = self.what
        return row.starts, row.ends, row.slot_minutes, what.price_of(row), what.subsidy_of(row), _terms(rule)

    def days(self) -> Iterator[tuple[date, date]]:
        """Ranges of days with slots, first and last."""
        if isinstance(self.what, Facility):
            for row in self.what.schedule:
                yield date.fromisoformat(row.first_day), date.fromisoformat(row.last_day)
        else:
            for session in self.what.sessions:
                day = day_of(epoch_s(session.starts_at), self.timezone)
                yield day, day

    def is_open(self, day: date, now_s: int) -> bool:
        """Whether some of its slots can be booked, or could if it had any."""
        if isinstance(self.what, Facility):
            rows = [row for row in self.what.schedule if row.holds_on(day)]
            names = {self.what.rule_of(row) for row in rows} or {self.what.booking_rule}
        else:
            names = set(self.rules)
        return any(opens_at_s(self.rules[name], day, self.timezone) <= now_s for name in names)

    def offer(self, day: date, now_s: int) -> Offer:
        slots = self._rows_on(day) if isinstance(self.what, Facility) else self._sessions_on(day)
        offered = {begins: fact | self._promised(rule, day, now_s) for begins, fact, rule in slots}
        return {"units": self.units, **self.venue, "slots": offered} if offered else {}

    def _rows_on(self, day: date) -> Iterator[tuple[str, Offer, BookingRule]]:
        assert isinstance(self.what, Facility)
        for row in self.what.rows_on(day):
            for begins in row.starts_at_minutes():
                fact: Offer = {"to": clock_of(begins + row.slot_minutes), "price_minor": self.what.price_of(row)}
                if (subsidy := self.what.subsidy_of(row)) is not None:
                    fact["subsidy_batch"] = subsidy
                yield clock_of(begins), fact, self.rules[self.what.rule_of(row)]

    def _sessions_on(self, day: date) -> Iterator[tuple[str, Offer, BookingRule]]:
        assert isinstance(self.what, Activity)
        for one in self.what.sessions:
            starts, ends = (wall_clock(epoch_s(moment), self.timezone) for moment in (one.starts_at, one.ends_at))
            if starts.date() == day:
                for rule in self.rules.values():
                    yield f"{starts:%H:%M}", {"to": ends.isoformat()}, rule

    def _promised(self, rule: BookingRule, day: date, now_s: int) -> Offer:
        """What of a rule belongs to a slot; of one that opens later also when."""
        opens_s = opens_at_s(rule, day, self.timezone)
        later = {"opens_at": rfc3339(opens_s, self.timezone)} if opens_s > now_s else {}
        return rule.model_dump(include={"promote_until_minutes", "cancel_until_minutes", "check_in"}) | later


def _terms(rule: BookingRule) -> tuple[object, ...]:
    """What of a rule belongs to a slot, with its opening."""
    opens = rule.opens_days_ahead, rule.opens_at
    return *opens, rule.promote_until_minutes, rule.cancel_until_minutes, rule.check_in


def _unlike(one: Offer, other: Offer) -> Offer:
    """What of `one` is not the same in `other`."""
    return {
        name: _unlike(value, other[name]) if isinstance(value, dict) and isinstance(other.get(name), dict) else value
        for name, value in one.items()
        if name not in other or other[name] != value
    }


def _bookable(programme: Programme, timezone: str) -> dict[str, _Bookable]:
    rules = {rule.booking_rule_id: rule for rule in programme.booking_rules}
    venues = {venue.venue_id: venue for venue in programme.venues}

    def of(place: str, what: Facility | Activity, names: set[str]) -> _Bookable:
        venue = venues.get(what.venue_id or "")
        facts = venue.model_dump(include={"venue_id", "merchant_id", "store_id"}) if venue else {}
        return _Bookable(place, what, facts, {name: rules[name] for name in names}, timezone)

    found = {}
    for number, one in enumerate(programme.facilities):
        names = {one.booking_rule, *(one.rule_of(row) for row in one.schedule)}
        found[one.facility_id] = of(f"facilities.{number}", one, names)
    for number, activity in enumerate(programme.activities):
        if activity.is_by_slot and activity.seats:
            found[activity.activity_id] = of(f"activities.{number}", activity, {activity.seats.booking_rule or ""})
    return found


def _days(old: _Bookable | None, new: _Bookable | None, today: date) -> Iterator[date]:
    """Every day that either has slots on, up to the last that the old may have opened."""
    ranges = [one for bookable in (old, new) if bookable for one in bookable.days()]
    ahead = max((rule.opens_days_ahead for rule in old.rules.values()), default=0) if old else 0
    last = min(max(last for _, last in ranges), today + timedelta(days=ahead))
    days = {
        first + timedelta(days=number) for first, end in ranges for number in range((min(end, last) - first).days + 1)
    }
    yield from sorted(days)

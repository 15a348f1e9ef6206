"""Slots: what is booked by the hour, in the wall time of the campaign's zone.

A facility's day is cut into slots by the rows of its schedule; sessions of an activity with `seats: {by: slot}` are
slots as they are declared. Both are a `Bookable`. A slot is named `facility_id.yyyy-mm-dd.hhmm`, by the wall time at
which it starts. A session's slot begins with the activity's id: facilities and such activities share one name space.

An hour that a clock change skips is left out; of one that it repeats the first counts. Guarded by
tests/unit/model/test_slots.py::test_slots_lie_in_order_and_never_overlap.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import NamedTuple, Self
from zoneinfo import ZoneInfo

from coupons.fields import Title
from coupons.model.activities import Activity
from coupons.model.facilities import BookingRule, Facility, Venue
from coupons.model.programmes import Programme
from coupons.times import epoch_s, wall_clock

_MINUTE = timedelta(minutes=1)
_SLOT_ID = re.compile(r"([a-z0-9-]{1,47})\.(\d{4}-\d{2}-\d{2})\.(\d{4})")


class SlotName(NamedTuple):
    """The parts of a `slot_id`."""

    facility_id: str
    """The facility, or an activity with seats by slot."""
    day: str
    """`yyyy-mm-dd`, in the campaign's zone."""
    hhmm: str
    """When it starts, on the wall clock."""

    @classmethod
    def of(cls, slot_id: str) -> Self | None:
        """None if this is no slot's id."""
        match = _SLOT_ID.fullmatch(slot_id)
        return cls(*match.groups()) if match else None

    @property
    def slot_id(self) -> str:
        return ".".join(self)


@dataclass(frozen=True, slots=True)
class Bookable:
    """A facility, or an activity with seats by slot, of a campaign's programme."""

    campaign_id: str
    timezone: str
    programme: Programme
    what: Facility | Activity

    @classmethod
    def of(cls, campaign_id: str, timezone: str, programme: Programme, facility_id: str) -> Self | None:
        """None if the programme has nothing of this name that is booked by slot."""
        what = programme.bookable(facility_id)
        return None if what is None else cls(campaign_id, timezone, programme, what)

    @property
    def facility_id(self) -> str:
        return self.what.facility_id if isinstance(self.what, Facility) else self.what.activity_id

    @property
    def units(self) -> int:
        """Places of each slot, until an operator changes one slot's."""
        if isinstance(self.what, Facility):
            return self.what.units
        assert self.what.seats, "its seats are by slot"
        return self.what.seats.capacity

    @property
    def venue(self) -> Venue | None:
        """Where it is; a facility always has one, with a merchant."""
        return self.programme.venue(self.what.venue_id)

    @property
    def merchant_id(self) -> str | None:
        """Who runs its venue."""
        return self.venue.merchant_id if self.venue else None

    @property
    def is_held(self) -> bool:
        """False for an activity that is postponed or cancelled: nobody new can book it."""
        return isinstance(self.what, Facility) or self.what.status == "scheduled"

    def closure(self, day: str) -> Title | None:
        """Why a facility is closed on this day, if that is stated."""
        closure = self.what.closure_on(day) if isinstance(self.what, Facility) else None
        return closure.reason if closure else None

    def slots_of(self, day: str) -> list[Slot]:
        """The slots that start on this calendar day, by their start."""
        found = self._by_schedule(date.fromisoformat(day)) if isinstance(self.what, Facility) else self._sessions(day)
        return sorted(found, key=lambda slot: slot.starts_at_s)

    def slot(self, name: SlotName) -> Slot | None:
        """The slot of this name; None if there is none."""
        return next((slot for slot in self.slots_of(name.day) if slot.name == name), None)

    def _by_schedule(self, day: date) -> Iterator[Slot]:
        assert isinstance(self.what, Facility)
        for row in self.what.rows_on(day):
            rule, price_minor = self.programme.rule(self.what.rule_of(row)), self.what.price_of(row)
            subsidy_batch = self.what.subsidy_of(row)
            for minute in row.starts_at_minutes():
                span = _span(day, minute, row.slot_minutes, self.timezone)
                if span:
                    name = SlotName(self.facility_id, day.isoformat(), f"{minute // 60:02}{minute % 60:02}")
                    yield Slot(self, name, *span, rule, price_minor, subsidy_batch)

    def _sessions(self, day: str) -> Iterator[Slot]:
        assert isinstance(self.what, Activity)
        assert self.what.seats, "its seats are by slot"
        rule = self.programme.rule(self.what.seats.booking_rule or "")
        for session in self.what.sessions:
            starts_at_s = epoch_s(session.starts_at)
            shown = wall_clock(starts_at_s, self.timezone)
            if shown.date().isoformat() == day:
                name = SlotName(self.facility_id, day, f"{shown:%H%M}")
                yield Slot(self, name, starts_at_s, epoch_s(session.ends_at), rule, 0, None)


class CheckInWindow(NamedTuple):
    """When who has booked a slot can be checked in: from its first second to before its last."""

    opens_at_s: int
    closes_at_s: int


@dataclass(frozen=True, slots=True)
class Slot:
    """One slot of a facility or one session of an activity, as the programme declares it."""

    of: Bookable
    name: SlotName
    starts_at_s: int
    ends_at_s: int
    rule: BookingRule
    price_minor: int
    subsidy_batch: str | None
    """The batch that pays its venue, as the programme names it; None: nobody does, as in all slots of activities."""

    @property
    def slot_id(self) -> str:
        return self.name.slot_id

    @property
    def campaign_id(self) -> str:
        return self.of.campaign_id

    @property
    def timezone(self) -> str:
        return self.of.timezone

    @property
    def opens_at_s(self) -> int:
        """The first second in which it can be booked."""
        return opens_at_s(self.rule, date.fromisoformat(self.name.day), self.timezone)

    @property
    def promote_until_s(self) -> int:
        """From here on nobody who waits moves up."""
        return self.starts_at_s - 60 * self.rule.promote_until_minutes

    @property
    def cancel_until_s(self) -> int:
        """From here on nobody who is booked can cancel."""
        return self.starts_at_s - 60 * self.rule.cancel_until_minutes

    @property
    def check_in(self) -> CheckInWindow | None:
        """None: nobody is checked in."""
        rule = self.rule.check_in
        if rule is None or self.of.merchant_id is None:
            return None
        return CheckInWindow(
            self.starts_at_s - 60 * rule.opens_minutes_before, self.starts_at_s + 60 * rule.grace_minutes
        )

    def promotes(self, now_s: int) -> bool:
        """Whether who waits moves up when a place is free."""
        return now_s < self.promote_until_s


def opens_at_s(rule: BookingRule, day: date, timezone: str) -> int:
    """The first second in which the slots of a date can be booked."""
    opening = day - timedelta(days=rule.opens_days_ahead)
    return _first(datetime.combine(opening, time.fromisoformat(rule.opens_at)), timezone)


def _span(day: date, minute: int, minutes: int, timezone: str) -> tuple[int, int] | None:
    """First second and end of a slot that begins at a minute of the day; None if that time does not exist then."""
    opens = datetime.combine(day, time()) + minute * _MINUTE
    if not _exists(opens, timezone):
        return None
    starts_at_s = _first(opens, timezone)
    # Where a clock change lies in between, the slot ends by the wall clock, and never lasts longer than declared.
    return starts_at_s, min(_first(opens + minutes * _MINUTE, timezone), starts_at_s + 60 * minutes)


def _exists(wall: datetime, timezone: str) -> bool:
    zone = ZoneInfo(timezone)
    return wall.replace(tzinfo=zone).astimezone(UTC).astimezone(zone).replace(tzinfo=None) == wall


def _first(wall: datetime, timezone: str) -> int:
    """The first second at which a wall clock shows this time; if a clock change skips it, the moment of the change."""
    if _exists(wall, timezone):
        return int(wall.replace(tzinfo=ZoneInfo(timezone)).timestamp())
    before = wall
    while not _exists(before, timezone):
        before -= _MINUTE
    return int(before.replace(tzinfo=ZoneInfo(timezone), fold=1).timestamp()) + 60

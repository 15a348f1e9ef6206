"""场馆: venues, what is booked there by the hour, and the rules of booking.

A schedule is wall time in the campaign's time zone; `slots.py` makes slots of it. Days are calendar days there, and the
first and the last day of a range are both inside it.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from itertools import combinations
from typing import Annotated, Self

from pydantic import ConfigDict, Field, model_validator

from coupons.fields import (
    ClockEnd,
    ClockTime,
    DeclaredDay,
    Document,
    FacilityId,
    Geo,
    Id,
    Label,
    Minor,
    PlacedFault,
    Title,
    Weekday,
    distinct,
    refuse_all,
)
from coupons.model.opening_hours import WEEKDAYS

PLACES_MAX = 100
"""The most places of one slot: all its people are in one item. More need a batch."""
WAITING_MAX = 50


class Venue(Document):
    """A place where activities are held, or facilities can be booked."""

    venue_id: Id
    """Named by facilities and activities."""
    title: Title | None = None
    """Shown to people; absent, the store's title."""
    merchant_id: Id | None = None
    """The merchant who runs it, with `store_id`. A facility's venue needs one."""
    store_id: Id | None = None
    """Its store of that merchant."""
    district: Label
    """Where it is; the same as the store's, if the store states one."""
    address: Title | None = None
    """Shown to people; absent, the store's address."""
    geo: Geo | None = None
    """`latitude,longitude` in degrees (WGS 84)."""
    accessible: bool = False
    """People in wheelchairs can use it."""

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if (self.merchant_id is None) != (self.store_id is None):
            raise ValueError("merchant_id and store_id come together")
        return self


def minutes(clock: str) -> int:
    """Minutes after midnight of `HH:MM`."""
    hours, rest = clock.split(":")
    return int(hours) * 60 + int(rest)


def clock_of(minute: int) -> str:
    """`HH:MM` of minutes after midnight; the end of the day is 24:00."""
    return f"{minute // 60:02}:{minute % 60:02}"


class ScheduleRow(Document):
    """Slots of `slot_minutes` from `from` to `to`, on each of `weekdays` from `first_day` to `last_day`."""

    model_config = ConfigDict(serialize_by_alias=True)

    weekdays: Annotated[list[Weekday], Field(min_length=1, max_length=7)]
    """The days of the week that have these slots."""
    starts: Annotated[ClockTime, Field(alias="from")]
    """When the first slot begins."""
    ends: Annotated[ClockEnd, Field(alias="to")]
    """When the last slot ends: whole slots after `from`, on the same day."""
    slot_minutes: Annotated[int, Field(ge=5, le=1440)]
    """How long each slot is."""
    first_day: DeclaredDay
    """The first day with these slots."""
    last_day: DeclaredDay
    """The last day with these slots."""
    price_minor: Minor | None = None
    """What a slot costs here; absent, as the facility says."""
    booking_rule: Id | None = None
    """The rule of these slots; absent, the facility's. A new row is how a rule changes from some day on."""
    subsidy_batch: Id | None = None
    """The batch that pays the venue for these slots; absent, the facility's."""

    @model_validator(mode="after")
    def _whole(self) -> Self:
        distinct("weekdays", self.weekdays)
        if self.first_day > self.last_day:
            raise ValueError("last_day is before first_day")
        length = minutes(self.ends) - minutes(self.starts)
        if length <= 0:
            raise ValueError("to is not after from")
        if length % self.slot_minutes:
            raise ValueError(f"from {self.starts} to {self.ends} is no whole number of {self.slot_minutes} minutes")
        return self

    def holds_on(self, day: date) -> bool:
        """Whether the row has slots on this day, if the facility is not closed."""
        return self.first_day <= day.isoformat() <= self.last_day and WEEKDAYS[day.weekday()] in self.weekdays

    def starts_at_minutes(self) -> range:
        """When its slots begin, in minutes of wall time after midnight."""
        return range(minutes(self.starts), minutes(self.ends), self.slot_minutes)


class Closure(Document):
    """Days without slots, whatever the schedule says."""

    model_config = ConfigDict(serialize_by_alias=True)

    first_day: Annotated[DeclaredDay, Field(alias="from")]
    """The first day without slots."""
    last_day: Annotated[DeclaredDay, Field(alias="to")]
    """The last day without slots."""
    reason: Title | None = None
    """Shown to people."""

    @model_validator(mode="after")
    def _forward(self) -> Self:
        if self.first_day > self.last_day:
            raise ValueError("to is before from")
        return self


class PerPerson(Document):
    """What one person can have of the facilities with this rule, booked and waiting together."""

    upcoming_max: Annotated[int, Field(ge=1, le=50)]
    """Slots that have not ended."""
    per_day_minutes: Annotated[int, Field(ge=5, le=1440)] | None = None
    """Minutes of slots of one calendar day; absent, any number."""


class CheckIn(Document):
    """When a person who has booked can be checked in at the venue."""

    opens_minutes_before: Annotated[int, Field(ge=0, le=1440)]
    """From so many minutes before the slot begins."""
    grace_minutes: Annotated[int, Field(ge=0, le=1440)]
    """Until so many minutes after it began. Who is not checked in then has missed it."""


class NoShow(Document):
    """What follows from slots that a person missed."""

    strikes: Annotated[int, Field(ge=1, le=20)]
    """So many missed slots ban the person."""
    window_days: Annotated[int, Field(ge=1, le=366)]
    """Of slots in so many days."""
    ban_days: Annotated[int, Field(ge=1, le=366)]
    """The person can book nothing for so many days after the last of them."""


class BookingRule(Document):
    """When slots can be booked and given back, and how many a person can have."""

    booking_rule_id: Id
    """Named by facilities, rows and seats."""
    opens_days_ahead: Annotated[int, Field(ge=0, le=366)]
    """A date opens for booking so many days before it."""
    opens_at: ClockTime
    """The wall time at which it opens on that day."""
    per_person: PerPerson
    """What one person can have at once."""
    waiting_max: Annotated[int, Field(ge=0, le=WAITING_MAX)] = 0
    """People on the waiting list of one slot."""
    promote_until_minutes: Annotated[int, Field(ge=0, le=10_080)]
    """The first who waits moves up until so many minutes before the slot begins; at least `cancel_until_minutes`."""
    cancel_until_minutes: Annotated[int, Field(ge=0, le=10_080)]
    """A person can give a slot back until so many minutes before it begins."""
    check_in: CheckIn | None = None
    """When people are checked in; absent, nobody is."""
    no_show: NoShow | None = None
    """What follows from missed slots; absent, nothing."""

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        refuse_all("BookingRule", self._faults())
        return self

    def _faults(self) -> Iterator[PlacedFault]:
        if self.promote_until_minutes < self.cancel_until_minutes:
            less = f"is less than cancel_until_minutes, {self.cancel_until_minutes}"
            yield ("promote_until_minutes",), f"{less}: a place given back after it would go to nobody who waits"
        if self.check_in is not None and self.cancel_until_minutes < self.check_in.opens_minutes_before:
            less = f"is less than check_in.opens_minutes_before, {self.check_in.opens_minutes_before}"
            yield ("cancel_until_minutes",), f"{less}: who is checked in could still give the slot back"
        if self.no_show is not None and self.check_in is None:
            yield ("no_show",), "needs check_in: without it everybody would have missed every slot"


class Facility(Document):
    """What is booked by the hour: some interchangeable units, like the courts of a hall."""

    facility_id: FacilityId
    """Belongs to one campaign; the first part of its slots' ids."""
    venue_id: Id
    """Where it is; a venue with a merchant."""
    title: Title | None = None
    """Shown to people; absent, the venue's title."""
    sport: Label
    """What it is for, like `badminton`; people search by it."""
    units: Annotated[int, Field(ge=1, le=PLACES_MAX)]
    """Places of one slot, each for one booking."""
    schedule: Annotated[list[ScheduleRow], Field(min_length=1, max_length=50)]
    """When it has slots."""
    closed: Annotated[list[Closure], Field(max_length=100)] = []
    """Days on which it has none."""
    price_minor: Minor = 0
    """What a slot costs, where its row does not say."""
    booking_rule: Id
    """The rule of its slots, where their row does not say."""
    subsidy_batch: Id | None = None
    """A batch of mode `venue`, where the row does not say: it pays the venue for each person checked in to a slot that
    begins in the batch's window. Absent, nobody pays."""

    @model_validator(mode="after")
    def _apart(self) -> Self:
        refuse_all("Facility", self._overlaps())
        return self

    def _overlaps(self) -> Iterator[PlacedFault]:
        """A fault at each row whose slots overlap those of an earlier row on some day."""
        for (first, one), (second, other) in combinations(enumerate(self.schedule), 2):
            if one.starts < other.ends and other.starts < one.ends and (day := _common_day(one, other)):
                yield ("schedule", second), f"its slots overlap those of schedule.{first}, on {day.isoformat()}"

    def closure_on(self, day: str) -> Closure | None:
        """The first of its closures that this day lies in."""
        return next((one for one in self.closed if one.first_day <= day <= one.last_day), None)

    def rows_on(self, day: date) -> list[ScheduleRow]:
        """The rows that have slots on this day, in the order in which their slots begin; none if it is closed."""
        if self.closure_on(day.isoformat()) is not None:
            return []
        return sorted((row for row in self.schedule if row.holds_on(day)), key=lambda row: row.starts)

    def rule_of(self, row: ScheduleRow) -> str:
        """The `booking_rule_id` of the row's slots."""
        return row.booking_rule or self.booking_rule

    def price_of(self, row: ScheduleRow) -> int:
        """What a slot of the row costs."""
        return self.price_minor if row.price_minor is None else row.price_minor

    def subsidy_of(self, row: ScheduleRow) -> str | None:
        """The batch that pays for the slots of the row."""
        return row.subsidy_batch or self.subsidy_batch


def _common_day(one: ScheduleRow, other: ScheduleRow) -> date | None:
    """The first day that both rows have; closed days count, for they may open again."""
    first = date.fromisoformat(max(one.first_day, other.first_day))
    last = date.fromisoformat(min(one.last_day, other.last_day))
    week = (first + timedelta(days=number) for number in range(len(WEEKDAYS)))
    return next((day for day in week if day <= last and one.holds_on(day) and other.holds_on(day)), None)

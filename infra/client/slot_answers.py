"""What the stack answers about slots, as far as the client reads it; `answers.py` has the rest."""

from __future__ import annotations

from typing import TypedDict

from infra.client.answers import Funding, Title


class CheckInTimes(TypedDict):
    opens_at: str
    closes_at: str


class Missed(TypedDict):
    strike: int
    of: int
    excused: bool
    banned_until: str | None


class Strike(TypedDict):
    slot_id: str
    campaign_id: str
    starts_at: str
    excused: bool
    banned_until: str | None


class SlotBooking(TypedDict):
    booking_id: str
    slot_id: str
    campaign_id: str
    status: str
    starts_at: str
    ends_at: str
    cancel_until: str
    promote_until: str
    place_in_line: int | None
    promotes: bool
    reason: str | None
    check_in: CheckInTimes | None
    checked_in_at: str | None
    missed: Missed | None


class SlotCode(TypedDict):
    code: str
    expires_at: str


class SlotBookings(TypedDict):
    bookings: list[SlotBooking]
    strikes: list[Strike]
    as_of: str
    damaged: int


class Slot(TypedDict):
    slot_id: str
    starts_at: str
    ends_at: str
    status: str
    opens_at: str
    cancel_until: str
    promote_until: str
    units: int
    booked: int
    waiting: int
    waiting_max: int
    price_minor: int
    reason: str | None


class FacilityDay(TypedDict):
    facility_id: str
    day: str
    slots: list[Slot]
    closed: Title | None
    as_of: str


class SlotCounts(TypedDict):
    slot_id: str
    starts_at: str
    ends_at: str
    units: int
    booked: int
    waiting: int
    checked_in: int
    check_in: CheckInTimes | None
    cancelled: str | None


class FacilityBookings(TypedDict):
    facility_id: str
    day: str
    slots: list[SlotCounts]
    as_of: str


class CheckIn(TypedDict):
    slot_id: str
    checkin_no: str
    booking_id: str
    checked_in_at: str
    status: str
    subsidy_minor: int
    currency: str
    payable_minor: int
    funding: list[Funding]
    reasons: list[str]

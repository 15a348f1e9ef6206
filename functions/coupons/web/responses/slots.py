"""Slots: what everybody sees of a day, a person of their bookings, a merchant of its venue, an operator of one slot."""

from __future__ import annotations

from typing import Literal, Self

from coupons.fields import Title
from coupons.model.slot_records import BookingState, OwnSlots, SlotBooking, SlotDay, SlotRecord
from coupons.model.slots import Slot
from coupons.sealing import Keys
from coupons.times import rfc3339
from coupons.web.responses.base import CalendarDay, Moment, ResponseBody
from coupons.web.responses.strikes import MissedView, StrikeView

SlotStatus = Literal["not-open", "open", "full", "closed", "cancelled"]
"""Whether a slot can be booked: not yet, now, not while it is full, no more or not at present, or it was cancelled."""


class CheckInView(ResponseBody):
    """When who has booked a slot can be checked in."""

    opens_at: Moment
    """From when the venue can check people in."""
    closes_at: Moment
    """Until when it can; who is not checked in then has missed the slot."""

    @classmethod
    def of(cls, slot: Slot) -> Self | None:
        """None: nobody is checked in."""
        window = slot.check_in
        return window and cls(
            opens_at=rfc3339(window.opens_at_s, slot.timezone), closes_at=rfc3339(window.closes_at_s, slot.timezone)
        )


class SlotBookingView(ResponseBody):
    """What a person is in a slot."""

    booking_id: str
    """The same as long as the person is in the slot, waiting or booked."""
    slot_id: str
    campaign_id: str
    status: BookingState
    """What the person is now; after giving the slot back `cancelled`, without a reason."""
    starts_at: Moment
    """When the slot begins."""
    ends_at: Moment
    """When it ends."""
    cancel_until: Moment
    """From then on who is booked can no longer give it back."""
    promote_until: Moment
    """From then on nobody who waits moves up."""
    place_in_line: int | None
    """1 for who moves up first; null for who does not wait."""
    promotes: bool
    """Whether this person moves up when a place is free. False for who does not wait, and once it is too late: then who
    is first to book has the place, also who waits.
    """
    reason: str | None
    """Why the venue cancelled the slot."""
    check_in: CheckInView | None
    """When the venue checks people in, by a code of the slot; null where nobody is checked in."""
    checked_in_at: Moment | None
    """When the person was checked in; null if they were not."""
    missed: MissedView | None
    """What follows from missing the slot. Null: the person came, the day is not counted yet, or nothing follows."""

    @classmethod
    def of(cls, found: SlotBooking, keys: Keys, now_s: int) -> Self:
        slot = found.slot
        return cls(
            booking_id=keys.seal_booking(slot.slot_id, found.person, found.key_version),
            slot_id=slot.slot_id,
            campaign_id=slot.campaign_id,
            status=found.state,
            starts_at=rfc3339(slot.starts_at_s, slot.timezone),
            ends_at=rfc3339(slot.ends_at_s, slot.timezone),
            cancel_until=rfc3339(slot.cancel_until_s, slot.timezone),
            promote_until=rfc3339(slot.promote_until_s, slot.timezone),
            place_in_line=found.place_in_line,
            promotes=found.state == "waiting" and slot.promotes(now_s),
            reason=found.reason,
            check_in=CheckInView.of(slot),
            checked_in_at=rfc3339(at_s, slot.timezone) if (at_s := found.checked_in_at_s) is not None else None,
            missed=MissedView.of_missed(found.missed, slot.timezone) if found.missed else None,
        )


class SlotCodeView(ResponseBody):
    """A code by which a venue checks a person in."""

    code: str
    """What the venue scans."""
    expires_at: Moment
    """Until when it can be scanned."""

    @classmethod
    def of(cls, code: str, slot: Slot, expires_at_s: int) -> Self:
        return cls(code=code, expires_at=rfc3339(expires_at_s, slot.timezone))


class SlotBookingsView(ResponseBody):
    """A person's slots that have not ended, those of today that they had, and those that they missed."""

    bookings: list[SlotBookingView]
    """By their start, of all campaigns that are live. Of slots that ended only those of today in which the person had a
    place.
    """
    strikes: list[StrikeView]
    """Slots that the person missed, by their start, as long as they can count."""
    as_of: Moment
    damaged: int
    """How many records of the person's slots cannot be shown until they are mended; nothing is lost."""

    @classmethod
    def of(cls, found: OwnSlots, keys: Keys, now_s: int) -> Self:
        bookings = [SlotBookingView.of(one, keys, now_s) for one in found.bookings]
        slots = [*(one.slot for one in found.bookings), *(one.slot for one in found.strikes)]
        as_of = rfc3339(now_s, slots[0].timezone if slots else "UTC")
        strikes = [StrikeView.of(one) for one in found.strikes]
        return cls(bookings=bookings, strikes=strikes, as_of=as_of, damaged=found.damaged)


class SlotView(ResponseBody):
    """A slot of a facility, at most a second old."""

    slot_id: str
    starts_at: Moment
    """When it begins."""
    ends_at: Moment
    """When it ends."""
    status: SlotStatus
    """Whether it can be booked now."""
    opens_at: Moment
    """From when it can be booked."""
    cancel_until: Moment
    """From then on who is booked can no longer give it back."""
    promote_until: Moment
    """From then on nobody who waits moves up."""
    units: int
    """Its places."""
    booked: int
    """Places that people have."""
    waiting: int
    """People who wait."""
    waiting_max: int
    """People who can wait."""
    price_minor: int
    """What it costs at the venue."""
    payable_minor: int
    """What a visitor pays of it at the door: the price less what is paid to the venue for whom it lets in."""
    reason: str | None
    """Why it was cancelled."""

    @classmethod
    def of(cls, found: SlotDay, slot: Slot, record: SlotRecord, now_s: int) -> Self:
        return cls(
            slot_id=slot.slot_id,
            starts_at=rfc3339(slot.starts_at_s, slot.timezone),
            ends_at=rfc3339(slot.ends_at_s, slot.timezone),
            status=_status(slot, record, now_s, is_halted=slot.slot_id in found.halted),
            opens_at=rfc3339(slot.opens_at_s, slot.timezone),
            cancel_until=rfc3339(slot.cancel_until_s, slot.timezone),
            promote_until=rfc3339(slot.promote_until_s, slot.timezone),
            units=record.units,
            booked=len(record.booked),
            waiting=len(record.waiting),
            waiting_max=slot.rule.waiting_max,
            price_minor=slot.price_minor,
            payable_minor=found.payable.get(slot.slot_id, slot.price_minor),
            reason=record.cancelled,
        )


def _status(slot: Slot, record: SlotRecord, now_s: int, *, is_halted: bool) -> SlotStatus:
    if record.cancelled is not None:
        return "cancelled"
    if now_s >= slot.starts_at_s or not slot.of.is_held:
        return "closed"
    if now_s < slot.opens_at_s:
        return "not-open"
    if is_halted:
        return "closed"
    return "full" if record.refuses(promotes=slot.promotes(now_s)) else "open"


class FacilityDayView(ResponseBody):
    """The slots of a facility on one calendar day of the campaign's zone."""

    facility_id: str
    day: CalendarDay
    slots: list[SlotView]
    """By their start."""
    closed: Title | None
    """Why it is closed on this day, where that is stated."""
    as_of: Moment

    @classmethod
    def of(cls, found: SlotDay, now_s: int) -> Self:
        return cls(
            facility_id=found.of.facility_id,
            day=found.day,
            slots=[SlotView.of(found, slot, record, now_s) for slot, record in found.slots],
            closed=found.of.closure(found.day),
            as_of=rfc3339(now_s, found.of.timezone),
        )


class SlotCountsView(ResponseBody):
    """How many people are in a slot; nobody is named."""

    slot_id: str
    starts_at: Moment
    """When it begins."""
    ends_at: Moment
    """When it ends."""
    units: int
    """Its places."""
    booked: int
    """People with a place."""
    waiting: int
    """People who wait for one."""
    checked_in: int
    """People of `booked` whom the venue has let in."""
    check_in: CheckInView | None
    """When they can be checked in; null: nobody is, they just come."""
    cancelled: str | None
    """Why the slot was cancelled; null if it was not."""

    @classmethod
    def of(cls, slot: Slot, record: SlotRecord) -> Self:
        return cls(
            slot_id=slot.slot_id,
            starts_at=rfc3339(slot.starts_at_s, slot.timezone),
            ends_at=rfc3339(slot.ends_at_s, slot.timezone),
            units=record.units,
            booked=len(record.booked),
            waiting=len(record.waiting),
            checked_in=len(record.checked_in),
            check_in=CheckInView.of(slot),
            cancelled=record.cancelled,
        )


class FacilityBookingsView(ResponseBody):
    """What a merchant sees of its facility's day."""

    facility_id: str
    day: CalendarDay
    slots: list[SlotCountsView]
    """By their start."""
    as_of: Moment

    @classmethod
    def of(cls, found: SlotDay, now_s: int) -> Self:
        return cls(
            facility_id=found.of.facility_id,
            day=found.day,
            slots=[SlotCountsView.of(slot, record) for slot, record in found.slots],
            as_of=rfc3339(now_s, found.of.timezone),
        )

"""预约场地: a person books a slot, or waits for one.

Each is one transaction of the person's diary and the slot. The diary's version is in its condition, so a late copy of
an old attempt is refused by itself, and a repeat finds what was done.
"""

from __future__ import annotations

from dataclasses import replace
from itertools import count

from coupons.model.diaries import Diary
from coupons.model.slot_records import SlotBooking, SlotRecord, within_schedule
from coupons.model.slots import Slot
from coupons.process.services import Services
from coupons.refusals import Closed, Full, NotOpen
from coupons.slots.codes import refuse_cancelled
from coupons.slots.days import kept_record, refuse_draft, refuse_without_subsidy, slot_of
from coupons.slots.writes import record_now, tried, without_cancelled, written

RETRY_OPEN_JITTER_S = 3


def book(services: Services, slot_id: str, person: bytes, now_s: int) -> tuple[SlotBooking, bool]:
    """The person is booked; True if they were in the slot before (a repeat), as what they are in it now.

    4 write units up to about 30 people in the slot, and 1 read unit, 1 more for each slot that the person is in. A
    refusal takes 1 read unit, of the diary, while what this process knows of the day is less than a second old.

    Raises NotFound, NotOpen, Closed, Stopped, Paused, NotEligible (banned, overlap, quota), Full, Busy.
    """
    return _enter(services, slot_id, person, now_s, joins=False)


def wait(services: Services, slot_id: str, person: bytes, now_s: int) -> tuple[SlotBooking, bool]:
    """The person is on the waiting list, or booked if a place is free; True if they were in the slot before.

    Raises as `book`; Closed also when nobody moves up any more, Full if the list is.
    """
    return _enter(services, slot_id, person, now_s, joins=True)


def _enter(services: Services, slot_id: str, person: bytes, now_s: int, *, joins: bool) -> tuple[SlotBooking, bool]:
    slot = slot_of(services, slot_id)
    refuse_draft(services, slot.of)
    if now_s < min(slot.opens_at_s, slot.starts_at_s):
        raise NotOpen(
            opens_at_s=slot.opens_at_s,
            retry_after_s=slot.opens_at_s - now_s + services.rng.randrange(RETRY_OPEN_JITTER_S + 1),
            timezone=slot.timezone,
            detail="This slot cannot be booked yet.",
        )
    numbers = count()
    return tried(services, lambda: _entered(services, slot, person, now_s, joins=joins, is_first=next(numbers) == 0))


def _entered(
    services: Services, slot: Slot, person: bytes, now_s: int, *, joins: bool, is_first: bool
) -> tuple[SlotBooking, bool] | None:
    """One attempt; None if the diary or the slot was written since it was read."""
    diary = services.diaries.get(slot.campaign_id, person)
    read = kept_record(services, slot)
    is_mine = slot.slot_id in diary.slots or read.state_of(person) is not None
    if joins or not is_first or is_mine:
        read = record_now(services, slot)
    record = within_schedule(slot, read)
    mine, promotes = SlotBooking.of(slot, record, person), slot.promotes(now_s)
    if mine and (mine.state != "waiting" or promotes or record.is_full):
        return replace(mine, missed=diary.missed(slot, now_s)), True
    # From here on the diary is one without this slot: if it has it, the person left or waits, and the write tells.
    others, refuses = diary.without([slot.slot_id]), record.refuses(promotes=promotes)
    _refuse_by_time(slot, record, now_s, is_too_late_to_wait=joins and refuses and not promotes)
    refuse_without_subsidy(services, slot)
    others = _judged(services, slot, others, now_s)
    if refuses and (not joins or len(record.waiting) >= slot.rule.waiting_max):
        raise _full(slot, record, now_s)
    key_version = record.key_version or services.keys.current
    booked = SlotBooking(slot, person, "booked", key_version)
    if refuses:
        booked = replace(booked, state="waiting", place_in_line=len(record.waiting) + 1)
        part = services.slots.replace(slot, record, record.joined(person), now_s)
    elif mine or record.units < read.units:
        # The list has no force, and who waits takes the free place; or the item has places that nobody pays for.
        part = services.slots.replace(slot, record, record.with_place(person), now_s)
    else:
        part = services.slots.book(slot, person, key_version, now_s, promotes=promotes)
    return (booked, False) if written(services, slot, person, (diary, others.with_slot(slot)), part) else None


def _judged(services: Services, slot: Slot, diary: Diary, now_s: int) -> Diary:
    """The diary without cancelled slots, if the person can have this slot too. Raises NotEligible.

    Cancelled slots hold nobody back. Guarded by
    tests/store/slots/test_quotas.py::test_a_slot_that_the_venue_cancelled_counts_for_nothing.
    """
    cleaned = without_cancelled(services, diary, slot, now_s)
    refusal = cleaned.refusal(slot, now_s)
    if refusal is not None:
        raise refusal
    return cleaned


def _refuse_by_time(slot: Slot, record: SlotRecord, now_s: int, *, is_too_late_to_wait: bool) -> None:
    if now_s >= slot.starts_at_s:
        raise Closed(closed_at_s=slot.starts_at_s, timezone=slot.timezone, detail="This slot has begun.")
    refuse_cancelled(slot, record.cancelled)
    if is_too_late_to_wait:
        closed_at_s = slot.promote_until_s
        raise Closed(closed_at_s=closed_at_s, timezone=slot.timezone, detail="Nobody who waits moves up any more.")


def _full(slot: Slot, record: SlotRecord, now_s: int) -> Full:
    waiting = len(record.waiting)
    can_join = slot.promotes(now_s) and waiting < slot.rule.waiting_max
    return Full(waiting=waiting, rank_if_joined=waiting + 1 if can_join else None)

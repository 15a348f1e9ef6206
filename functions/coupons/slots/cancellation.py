"""A person gives a slot back, or leaves its waiting list; the first who waits has a place that becomes free."""

from __future__ import annotations

from dataclasses import replace

from coupons.model.slot_records import SlotBooking, SlotRecord
from coupons.model.slots import Slot
from coupons.process.services import Services
from coupons.refusals import Closed, NotFound
from coupons.slots.days import slot_of
from coupons.slots.writes import record_now, tried, without_cancelled, written


def leave(services: Services, slot_id: str, person: bytes, now_s: int) -> SlotBooking:
    """The person is not in the slot, whatever they were in it, and the first who waits has moved up.

    4 write units, 2 read units, and 1 for each other slot that the person is in. Who is not in the slot costs a write
    too: without it, a request to book that is still on its way would be applied after this answer.

    Raises NotFound, Closed (too late to give it back, or the person used it), Busy.
    """
    slot = slot_of(services, slot_id)
    return tried(services, lambda: _left(services, slot, person, now_s))


def _left(services: Services, slot: Slot, person: bytes, now_s: int) -> SlotBooking | None:
    """One attempt; None if the diary or the slot was written since it was read."""
    read = services.diaries.get(slot.campaign_id, person)
    record = record_now(services, slot)
    new = without_cancelled(services, read, slot, now_s).without([slot.slot_id])
    mine = SlotBooking.of(slot, record, person)
    if mine is None:
        if services.diaries.tries(services.diaries.replace(slot.campaign_id, person, read, new)):
            raise NotFound(detail=f"You are not in slot {slot.slot_id!r}.")
        return None
    _refuse_too_late(slot, record, person, now_s)
    left = record.without(person, promotes=slot.promotes(now_s))
    done = written(services, slot, person, (read, new), services.slots.replace(slot, record, left, now_s))
    return replace(mine, state="cancelled", place_in_line=None, reason=None) if done else None


def _refuse_too_late(slot: Slot, record: SlotRecord, person: bytes, now_s: int) -> None:
    if person in record.checked_in:
        raise Closed(closed_at_s=slot.cancel_until_s, timezone=slot.timezone, detail="You have used this slot.")
    if record.cancelled is not None or not slot.of.is_held:
        return
    until_s = slot.cancel_until_s if person in record.booked else slot.starts_at_s
    if now_s >= until_s:
        detail = "It is too late to give this slot back."
        raise Closed(closed_at_s=until_s, timezone=slot.timezone, detail=detail)

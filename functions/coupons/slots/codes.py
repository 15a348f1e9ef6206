"""The code of a slot: what a person shows at the venue to be checked in."""

from __future__ import annotations

from coupons.model.slots import Slot
from coupons.process.services import Services
from coupons.refusals import NotFound, Stopped
from coupons.sealing import CODE_LIFE_S, BookingRef
from coupons.slots.days import slot_of


def slot_code(services: Services, slot_id: str, person: bytes, now_s: int) -> tuple[str, Slot, int]:
    """A code that the venue can scan until `now + 60 s`: the code, its slot, its expiry. 1 read unit, no write.

    It is given before check-in opens, and to who is checked in already. Raises NotFound (the person has no place, or
    nobody is checked in here), Stopped (the slot was cancelled).
    """
    slot = slot_of(services, slot_id)
    record = services.slots.get(slot)
    if person in record.waiting:
        raise NotFound(detail=f"You wait for slot {slot_id!r}, and have no place.")
    if person not in record.booked:
        raise NotFound(detail=f"You are not in slot {slot_id!r}.")
    if slot.check_in is None:
        raise NotFound(detail="Nobody is checked in here; just come.")
    refuse_cancelled(slot, record.cancelled)
    return services.keys.seal_slot_code(BookingRef(slot_id, person), now_s), slot, now_s + CODE_LIFE_S


def refuse_cancelled(slot: Slot, reason: str | None) -> None:
    """Raises Stopped if the venue cancelled the slot (`reason`), or its activity does not take place."""
    if reason is not None:
        raise Stopped(detail=f"This slot was cancelled: {reason}")
    if not slot.of.is_held:
        raise Stopped(detail="This activity does not take place as it was planned.")

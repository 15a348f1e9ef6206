"""What a person is in one slot, and in all of theirs."""

from __future__ import annotations

from coupons.damage import Damaged
from coupons.model.slot_records import SlotBooking
from coupons.model.slots import Slot
from coupons.process.services import Services
from coupons.refusals import NotFound
from coupons.slots.days import slot_of


def my_booking(services: Services, slot_id: str, person: bytes) -> SlotBooking:
    """What the person is in the slot. 1 read unit. Raises NotFound."""
    slot = slot_of(services, slot_id)
    found = SlotBooking.of(slot, services.slots.get(slot), person)
    if found is None:
        raise NotFound(detail=f"You are not in slot {slot_id!r}.")
    return found


def bookings_of(services: Services, person: bytes, now_s: int) -> tuple[list[SlotBooking], int]:
    """The person's slots that have not ended, of all live campaigns, by their start; and how many items are damaged.

    1 read unit for each live campaign, and 1 for each slot. A slot that its venue cancelled is listed until the person
    books or gives back another.
    """
    live = {line.campaign_id for line in services.cache.published() if now_s < line.campaign_ends_at_s}
    damaged: list[Damaged] = []
    slots: list[Slot] = []
    for diary in services.damages.sound(services.diaries.of_person(sorted(live), person), damaged):
        for slot_id in diary.slots:
            with services.damages.left_out(damaged):
                slots.append(slot_of(services, slot_id))
    records = services.damages.sound_of(services.slots.get_many(slot.name for slot in slots), damaged)
    found = [SlotBooking.of(slot, records[slot.slot_id], person) for slot in slots if slot.slot_id in records]
    coming = [one for one in found if one is not None and now_s < one.slot.ends_at_s]
    return sorted(coming, key=lambda one: (one.slot.starts_at_s, one.slot.slot_id)), len(damaged)

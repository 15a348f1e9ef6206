"""What a person is in one slot, in all of theirs, and which of them they missed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from coupons.damage import Damaged
from coupons.model.diaries import Diary, Strike
from coupons.model.slot_records import OwnSlots, SlotBooking
from coupons.model.slots import Slot
from coupons.process.services import Services
from coupons.refusals import NotFound
from coupons.slots.days import slot_of
from coupons.times import day_of


def my_booking(services: Services, slot_id: str, person: bytes, now_s: int) -> SlotBooking:
    """What the person is in the slot. 1 read unit, 1 more for who missed it. Raises NotFound."""
    slot = slot_of(services, slot_id)
    record = services.slots.get(slot)
    found = SlotBooking.of(slot, record, person)
    if found is None:
        raise NotFound(detail=f"You are not in slot {slot_id!r}.")
    if record.missed and found.state == "booked" and found.checked_in_at_s is None:
        diary = services.diaries.get(slot.campaign_id, person)
        return replace(found, missed=diary.missed(slot, now_s))
    return found


def bookings_of(services: Services, person: bytes, now_s: int) -> OwnSlots:
    """The person's slots that have not ended, of all live campaigns, those of today that they had, and their strikes.

    1 read unit for each live campaign, and 1 for each slot. A slot that its venue cancelled is listed until it ends, or
    the person books or gives back another.
    """
    damaged: list[Damaged] = []
    slots: list[tuple[Diary, Slot]] = []
    strikes: list[Strike] = []
    for diary in _diaries(services, person, now_s, damaged):
        strikes += _strikes(services, diary, now_s, damaged)
        for slot_id in diary.slots:
            with services.damages.left_out(damaged):
                slots.append((diary, slot_of(services, slot_id)))
    records = services.damages.sound_of(services.slots.get_many(slot.name for _, slot in slots), damaged)
    found: list[SlotBooking] = []
    for diary, slot in slots:
        one = SlotBooking.of(slot, records[slot.slot_id], person) if slot.slot_id in records else None
        if one is not None and _is_listed(one, now_s):
            found.append(replace(one, missed=diary.missed(slot, now_s)))
    found.sort(key=lambda one: (one.slot.starts_at_s, one.slot.slot_id))
    return OwnSlots(found, _in_order(strikes), len(damaged))


def strikes_of(services: Services, person: bytes, now_s: int) -> tuple[list[Strike], int]:
    """The person's strikes in all live campaigns, and how many diaries are damaged. 1 read unit for each campaign."""
    damaged: list[Damaged] = []
    diaries = _diaries(services, person, now_s, damaged)
    found = [strike for diary in diaries for strike in _strikes(services, diary, now_s, damaged)]
    return _in_order(found), len(damaged)


def _diaries(services: Services, person: bytes, now_s: int, damaged: list[Damaged]) -> Iterator[Diary]:
    live = {line.campaign_id for line in services.cache.live(now_s) if now_s < line.campaign_ends_at_s}
    return services.damages.sound(services.diaries.of_person(sorted(live), person), damaged)


def _strikes(services: Services, diary: Diary, now_s: int, damaged: list[Damaged]) -> Iterator[Strike]:
    """As long as they can count; excused ones too."""
    for slot_id in diary.strikes:
        with services.damages.left_out(damaged):
            slot = slot_of(services, slot_id)
            missed = diary.as_of(now_s, slot.of).missed(slot, now_s)
            if missed is not None:
                yield Strike(slot, missed)


def _in_order(strikes: list[Strike]) -> list[Strike]:
    return sorted(strikes, key=lambda one: (one.slot.starts_at_s, one.slot.slot_id))


def _is_listed(one: SlotBooking, now_s: int) -> bool:
    """Slots that have not ended, and places of today."""
    slot = one.slot
    is_of_today = slot.name.day == day_of(now_s, slot.timezone).isoformat()
    return now_s < slot.ends_at_s or (is_of_today and one.state == "booked")

"""Slots by name and by day, each with its record: what everybody, its merchant and this process see of them."""

from __future__ import annotations

from coupons.damage import Damaged
from coupons.model.slot_records import SlotDay, SlotRecord
from coupons.model.slots import Bookable, Slot, SlotName
from coupons.money import Purse
from coupons.process.services import Services
from coupons.refusals import NotFound
from coupons.times import day_of


def slot_of(services: Services, slot_id: str) -> Slot:
    """The slot of this id, also if a revision brought it within this second. Raises NotFound."""
    name = SlotName.of(slot_id)
    assert name, "the route accepts only ids of this form"
    found = bookable_of(services, name.facility_id)
    slot = found.slot(name)
    if slot is None:
        services.programmes.renew(found.campaign_id)
        slot = bookable_of(services, name.facility_id).slot(name)
    if slot is None:
        raise NotFound(detail=f"No slot {slot_id!r}.")
    return slot


def bookable_of(services: Services, facility_id: str) -> Bookable:
    """What is booked under this name, as its campaign's programme states it. Raises NotFound."""
    current = services.programmes.of_facility(facility_id)
    found = Bookable.of(current.campaign_id, current.timezone, current.document, facility_id)
    if found is None:
        raise NotFound(detail=f"No facility {facility_id!r}.")
    return found


def purse_of(services: Services, slot: Slot) -> Purse:
    """Whose money lines of the slot are counted in, also without a batch that pays. Raises NotFound in a draft."""
    for line in services.cache.published():
        if line.campaign_id == slot.campaign_id:
            return services.cache.listed(line.batch_id).purse
    raise NotFound(detail=f"Nothing of {slot.campaign_id!r} is published.")


def refuse_draft(services: Services, of: Bookable) -> None:
    """Raises NotFound while its campaign has no published batch: a draft is shown to nobody, and nobody books it."""
    if all(line.campaign_id != of.campaign_id for line in services.cache.published()):
        raise NotFound(detail=f"No facility {of.facility_id!r}.")


def day_of_facility(services: Services, facility_id: str, day: str | None, now_s: int) -> SlotDay:
    """The slots of a day (None: today), at most a second old; damaged ones are left out. From half a read unit.

    Raises NotFound.
    """
    found = bookable_of(services, facility_id)
    refuse_draft(services, found)
    day = day or day_of(now_s, found.timezone).isoformat()
    slots = found.slots_of(day)
    if not slots:
        return SlotDay(found, day, [])
    records = services.slot_days.get((facility_id, day))
    sound = services.damages.sound_of(records)
    whole = [slot for slot in slots if slot.name.hhmm in sound or slot.name.hhmm not in records]
    return SlotDay(found, day, [(slot, sound.get(slot.name.hhmm) or SlotRecord(slot.of.units)) for slot in whole])


def kept_record(services: Services, slot: Slot) -> SlotRecord:
    """What the slot's item said at most a second ago. It may refuse; what admits is the condition of a write."""
    found = services.slot_days.get((slot.name.facility_id, slot.name.day)).get(slot.name.hhmm)
    if isinstance(found, Damaged):
        raise found
    return found or SlotRecord(slot.of.units)


def merchants_day(services: Services, merchant_id: str, facility_id: str, day: str | None, now_s: int) -> SlotDay:
    """The same for the merchant of the venue. Raises NotFound, also for another merchant's facility."""
    found = day_of_facility(services, facility_id, day, now_s)
    if found.of.merchant_id != merchant_id:
        raise NotFound(detail=f"No facility {facility_id!r}.")
    return found

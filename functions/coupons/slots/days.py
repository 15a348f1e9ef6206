"""Slots by name and by day, each with its record: what everybody, its merchant and this process see of them."""

from __future__ import annotations

from typing import Literal

from coupons.damage import Damaged
from coupons.model.slot_records import SlotDay, SlotRecord, within_schedule
from coupons.model.slots import Bookable, Slot, SlotName
from coupons.model.venue_orders import payable_at_door_minor, pays_for
from coupons.money import Purse
from coupons.process.services import Services
from coupons.refusals import NotFound, NotOpen, Paused, Stopped
from coupons.times import day_of

RETRY_UNPUBLISHED_S = 60
Subsidy = Literal["none", "unpublished", "stopped", "paused", "pays"]
"""Nobody pays the slot's venue, the batch that would is not published, lets nobody new in for good or for now, pays."""


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


def refuse_without_subsidy(services: Services, slot: Slot) -> None:
    """Raises NotOpen, Paused or Stopped if the slot's venue is to be paid and nobody new may come in.

    Who holds a place is paid for all the same. At most a second old, as what refuses may be; half a read unit then.
    """
    standing = subsidy_of(services, slot)
    if standing == "unpublished":
        raise NotOpen(
            opens_at_s=slot.opens_at_s,
            retry_after_s=RETRY_UNPUBLISHED_S,
            timezone=slot.timezone,
            detail=f"{slot.subsidy_batch!r}, which pays the venue, is not published yet.",
        )
    if standing == "stopped":
        raise Stopped(detail="Its operator has ended new bookings of this slot.")
    if standing == "paused":
        raise Paused(detail="Its operator has paused new bookings of this slot.")


def subsidy_of(services: Services, slot: Slot) -> Subsidy:
    """Whether the batch that pays the slot's venue lets new people in."""
    if slot.subsidy_batch is None:
        return "none"
    if all(line.batch_id != slot.subsidy_batch for line in services.cache.published()):
        return "unpublished"
    if not pays_for(services.cache.listed(slot.subsidy_batch), slot):
        return "none"
    control = services.cache.control(slot.subsidy_batch)
    return "stopped" if control.stopped else "paused" if control.paused else "pays"


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
    return SlotDay(
        found,
        day,
        [(slot, within_schedule(slot, sound.get(slot.name.hhmm) or SlotRecord(slot.of.units))) for slot in whole],
        halted=frozenset(slot.slot_id for slot in whole if _is_halted(services, slot)),
        payable={slot.slot_id: _payable_minor(services, slot) for slot in whole if slot.subsidy_batch},
    )


def _is_halted(services: Services, slot: Slot) -> bool:
    """Nobody books what a damaged item may have halted either."""
    with services.damages.left_out():
        return subsidy_of(services, slot) not in ("none", "pays")
    return True


def _payable_minor(services: Services, slot: Slot) -> int:
    """What a visitor pays at the door: the price as long as its batch is not published, or is damaged."""
    with services.damages.left_out():
        if subsidy_of(services, slot) not in ("none", "unpublished"):
            return payable_at_door_minor(services.cache.listed(slot.subsidy_batch or ""), slot)
    return slot.price_minor


def kept_record(services: Services, slot: Slot) -> SlotRecord:
    """What the slot's item said at most a second ago. It may refuse; what admits is the condition of a write."""
    found = services.slot_days.get((slot.name.facility_id, slot.name.day)).get(slot.name.hhmm)
    if isinstance(found, Damaged):
        raise found
    return found or SlotRecord(slot.of.units)


def merchants_day(services: Services, merchant_id: str, facility_id: str, day: str | None, now_s: int) -> SlotDay:
    """The same for the merchant of the venue, as of now: its door counts who has come. From 1 read unit.

    Raises NotFound, also for another merchant's facility.
    """
    found = bookable_of(services, facility_id)
    if found.merchant_id != merchant_id:
        raise NotFound(detail=f"No facility {facility_id!r}.")
    day = day or day_of(now_s, found.timezone).isoformat()
    services.slot_days.get_now((facility_id, day), lambda key: services.slots.of_day(key, consistent=True))
    return day_of_facility(services, facility_id, day, now_s)

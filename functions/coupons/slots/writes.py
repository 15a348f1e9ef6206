"""What booking, waiting and leaving share: reads that decide, the transaction of diary and slot, and its attempts."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TypeVar

from coupons.model.diaries import Diary
from coupons.model.slot_records import SlotRecord
from coupons.model.slots import Slot, SlotName
from coupons.process import attempts
from coupons.process.services import Services
from coupons.stores.parts import Part

T = TypeVar("T")


def tried(services: Services, attempt: Callable[[], T | None]) -> T:
    """What `attempt` did to a slot or a diary, at the first time that nobody else wrote in between. Raises Busy."""
    return attempts.tried(services, attempt, busy="Many people are writing this slot; try again.")


def record_now(services: Services, slot: Slot) -> SlotRecord:
    """Strongly consistent. A slot without an item has the key that its first write will state."""
    record = services.slots.get(slot)
    return record if record.version else replace(record, key_version=services.keys.current)


def without_cancelled(services: Services, diary: Diary, slot: Slot, now_s: int) -> Diary:
    """The diary as it may be written: without what counts no more, and without slots that their venue cancelled.

    A cancel is final, so what a strong read shows stays true. A slot that cannot be read counts as one that stands.
    1 read unit for each other slot.
    """
    coming = diary.as_of(now_s, slot.of)
    names = [name for slot_id in coming.slots if slot_id != slot.slot_id and (name := SlotName.of(slot_id))]
    records = services.damages.sound_of(services.slots.get_many(names) if names else {})
    return coming.without(slot_id for slot_id, record in records.items() if record.cancelled is not None)


def written(services: Services, slot: Slot, person: bytes, diary: tuple[Diary, Diary], part: Part) -> bool:
    """The diary that was read is the new one, and the slot's `part` is applied; False if either was refused."""
    read, new = diary
    return services.tries([services.diaries.replace(slot.campaign_id, person, read, new), part])

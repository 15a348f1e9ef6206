"""Strikes: who was booked in a slot and did not come, and what an operator excuses.

A strike stands in the person's diary, by slot. So it is counted once, however often it is given, and each judgement of
a booking computes the ban from what stands there.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field

from coupons.damage import Damaged
from coupons.model.diaries import Diary
from coupons.model.slot_records import SlotDay, SlotRecord
from coupons.model.slots import Slot
from coupons.process.services import Services
from coupons.refusals import Busy, NotFound
from coupons.slots.days import slot_of
from coupons.slots.writes import tried, without_cancelled


@dataclass(slots=True)
class _Due:
    """What a person's diary has to say: the slots that they missed, as they were read, and others of theirs."""

    missed: list[tuple[Slot, SlotRecord]] = field(default_factory=list)
    others: list[Slot] = field(default_factory=list)

    def of(self, diary: Diary) -> Diary:
        missed = {slot.slot_id: slot.starts_at_s for slot, _ in self.missed}
        return diary.without_strikes(slot.slot_id for slot in self.others).with_strikes(missed)


def set_strikes(
    services: Services,
    day: SlotDay,
    absent: Mapping[str, frozenset[bytes]],
    now_s: int,
    *,
    broken: list[Damaged],
    deadline_s: float = math.inf,
) -> int:
    """Who is booked in these slots has a strike for each slot that they are `absent` from, and for no other of them.

    Returns how many strikes are new. 1 read unit a person; 4 write units a new strike, more if many people are in the
    slot. A repeat writes nothing. A strike is given while the slot is as it was read, so none follows a cancel of the
    venue. A diary that cannot be read is left out, and appended to `broken`. Raises Busy, also at `deadline_s`
    (monotonic).
    """
    people: dict[bytes, _Due] = {}
    for slot, record in day.slots:
        for person in record.booked if slot.rule.no_show else ():
            due = people.setdefault(person, _Due())
            if person in absent.get(slot.slot_id, ()):
                due.missed.append((slot, record))
            else:
                due.others.append(slot)
    diaries = services.damages.sound_of(services.diaries.of_people(day.of.campaign_id, people), broken)
    new = 0
    for person, diary in diaries.items():
        if people[person].of(diary) == diary:
            continue
        if services.clock.monotonic_s() >= deadline_s:
            raise Busy(detail="The rest of the day's strikes are given by the next call.")
        with services.damages.left_out(broken):
            new += _set_of_person(services, person, people[person], now_s)
    return new


def _set_of_person(services: Services, person: bytes, due: _Due, now_s: int) -> int:
    """How many strikes are new."""
    slot = due.missed[0][0] if due.missed else due.others[0]

    def attempt() -> int | None:
        read = services.diaries.get(slot.campaign_id, person)
        new = due.of(without_cancelled(services, read, slot, now_s))
        still = [services.slots.still(*one) for one in due.missed]
        done = services.tries([services.diaries.replace(slot.campaign_id, person, read, new), *still])
        return len(new.strikes.keys() - read.strikes.keys()) if done else None

    return tried(services, attempt)


def excuse(services: Services, slot_id: str, person: bytes, now_s: int, *, excused: bool) -> tuple[Slot, Diary, bool]:
    """The person's strike of the slot does not count, or counts again; True if it was so before (a repeat).

    1 write unit, 1 read unit, and 1 for each slot that the person is in. Raises NotFound (no such slot, no such
    strike, or one that is too old to count), Busy.
    """
    slot = slot_of(services, slot_id)

    def attempt() -> tuple[Slot, Diary, bool] | None:
        read = services.diaries.get(slot.campaign_id, person)
        if slot_id not in read.as_of(now_s, slot.of).strikes:
            raise NotFound(detail=f"That person has no strike for slot {slot_id!r}.")
        if (slot_id in read.excused) == excused:
            return slot, read, True
        new = without_cancelled(services, read, slot, now_s).with_excuse(slot_id, excused=excused)
        done = services.diaries.tries(services.diaries.replace(slot.campaign_id, person, read, new))
        return (slot, new, False) if done else None

    return tried(services, attempt)

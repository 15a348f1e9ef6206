"""Missed slots: on a facility's day whose check-in is over, who was booked and did not come is counted, once.

    last slot ── grace ── fence ──▶ each slot: how many did not come ──▶ strikes in diaries, visits earn ──▶ mark

A mark says that a facility's day is done, and the campaign's head that all of them through a day are. A killed call
leaves no mark, and the next one does the day again: what it had written is found as it has to be, and nothing is
counted twice. If a test clock is set back, days are swept again in a new round: what then is no strike is taken away.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from coupons.damage import NO_SLOT, Damaged
from coupons.model.slot_records import SlotDay, SlotRecord
from coupons.model.slots import Bookable, Slot, SlotName
from coupons.model.swept_days import FacilityDay, SweptDays
from coupons.points.visits import earn_visit
from coupons.process.passes import side_by_side
from coupons.process.programmes import CurrentProgramme
from coupons.process.services import Services
from coupons.refusals import Busy
from coupons.slots.strikes import set_strikes
from coupons.times import day_of


@dataclass(slots=True)
class SweptDay:
    """What a call did of a facility's day, or of several. `is_done`: nothing of it is left to do."""

    is_done: bool = False
    missed: int = 0
    """Places that nobody used."""
    strikes: int = 0
    """Those that are new."""
    damaged: list[Damaged] = field(default_factory=list)


@dataclass(slots=True)
class Sweep:
    """What a call did of a campaign, by day. `more`: time ran out, or requests did not come through."""

    days: dict[str, SweptDay] = field(default_factory=dict)
    more: bool = False


def sweep(services: Services, campaign_id: str, now_s: int, deadline_s: float) -> Sweep:
    """Each facility's day of the campaign that is due at `now_s` is swept, or as many as fit before `deadline_s`.

    With nothing due it reads the programme's head: half a read unit. A facility's day costs 1 read unit each 4 KB of
    its slots and 1 write unit, and with people in them 1 write unit a KB of each slot, 1 read unit a person, the
    strikes, and 1 read unit for each visit that can earn points. A damaged slot, diary or account keeps its facility's
    day open, so the next call tries again; the rest of that day and all others are swept. Raises Damaged (the
    programme, or what is known of its days), Busy.
    """
    current, memory = services.programmes.current(campaign_id), services.swept_days
    if current is None:
        return Sweep()
    swept, found = memory.known(campaign_id), Sweep()
    if memory.is_set_back(current, swept, now_s):
        swept = _begun_anew(services, current, now_s)
    if memory.due(current, swept, now_s):
        swept = memory.read(campaign_id)
        due = memory.due(current, swept, now_s)
        did = side_by_side(services, lambda one: _tried(services, current, swept, one, now_s, deadline_s), due)
        for one, day in zip(due, did, strict=True):
            found.more |= day is None
            _add(found.days.setdefault(one.day, SweptDay(is_done=True)), day or SweptDay())
        done = (one for one, day in zip(due, did, strict=True) if day and day.is_done)
        swept = memory.note(campaign_id, swept.with_marks(done))
    through = memory.swept_through(current, swept, now_s)
    if through != swept.through:
        marks = frozenset(one for one in swept.marks if one.day > through)
        _replace(services, campaign_id, swept, replace(swept, through=through, marks=marks))
    return found


def is_swept(services: Services, campaign_id: str, now_s: int) -> bool:
    """Whether nothing is left to sweep of a campaign whose days are all due. The programme's head is read strongly."""
    services.programmes.renew(campaign_id)
    current, memory = services.programmes.current(campaign_id), services.swept_days
    return current is None or not memory.due(current, memory.known(campaign_id), now_s)


def _add(sums: SweptDay, one: SweptDay) -> None:
    sums.is_done &= one.is_done
    sums.missed += one.missed
    sums.strikes += one.strikes
    sums.damaged += one.damaged


def _begun_anew(services: Services, current: CurrentProgramme, now_s: int) -> SweptDays:
    """A new round, unless another process began it."""
    memory, campaign_id = services.swept_days, current.campaign_id
    read = memory.read(campaign_id)
    if not memory.is_set_back(current, read, now_s):
        return read
    return _replace(services, campaign_id, read, read.set_back(day_of(now_s, current.timezone)))


def _replace(services: Services, campaign_id: str, read: SweptDays, new: SweptDays) -> SweptDays:
    if services.swept_day_store.replace(campaign_id, read, new):
        return services.swept_days.note(campaign_id, replace(new, version=read.version + 1))
    return services.swept_days.read(campaign_id)


def _tried(
    services: Services, current: CurrentProgramme, swept: SweptDays, one: FacilityDay, now_s: int, deadline_s: float
) -> SweptDay | None:
    """None: time ran out before, or requests did not come through."""
    if services.clock.monotonic_s() >= deadline_s:
        return None
    try:
        day = _sweep_day(services, current, one, now_s, deadline_s)
        if day.is_done:
            services.swept_day_store.mark(current.campaign_id, swept.round, one, now_s)
    except Busy:
        return None
    return day


def _sweep_day(
    services: Services, current: CurrentProgramme, one: FacilityDay, now_s: int, deadline_s: float
) -> SweptDay:
    """Counts of the slots, strikes, and what visits earn; each write is made only where it is not made yet."""
    did = SweptDay()
    of = Bookable.of(current.campaign_id, current.timezone, current.document, one.facility_id)
    assert of, "it is due by this programme"
    read = services.slots.of_day((one.facility_id, one.day), consistent=True)
    records = services.damages.sound_of(read, did.damaged)
    day = SlotDay(of, one.day, list(_slots(services, of, one, records.items(), did.damaged)))
    absent = day.absent()
    day = replace(day, slots=[(slot, _counted(services, slot, record, absent, now_s)) for slot, record in day.slots])
    did.missed = sum(map(len, absent.values()))
    did.strikes = set_strikes(services, day, absent, now_s, broken=did.damaged, deadline_s=deadline_s)
    _earn(services, day, now_s, deadline_s, did.damaged)
    did.is_done = not did.damaged
    return did


def _earn(services: Services, day: SlotDay, now_s: int, deadline_s: float, damaged: list[Damaged]) -> None:
    """Each visit of the day has earned its points: those of a door that was killed after its check-in had not yet."""
    for slot, record in day.slots:
        for person, mark in record.checked_in.items():
            if services.clock.monotonic_s() >= deadline_s:
                raise Busy(detail="The rest of the day's visits earn by the next call.")
            with services.damages.left_out(damaged):
                earn_visit(services, slot, person, mark.at_s, now_s, key_version=record.key_version)


def _slots(
    services: Services,
    of: Bookable,
    one: FacilityDay,
    records: Iterable[tuple[str, SlotRecord]],
    damaged: list[Damaged],
) -> Iterable[tuple[Slot, SlotRecord]]:
    """Those that the programme has; an open date keeps its slots, so another is damage."""
    for hhmm, record in records:
        name = SlotName(one.facility_id, one.day, hhmm)
        with services.damages.left_out(damaged):
            slot = of.slot(name)
            if slot is None:
                raise services.slots.damaged(name, NO_SLOT)
            yield slot, record


def _counted(
    services: Services, slot: Slot, record: SlotRecord, absent: dict[str, frozenset[bytes]], now_s: int
) -> SlotRecord:
    """The slot's record, which says how many did not come. Raises Busy if it was written since it was read."""
    number = len(absent.get(slot.slot_id, ()))
    if (record.missed or 0) == number and (record.missed is not None or slot.slot_id not in absent):
        return record
    new = record.swept(number)
    if not services.slots.tries(services.slots.replace(slot, record, new, now_s)):
        raise Busy(detail="The slot is being written; its day is swept by the next call.")
    return replace(new, changed_at_s=now_s)

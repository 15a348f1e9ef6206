"""Slots played by chance against an oracle of plain lists: who is booked, who waits in which order, who is refused,
who came, who missed a slot and is banned, and what of that is excused.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from contextlib import suppress

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from infra.virtual.store import Store
from tests.court import DAY, facility, offer, row
from tests.court import rule as booking_rule
from tests.machine.slot_paper import NEXT_DAY, WAITING_MAX, Paper, hour_of
from tests.store.faults import KilledError, Mortal
from tests.store.slots.conftest import Court
from tests.world import KEYS, World, campaign, seconds

EXAMPLES = 60
LONGER = int(os.environ.get("MACHINE_EXAMPLES", "0"))
"""So many plays, new ones each time."""
SLOTS = [*(f"court.{DAY}.{hhmm}" for hhmm in ("0900", "1000", "1100")), f"court.{NEXT_DAY}.0900"]
PEOPLE = ("ann", "bob", "cyd", "dan", "eve")
MOMENTS = [
    *(f"{DAY}T{time}:00+08:00" for time in ("06:30", "07:30", "08:30", "09:30", "10:30", "11:20", "12:30")),
    *(f"{NEXT_DAY}T{time}:00+08:00" for time in ("06:30", "08:45", "11:20")),
]
"""Of the first slot: the list has force, it has none, it is too late to give back and people are checked in, it has
begun; and so on of the others. At 11:20 the day is due to be swept, and its last slot goes on.
"""
SWEPT, NEXT_MORNING = MOMENTS[5], MOMENTS[7]


names, slot_ids, processes = st.sampled_from(PEOPLE), st.sampled_from(SLOTS), st.integers(0, 1)


class Evening(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.world = World(Store())
        self.world.publish(campaign())

    @initialize(
        slot_id=slot_ids,
        order=st.permutations(PEOPLE),
        upcoming_max=st.sampled_from([1, 2]),
        ban_after=st.sampled_from([1, 2]),
        moment=st.sampled_from(MOMENTS[:3]),
    )
    def full(self, slot_id: str, order: list[str], upcoming_max: int, ban_after: int, moment: str) -> None:
        """Every play begins at a slot with a waiting list, where there is most to get wrong."""
        self._open(upcoming_max, ban_after)
        for name in order:
            said = self.paper.enter(name, slot_id, self._now_s(), joins=True)
            assert self.courts[0].wait(name, slot_id) == said
        self.world.clock.set(moment)

    def _open(self, upcoming_max: int, ban_after: int) -> None:
        per_person = {"upcoming_max": upcoming_max, "per_day_minutes": None}
        no_show = {"strikes": ban_after, "window_days": 30, "ban_days": 14}
        rules = [booking_rule(waiting_max=WAITING_MAX, per_person=per_person, no_show=no_show)]
        offer(self.world, booking_rules=rules, facilities=[facility(schedule=[row(to="12:00")])])
        self.courts = [Court(self.world, self.world.new_services(seed=seed)) for seed in (1, 2)]
        self.paper = Paper({slot_id: hour_of(slot_id) for slot_id in SLOTS}, upcoming_max, ban_after)

    def _now_s(self) -> int:
        self.world.clock.advance(2)  # past what a process keeps of a day
        return self.world.now_s

    @rule(
        name=names,
        slot_id=slot_ids,
        joins=st.booleans(),
        process=processes,
        dies=st.sampled_from([None, None, True, False]),
    )
    def enter(self, name: str, slot_id: str, joins: bool, process: int, dies: bool | None) -> None:
        """Book or wait, on one of two devices; perhaps the process dies at its write, and the request is repeated."""
        said = self.paper.enter(name, slot_id, self._now_s(), joins=joins)
        self._play(process, dies, said, lambda court: (court.wait if joins else court.book)(name, slot_id))

    @rule(name=names, slot_id=slot_ids, process=processes, dies=st.sampled_from([None, None, False]))
    def leave(self, name: str, slot_id: str, process: int, dies: bool | None) -> None:
        """Also by who is not in the slot."""
        said = self.paper.leave(name, slot_id, self._now_s())
        self._play(process, dies, said, lambda court: court.leave(name, slot_id))

    @precondition(lambda self: any(hour.booked for hour in self.paper.hours.values()))
    @rule(data=st.data(), process=processes)
    def a_place_is_given_back(self, data: st.DataObject, process: int) -> None:
        slot_id = data.draw(st.sampled_from([name for name, hour in self.paper.hours.items() if hour.booked]))
        name = data.draw(st.sampled_from(self.paper.hours[slot_id].booked))
        said = self.paper.leave(name, slot_id, self._now_s())
        assert self.courts[process].leave(name, slot_id) == said

    def _play(self, process: int, dies: bool | None, said: str, act: Callable[[Court], str]) -> None:
        court = self.courts[process]
        if dies is not None:
            try:
                assert act(court.through(Mortal(self.world.client, 1, applied=dies))) == said
            except KilledError:
                assert act(court) == said
        else:
            assert act(court) == said

    @rule(slot_id=slot_ids, units=st.integers(1, 3), process=processes)
    def change_units(self, slot_id: str, units: int, process: int) -> None:
        hour, now_s = self.paper.hours[slot_id], self._now_s()
        if not hour.cancelled and now_s < hour.starts_at_s + 3600:
            assert self.courts[process].units(units, slot_id).units == units
            if units != hour.units:
                self.paper.set_units(slot_id, units, now_s)

    @precondition(lambda self: any(hour.booked for hour in self.paper.hours.values()))
    @rule(data=st.data(), process=processes)
    def call_off(self, data: st.DataObject, process: int) -> None:
        """And somebody who was in it asks for another hour."""
        slot_id = data.draw(st.sampled_from([name for name, hour in self.paper.hours.items() if hour.booked]))
        hour = self.paper.hours[slot_id]
        if self._now_s() < hour.starts_at_s + 3600:
            self.courts[process].call_off("rain", slot_id)
            self.paper.call_off(slot_id)
            for name in [*hour.booked, *hour.waiting][:1]:
                other = data.draw(st.sampled_from([at for at in SLOTS if at != slot_id]))
                self.enter(name, other, joins=False, process=process, dies=None)

    @precondition(lambda self: bool(self._awaited()))
    @rule(data=st.data(), process=processes)
    def come(self, data: st.DataObject, process: int) -> None:
        """Somebody who is booked is checked in."""
        slot_id, name = data.draw(st.sampled_from(self._awaited()))
        self._comes(name, slot_id, process)

    def _comes(self, name: str, slot_id: str, process: int) -> None:
        self.courts[process].check_in(name, slot_id)
        self.paper.hours[slot_id].came.append(name)

    def _awaited(self) -> list[tuple[str, str]]:
        open_now = [(at, hour) for at, hour in self.paper.hours.items() if hour.lets_in(self.world.now_s + 2)]
        goes_on = [(at, hour) for at, hour in open_now if not hour.cancelled]
        return [(at, name) for at, hour in goes_on for name in sorted({*hour.booked} - {*hour.came})]

    @rule(process=processes, dies_at=st.sampled_from([None, 1, 2, 3, 4, 5]), applied=st.booleans())
    def sweep(self, process: int, dies_at: int | None, applied: bool) -> None:
        """Whenever; perhaps the process dies at a write, and the next call does the rest."""
        self.paper.sweep(self._now_s())
        if dies_at is not None:
            with suppress(KilledError):
                self.courts[process].through(Mortal(self.world.client, dies_at, applied=applied)).sweep()
        assert not self.courts[process].sweep().more

    @precondition(lambda self: bool(self.paper.swept))
    @rule(data=st.data(), excused=st.booleans(), process=processes, dies=st.sampled_from([None, True, False]))
    def excuse(self, data: st.DataObject, excused: bool, process: int, dies: bool | None) -> None:
        """A strike, or what is none."""
        known = [(name, slot_id) for name, of_name in self.paper.strikes.items() for slot_id in of_name]
        anything = st.tuples(names, slot_ids)
        name, slot_id = data.draw(st.one_of(st.sampled_from(known), anything) if known else anything)
        said = self.paper.excuse(name, slot_id, excused)
        self._now_s()
        self._play(process, dies, said, lambda court: court.excuse(name, slot_id, excused=excused))

    @precondition(lambda self: bool(self.paper.strikes))
    @rule(data=st.data(), slot_id=slot_ids, process=processes)
    def who_missed_one_asks_for_another(self, data: st.DataObject, slot_id: str, process: int) -> None:
        self.enter(data.draw(st.sampled_from(sorted(self.paper.strikes))), slot_id, False, process, None)

    @precondition(lambda self: any(hour.waiting for hour in self.paper.hours.values()))
    @rule(data=st.data(), joins=st.booleans(), process=processes)
    def who_waits_asks_again(self, data: st.DataObject, joins: bool, process: int) -> None:
        slot_id = data.draw(st.sampled_from([name for name, hour in self.paper.hours.items() if hour.waiting]))
        name = data.draw(st.sampled_from(self.paper.hours[slot_id].waiting))
        self.enter(name, slot_id, joins, process, None)

    @rule(really=st.booleans())
    def time_passes(self, really: bool) -> None:
        later = [moment for moment in MOMENTS if seconds(moment) > self.world.now_s]
        if really and later:
            self.world.clock.set(later[0])

    @invariant()
    def stored_as_on_paper(self) -> None:
        for slot_id, hour in self.paper.hours.items():
            record = self.courts[0].record(slot_id)
            assert record.units == hour.units
            assert set(record.booked) == {KEYS.person(name) for name in hour.booked}
            assert sorted(record.waiting, key=record.waiting.__getitem__) == [
                KEYS.person(name) for name in hour.waiting
            ]
            assert (record.cancelled is not None) == hour.cancelled
            assert set(record.checked_in) == {KEYS.person(name) for name in hour.came}
            assert record.missed == hour.missed
        for name in PEOPLE:
            diary = self.courts[0].diary(name)
            assert sorted(diary.strikes) == sorted(self.paper.strikes.get(name, []))
            assert sorted(diary.excused) == sorted(self.paper.excused.get(name, []))
        self.courts[0].assert_sound()


class LateMorning(Evening):
    """The same, from the end of the day's last check-in on."""

    @initialize(
        came=st.sets(names, max_size=4),
        ban_after=st.sampled_from([1, 2]),
        moment=st.sampled_from([SWEPT, SWEPT, NEXT_MORNING]),
        is_swept=st.sampled_from([True, True, False]),
    )
    def full(self, came: set[str], ban_after: int, moment: str, is_swept: bool) -> None:
        """Everybody has booked, the last hour is waited for, and some came to all that they booked."""
        self._open(3, ban_after)
        for slot_id, booked in zip(SLOTS, ("ann bob", "ann cyd", "bob dan eve", "eve"), strict=True):
            for name in booked.split():
                self.enter(name, slot_id, joins=True, process=0, dies=None)
        for slot_id, at in zip(SLOTS[:3], MOMENTS[2:5], strict=True):
            self.world.clock.set(at)
            for name in sorted(came & set(self.paper.hours[slot_id].booked)):
                self._comes(name, slot_id, 0)
        self.world.clock.set(moment)
        if is_swept:
            self.sweep(process=0, dies_at=None, applied=False)


SETTINGS = settings(
    max_examples=LONGER or EXAMPLES,
    stateful_step_count=30,
    deadline=None,
    derandomize=not LONGER,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
    report_multiple_bugs=False,
)
Evening.TestCase.settings = LateMorning.TestCase.settings = SETTINGS
# Shrinking a red play may take minutes.
TestEvening = pytest.mark.timeout(0)(Evening.TestCase)
TestLateMorning = pytest.mark.timeout(0)(LateMorning.TestCase)

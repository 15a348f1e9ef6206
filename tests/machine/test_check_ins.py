"""Check-ins played by chance against a page of paper: who was let in to which slot, under which number."""

from __future__ import annotations

import os
from dataclasses import dataclass, field

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from coupons.model.orders import order_key
from coupons.sealing import BookingRef
from infra.virtual.store import Store
from tests.court import DAY, a_slot
from tests.door import open_door
from tests.store.faults import KilledError, Mortal
from tests.store.slots.conftest import Court
from tests.world import KEYS, World, seconds

LONGER = int(os.environ.get("MACHINE_EXAMPLES", "0"))
"""So many plays, new ones each time."""
SLOTS = [f"court.{DAY}.{hhmm}" for hhmm in ("0900", "1000")]
PEOPLE = ("ann", "bob", "cyd")
MOMENTS = [f"{DAY}T{time}:00+08:00" for time in ("08:20", "08:40", "09:20", "09:40", "10:20")]
"""Check-in has not opened; it is open for the first slot, for none, for the second, for none."""


@dataclass
class Page:
    """What each act says, and what is true afterwards."""

    booked: dict[str, set[str]]
    off: set[str] = field(default_factory=set)
    numbers: dict[str, tuple[str, str]] = field(default_factory=dict)
    """By the merchant's number: the slot, and whom it let in."""

    def check_in(self, name: str, slot_id: str, number: str, now_s: int) -> str:
        starts_at_s = a_slot(slot_id[-4:]).starts_at_s
        if self.numbers.get(number) == (slot_id, name):
            return "repeat"
        if name not in self.booked[slot_id]:
            return "not-found"
        if now_s < starts_at_s - 30 * 60:
            return "not-open"
        if now_s >= starts_at_s + 15 * 60:
            return "closed"
        if slot_id in self.off:
            return "stopped"
        if number in self.numbers:
            return "order-conflict"
        if (slot_id, name) in self.numbers.values():
            return "coupon-not-usable"
        self.numbers[number] = (slot_id, name)
        return "done"


slot_ids, processes = st.sampled_from(SLOTS), st.integers(0, 1)


class Morning(RuleBasedStateMachine):
    @initialize(first=st.sampled_from(PEOPLE))
    def open(self, first: str) -> None:
        """Two have the first slot, and one of them the second too."""
        self.world = World(Store())
        open_door(self.world)
        self.courts = [Court(self.world, self.world.new_services(seed=seed)) for seed in (1, 2)]
        self.page = Page({SLOTS[0]: {name for name in PEOPLE if name != first}, SLOTS[1]: {first, PEOPLE[0]}})
        for slot_id, names in self.page.booked.items():
            for name in sorted(names):
                assert self.courts[0].book(name, slot_id) == "booked"
        self.reversed: set[str] = set()
        self.world.clock.set(MOMENTS[0])

    @rule(
        name=st.sampled_from(PEOPLE),
        slot_id=slot_ids,
        number=st.sampled_from(["v-1", "v-2", "v-3"]),
        process=processes,
        dies=st.sampled_from([None, None, True, False]),
    )
    def check_in(self, name: str, slot_id: str, number: str, process: int, dies: bool | None) -> None:
        """Perhaps the till dies at its write, and sends it again."""
        self.world.clock.advance(1)
        said, court = self.page.check_in(name, slot_id, number, self.world.now_s), self.courts[process]
        if dies is None:
            assert court.let_in(name, number, slot_id) == said
            return
        try:
            assert (
                court.through(Mortal(self.world.client, 1, applied=dies, word="#mark")).let_in(name, number, slot_id)
                == said
            )
        except KilledError:
            assert court.let_in(name, number, slot_id) == ("repeat" if said == "done" and dies else said)

    @rule(name=st.sampled_from(PEOPLE), slot_id=slot_ids, process=processes)
    def leave(self, name: str, slot_id: str, process: int) -> None:
        """Who is in a cancelled slot can leave it, unless they used it; of any other it is too late."""
        used = (slot_id, name) in self.page.numbers.values()
        said = self.courts[process].leave(name, slot_id)
        if name not in self.page.booked[slot_id]:
            assert said == "not-found"
        elif slot_id in self.page.off and not used:
            assert said == "cancelled"
            self.page.booked[slot_id].discard(name)
        else:
            assert said == "closed" or (not used and self.world.now_s < a_slot(slot_id[-4:]).cancel_until_s)
            if said != "closed":
                self.page.booked[slot_id].discard(name)

    @rule(number=st.sampled_from(["v-1", "v-2", "v-3"]))
    def reverse(self, number: str) -> None:
        """All that was paid goes back, once."""
        answered = self.world.merchant().reverse(number, "r-1", 4_000)
        known = number in self.page.numbers
        assert answered.status == (404 if not known else 200 if number in self.reversed else 201)
        self.reversed |= {number} if known else set()

    @rule(slot_id=slot_ids, really=st.booleans())
    def call_off(self, slot_id: str, really: bool) -> None:
        if really and self.world.now_s < a_slot(slot_id[-4:]).ends_at_s:
            self.courts[0].call_off("rain", slot_id)
            self.page.off.add(slot_id)

    @rule()
    def time_passes(self) -> None:
        later = [moment for moment in MOMENTS if seconds(moment) > self.world.now_s]
        if later:
            self.world.clock.set(later[0])

    @invariant()
    def stored_as_on_the_page(self) -> None:
        marks = {
            (slot_id, person): mark.order
            for slot_id in SLOTS
            for person, mark in self.courts[0].record(slot_id).checked_in.items()
        }
        wanted = {(slot_id, KEYS.person(name)): number for number, (slot_id, name) in self.page.numbers.items()}
        assert marks == {place: order_key("diner", number) for place, number in wanted.items()}
        items = self.world.items()["OrdersTable"]
        orders = {item["order_no"]["S"]: item["coupon_id"]["S"] for item in items if item["sk"]["S"] == "ORDER"}
        assert {number: KEYS.open_booking(name) for number, name in orders.items()} == {
            number: (BookingRef(*place), 1) for place, number in wanted.items()
        }
        filed = [(item["order_no"]["S"], item["kind"]["S"]) for item in items if "kind" in item]
        back = [(number, "reversal") for number in self.reversed]
        assert sorted(filed) == sorted([*((number, "redemption") for number in orders), *back])


Morning.TestCase.settings = settings(
    max_examples=LONGER or 40,
    stateful_step_count=30,
    deadline=None,
    derandomize=not LONGER,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
    report_multiple_bugs=False,
)
# Shrinking a red play may take minutes.
TestMorning = pytest.mark.timeout(0)(Morning.TestCase)

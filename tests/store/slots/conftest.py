"""A court of two places four days ahead, and what people do there."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest

from coupons.model.diaries import Diary
from coupons.model.slot_records import CheckInMark, SlotBooking, SlotRecord
from coupons.process.services import Services
from coupons.refusals import Refusal
from coupons.schedule import no_shows
from coupons.schedule.no_shows import Sweep
from coupons.sealing import BookingRef
from coupons.slots import booking, cancellation, own_bookings, strikes, venue
from coupons.slots.days import slot_of
from coupons.stores import keys
from coupons.till.check_ins import check_in
from coupons.times import day_of
from tests.court import DAY, offer
from tests.world import KEYS, World

SLOT = f"court.{DAY}.0900"


@dataclass
class Court:
    """The court; each act says what the person is then, or by what it was refused."""

    world: World
    services: Services

    def book(self, name: str, slot_id: str = SLOT) -> str:
        return self._said(lambda: booking.book(self.services, slot_id, KEYS.person(name), self.world.now_s)[0])

    def wait(self, name: str, slot_id: str = SLOT) -> str:
        return self._said(lambda: booking.wait(self.services, slot_id, KEYS.person(name), self.world.now_s)[0])

    def leave(self, name: str, slot_id: str = SLOT) -> str:
        return self._said(lambda: cancellation.leave(self.services, slot_id, KEYS.person(name), self.world.now_s))

    def let_in(self, name: str, checkin_no: str, slot_id: str = SLOT) -> str:
        """By a code of now."""
        code = KEYS.seal_slot_code(BookingRef(slot_id, KEYS.person(name)), self.world.now_s)
        try:
            _, is_repeat = check_in(self.services, "diner", slot_id, checkin_no, code, self.world.now_s)
        except Refusal as refusal:
            return refusal.slug
        return "repeat" if is_repeat else "done"

    def state(self, name: str, slot_id: str = SLOT) -> str:
        return self._said(lambda: own_bookings.my_booking(self.services, slot_id, KEYS.person(name), self.world.now_s))

    def units(self, units: int, slot_id: str = SLOT) -> SlotRecord:
        return venue.set_units(self.services, slot_id, units, self.world.now_s)[1]

    def call_off(self, reason: str = "rain", slot_id: str = SLOT) -> SlotRecord:
        return venue.cancel(self.services, slot_id, reason, self.world.now_s)[1]

    def check_in(self, name: str, slot_id: str = SLOT) -> None:
        """The person used their place."""
        slots, slot, record = self.services.slots, slot_of(self.services, slot_id), self.record(slot_id)
        marked = record.marked(KEYS.person(name), CheckInMark(b"order", self.world.now_s))
        assert slots.tries(slots.replace(slot, record, marked, self.world.now_s))

    def excuse(self, name: str, slot_id: str = SLOT, *, excused: bool = True) -> str:
        """How many strikes count then."""
        slot, now_s = slot_of(self.services, slot_id), self.world.now_s
        try:
            diary = strikes.excuse(self.services, slot_id, KEYS.person(name), now_s, excused=excused)[1]
        except Refusal as refusal:
            return refusal.slug
        return str(diary.strikes_in_window(slot, now_s))

    def sweep(self) -> Sweep:
        return no_shows.sweep(self.services, "season", self.world.now_s, float("inf"))

    def strikes(self, name: str) -> list[str]:
        """The slots that the person missed, those that are excused in brackets."""
        diary = self.diary(name)
        return [f"({slot_id})" if slot_id in diary.excused else slot_id for slot_id in sorted(diary.strikes)]

    def record(self, slot_id: str = SLOT) -> SlotRecord:
        return self.services.slots.get(slot_of(self.services, slot_id))

    def booked(self, *names: str) -> list[str]:
        return [name for name in names if KEYS.person(name) in self.record().booked]

    def diary(self, name: str) -> Diary:
        return self.services.diaries.get("season", KEYS.person(name))

    def at(self, moment: str) -> Court:
        self.world.clock.set(moment)
        return self

    def through(self, client: Any) -> Court:
        """The same court by another process, whose requests go through `client`."""
        return Court(self.world, self.world.new_services(client=client))

    def assert_sound(self) -> None:
        """Who is in a slot of today or later has it in the diary, and nobody else, unless it was cancelled; nobody is
        in it twice.
        """
        today = day_of(self.world.now_s, "Asia/Shanghai").isoformat()
        in_slots: set[tuple[str, str]] = set()
        in_diaries: set[tuple[str, str]] = set()
        for item in self.world.items()["ClaimsTable"]:
            pk, sk = item["pk"]["S"], item["sk"]["S"]
            if pk.startswith("DIARY#"):
                in_diaries |= {(slot_id, sk) for slot_id in item["s"]["M"]}
            if pk.startswith("SLOTS#"):
                slot_id = ".".join([*pk.split("#")[1:], sk])
                record = self.record(slot_id)
                assert not set(record.booked) & set(record.waiting)
                if record.cancelled is None:
                    in_slots |= {(slot_id, keys.person_text(person)) for person in record.people}
        off = {slot_id for slot_id, _ in in_diaries if self.record(slot_id).cancelled is not None}
        assert {one for one in in_slots if one[0].split(".")[1] >= today} == {
            (slot_id, person) for slot_id, person in in_diaries if slot_id not in off and slot_id.split(".")[1] >= today
        }

    @staticmethod
    def _said(act: Any) -> str:
        try:
            found: SlotBooking = act()
        except Refusal as refusal:
            return getattr(refusal, "reason", refusal.slug)
        return found.state if found.place_in_line is None else f"{found.state} {found.place_in_line}"


@pytest.fixture
def court(season: World) -> Court:
    offer(season)
    return Court(season, season.services)

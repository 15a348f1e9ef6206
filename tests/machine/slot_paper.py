"""A court's hours as plain lists on paper: the oracle of `test_slots.py`."""

from __future__ import annotations

from dataclasses import dataclass, field

from tests.court import DAY, a_slot
from tests.world import seconds

NEXT_DAY = "2020-06-11"
WAITING_MAX, UNITS = 2, 2


@dataclass
class Hour:
    """A slot as a list on paper."""

    starts_at_s: int
    units: int = UNITS
    day: str = DAY
    booked: list[str] = field(default_factory=list)
    waiting: list[str] = field(default_factory=list)
    cancelled: bool = False
    touched: bool = False
    """Something was written of it."""
    came: list[str] = field(default_factory=list)
    missed: int | None = None

    def lets_in(self, now_s: int) -> bool:
        return self.starts_at_s - 30 * 60 <= now_s < self.starts_at_s + 15 * 60

    def promotes(self, now_s: int) -> bool:
        return now_s < self.starts_at_s - 120 * 60

    def says(self, name: str) -> str:
        if self.cancelled:
            return "cancelled"
        return "booked" if name in self.booked else f"waiting {self.waiting.index(name) + 1}"

    def move_up(self, now_s: int) -> None:
        while self.promotes(now_s) and not self.cancelled and self.waiting and len(self.booked) < self.units:
            self.booked.append(self.waiting.pop(0))


@dataclass
class Paper:
    """What each act says, and what is true afterwards."""

    hours: dict[str, Hour]
    upcoming_max: int
    ban_after: int
    strikes: dict[str, list[str]] = field(default_factory=dict)
    """By name: slots that they missed."""
    excused: dict[str, list[str]] = field(default_factory=dict)
    swept: list[str] = field(default_factory=list)
    """Days."""

    def counting(self, name: str) -> int:
        return len(self.strikes.get(name, [])) - len(self.excused.get(name, []))

    def sweep(self, now_s: int) -> None:
        for day in (DAY, NEXT_DAY):
            if day in self.swept or now_s < seconds(f"{day}T11:15:30+08:00"):
                continue
            self.swept.append(day)
            hours = {slot_id: hour for slot_id, hour in self.hours.items() if hour.day == day}
            if not any(hour.came for hour in hours.values()):
                continue
            for slot_id, hour in hours.items():
                absent = [] if hour.cancelled else [name for name in hour.booked if name not in hour.came]
                # A slot that nobody ever wrote, or that was cancelled, says nothing.
                hour.missed = None if hour.cancelled or not hour.touched else len(absent)
                for name in absent:
                    self.strikes.setdefault(name, []).append(slot_id)

    def call_off(self, slot_id: str) -> None:
        hour = self.hours[slot_id]
        hour.cancelled, hour.touched = True, True
        hour.missed = None if hour.missed is None else 0
        for of_names in (self.strikes, self.excused):
            for slot_ids in of_names.values():
                slot_ids[:] = [other for other in slot_ids if other != slot_id]

    def excuse(self, name: str, slot_id: str, excused: bool) -> str:
        if slot_id not in self.strikes.get(name, []):
            return "not-found"
        others = [other for other in self.excused.get(name, []) if other != slot_id]
        self.excused[name] = [*others, *([slot_id] if excused else [])]
        return str(self.counting(name))

    def enter(self, name: str, slot_id: str, now_s: int, *, joins: bool) -> str:
        hour = self.hours[slot_id]
        full = len(hour.booked) >= hour.units
        refuses = full or (hour.promotes(now_s) and bool(hour.waiting))
        if name in hour.booked or (name in hour.waiting and (hour.cancelled or hour.promotes(now_s) or full)):
            return hour.says(name)
        if now_s >= hour.starts_at_s:
            return "closed"
        if hour.cancelled:
            return "stopped"
        if joins and refuses and not hour.promotes(now_s):
            return "closed"
        if self.counting(name) >= self.ban_after:
            return "banned"
        if self._coming(name, slot_id, now_s) >= self.upcoming_max:
            return "quota"
        if refuses and (not joins or len(hour.waiting) >= WAITING_MAX):
            return "full"
        hour.touched = True
        if refuses:
            hour.waiting.append(name)
        else:
            hour.waiting = [other for other in hour.waiting if other != name]
            hour.booked.append(name)
        return hour.says(name)

    def _coming(self, name: str, but: str, now_s: int) -> int:
        others = [hour for slot_id, hour in self.hours.items() if slot_id != but and not hour.cancelled]
        mine = [hour for hour in others if name in [*hour.booked, *hour.waiting]]
        return sum(now_s < hour.starts_at_s + 3600 for hour in mine)

    def leave(self, name: str, slot_id: str, now_s: int) -> str:
        hour = self.hours[slot_id]
        if name not in [*hour.booked, *hour.waiting]:
            return "not-found"
        if name in hour.came:
            return "closed"
        until_s = hour.starts_at_s - (60 * 60 if name in hour.booked else 0)
        if now_s >= until_s and not hour.cancelled:
            return "closed"
        hour.booked = [other for other in hour.booked if other != name]
        hour.waiting = [other for other in hour.waiting if other != name]
        hour.move_up(now_s)
        return "cancelled"

    def set_units(self, slot_id: str, units: int, now_s: int) -> None:
        hour = self.hours[slot_id]
        hour.units, hour.touched = units, True
        hour.move_up(now_s)


def hour_of(slot_id: str) -> Hour:
    _, day, hhmm = slot_id.split(".")
    return Hour(a_slot(hhmm, day).starts_at_s, day=day)

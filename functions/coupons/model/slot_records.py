"""Who is in a slot: the people who are booked, those who wait, and what an operator decided about it.

A record is what its item holds; each change here gives the record after one write, whose version is one higher. Who
waits is ranked by the version that their write made, never by a clock.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Literal, NamedTuple, Self

from coupons.model.diaries import Missed, Strike
from coupons.model.slots import Bookable, Slot

BookingState = Literal["booked", "waiting", "cancelled"]
"""What a person is in a slot: booked, on its waiting list, or in a slot that its venue cancelled."""
UNITS_MAX = 100
"""Places of a slot: with more people its item would cost too much at each write."""


class CheckInMark(NamedTuple):
    """That a person used their place."""

    order: bytes
    """The key of the order that pays the venue for it (`orders.order_key`)."""
    at_s: int
    """When the person was checked in."""


@dataclass(frozen=True, slots=True)
class SlotRecord:
    """`version` 0: there is no item yet, and `units` are those of the programme."""

    units: int
    """Places; from the first write on the item says how many, and not the programme."""
    version: int = 0
    key_version: int = 0
    """Of the key that seals the ids of the slot's bookings; its first write chooses it."""
    changed_at_s: int = 0
    """The moment of the last write."""
    booked: Mapping[bytes, int] = field(default_factory=dict)
    """By person: the version that their place was given at."""
    waiting: Mapping[bytes, int] = field(default_factory=dict)
    """By person: their rank."""
    checked_in: Mapping[bytes, CheckInMark] = field(default_factory=dict)
    """By person: who used their place, and cannot be taken out."""
    cancelled: str | None = None
    """Why the venue cancelled the slot, which is final."""
    missed: int | None = None
    """How many who were booked did not come; None before its day's sweep."""

    def state_of(self, person: bytes) -> BookingState | None:
        """None if the person is not in the slot."""
        if person not in self.booked and person not in self.waiting:
            return None
        if self.cancelled is not None:
            return "cancelled"
        return "booked" if person in self.booked else "waiting"

    @property
    def people(self) -> set[bytes]:
        """Who is booked or waits, also in a cancelled slot."""
        return {*self.booked, *self.waiting}

    @property
    def is_full(self) -> bool:
        return len(self.booked) >= self.units

    def refuses(self, *, promotes: bool) -> bool:
        """Whether nobody new can book: no place is left, or others wait for it while the list has force."""
        return self.is_full or (promotes and bool(self.waiting))

    def place_in_line(self, person: bytes) -> int | None:
        """1 for who moves up first; None for who does not wait."""
        rank = self.waiting.get(person)
        return None if rank is None else 1 + sum(1 for other in self.waiting.values() if other < rank)

    def with_place(self, person: bytes) -> SlotRecord:
        """The person is booked, and no longer waits."""
        booked = {**self.booked, person: self.version + 1}
        return self._next(booked=booked, waiting=_without(self.waiting, person))

    def joined(self, person: bytes) -> SlotRecord:
        """The person waits, behind all others."""
        return self._next(waiting={**self.waiting, person: self.version + 1})

    def without(self, person: bytes, *, promotes: bool) -> SlotRecord:
        """The person is not in the slot, and who waits moves up."""
        left = self._next(booked=_without(self.booked, person), waiting=_without(self.waiting, person))
        return moved_up(left) if promotes else left

    def marked(self, person: bytes, mark: CheckInMark) -> SlotRecord:
        """The person, who is booked, used their place."""
        return self._next(checked_in={**self.checked_in, person: mark})

    def with_units(self, units: int, *, promotes: bool) -> SlotRecord:
        """The slot has so many places, and who waits moves up; who is booked stays, also above `units`."""
        changed = self._next(units=units)
        return moved_up(changed) if promotes else changed

    def called_off(self, reason: str) -> SlotRecord:
        """The venue cancelled the slot, so nobody missed it. Who was in it stays in the record, to be told."""
        return self._next(cancelled=reason, missed=None if self.missed is None else 0)

    def swept(self, missed: int) -> SlotRecord:
        """The sweep of its day found so many who were booked and did not come."""
        return self._next(missed=missed)

    def _next(self, **changes: object) -> SlotRecord:
        return replace(self, version=self.version + 1, **changes)  # type: ignore[arg-type]


@dataclass(frozen=True, slots=True)
class SlotBooking:
    """What a person is in a slot."""

    slot: Slot
    person: bytes
    state: BookingState
    key_version: int
    place_in_line: int | None = None
    reason: str | None = None
    """Why the venue cancelled the slot."""
    checked_in_at_s: int | None = None
    missed: Missed | None = None

    @classmethod
    def of(cls, slot: Slot, record: SlotRecord, person: bytes) -> Self | None:
        """None if the person is not in the slot."""
        state = record.state_of(person)
        if state is None:
            return None
        place = record.place_in_line(person) if state == "waiting" else None
        mark = record.checked_in.get(person)
        at_s = mark.at_s if mark else None
        return cls(slot, person, state, record.key_version, place, record.cancelled, at_s)


@dataclass(frozen=True, slots=True)
class OwnSlots:
    """A person's slots and strikes, each by their start. `damaged`: how many items cannot be shown."""

    bookings: list[SlotBooking]
    strikes: list[Strike]
    damaged: int


@dataclass(frozen=True, slots=True)
class SlotDay:
    """A facility's slots of a day, each with what is written about it."""

    of: Bookable
    day: str
    slots: list[tuple[Slot, SlotRecord]]
    halted: frozenset[str] = frozenset()
    """The `slot_id` of those that nobody new can book now, whatever is free: the batch that pays the venue says so."""
    payable: Mapping[str, int] = field(default_factory=dict)
    """By `slot_id`: what a visitor pays at the door, where the programme names a batch that pays the venue."""

    def absent(self) -> dict[str, frozenset[bytes]]:
        """By `slot_id`: who was booked and did not come, once people can no longer be checked in.

        Nobody in a slot that was cancelled, or where nobody is checked in; and nobody of a day without one check-in:
        then it was the venue that let nobody in.
        """
        if not any(record.checked_in for _, record in self.slots):
            return {}
        return {
            slot.slot_id: frozenset(record.booked.keys() - record.checked_in)
            for slot, record in self.slots
            if slot.check_in is not None and record.cancelled is None and self.of.is_held
        }


def within_schedule(slot: Slot, record: SlotRecord) -> SlotRecord:
    """The record with no more places than the schedule has, where a batch pays for them.

    An item can have more: an operator gave them while nobody paid, or a later programme has fewer.
    """
    if slot.subsidy_batch is None or record.units <= slot.of.units:
        return record
    return replace(record, units=slot.of.units)


def moved_up(record: SlotRecord) -> SlotRecord:
    """The first who wait have the places that are free, as of the record's own write; none in a cancelled slot."""
    if record.cancelled is not None:
        return record
    in_line = sorted(record.waiting, key=record.waiting.__getitem__)
    first = in_line[: max(record.units - len(record.booked), 0)]
    booked = {**record.booked, **dict.fromkeys(first, record.version)}
    return replace(record, booked=booked, waiting=_without(record.waiting, *first))


def _without(people: Mapping[bytes, int], *gone: bytes) -> dict[bytes, int]:
    return {person: number for person, number in people.items() if person not in gone}

"""A person's diary in a campaign: the slots that they are in, and those that they missed. It decides who may book.

A slot is in the diary if and only if the person is in the slot, booked or waiting; a slot that its venue cancelled is
dropped by the diary's next write. So a place on a waiting list counts as a place, and moving up breaks no rule.

A slot that the person missed is a strike, and strikes ban for a while. A ban stops what a person asks for: what they
have stays, and who waits still moves up. An excused strike stays and does not count, so that it can count again.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import NamedTuple

from coupons.model.slots import Bookable, Slot
from coupons.refusals import NotEligible
from coupons.times import DAY_S, day_of, rfc3339


class Span(NamedTuple):
    """First second and end of a slot."""

    starts_at_s: int
    ends_at_s: int


@dataclass(frozen=True, slots=True)
class Missed:
    """What it means for a person that they missed a slot."""

    strike: int
    """Which strike it was, of those in its rule's window that count. It can exceed `of`."""
    of: int
    """So many strikes ban."""
    is_excused: bool
    banned_until_s: int | None
    """Until when the slot's rule refuses the person now; None if it does not."""


class Strike(NamedTuple):
    """A slot that a person missed, and what that means."""

    slot: Slot
    missed: Missed


@dataclass(frozen=True, slots=True)
class Diary:
    """`version` 0: there is no item yet."""

    version: int = 0
    slots: Mapping[str, Span] = field(default_factory=dict)
    """By `slot_id`: the slots of today and later that the person is in."""
    strikes: Mapping[str, int] = field(default_factory=dict)
    """By `slot_id`: when a slot began that the person missed."""
    excused: frozenset[str] = frozenset()
    """Those of `strikes` that do not count."""

    def with_slot(self, slot: Slot) -> Diary:
        span = Span(slot.starts_at_s, slot.ends_at_s)
        return replace(self, slots={**self.slots, slot.slot_id: span})

    def without(self, slot_ids: Iterable[str]) -> Diary:
        gone = frozenset(slot_ids)
        return replace(self, slots={name: span for name, span in self.slots.items() if name not in gone})

    def with_strikes(self, missed: Mapping[str, int]) -> Diary:
        """These count too, unless one of them is known already: what was excused stays so."""
        return replace(self, strikes={**missed, **self.strikes})

    def without_strikes(self, slot_ids: Iterable[str]) -> Diary:
        gone = frozenset(slot_ids)
        kept = {name: at_s for name, at_s in self.strikes.items() if name not in gone}
        return replace(self, strikes=kept, excused=self.excused - gone)

    def with_excuse(self, slot_id: str, *, excused: bool) -> Diary:
        """The strike of this slot counts, or does not."""
        others = self.excused - {slot_id}
        return replace(self, excused=others | {slot_id} if excused else others)

    def as_of(self, now_s: int, of: Bookable) -> Diary:
        """Without what counts no more: slots of days that are over, and old strikes. So a diary stays small."""
        kept_s = of.programme.strikes_kept_s
        # One of a slot that has not begun was given before a test clock was set back.
        old = [name for name, at_s in self.strikes.items() if not 0 <= now_s - at_s < kept_s]
        return self.from_today(now_s, of.timezone).without_strikes(old)

    def from_today(self, now_s: int, timezone: str) -> Diary:
        """Without the slots of days that are over; one that began yesterday and goes on is still in it."""
        today = day_of(now_s, timezone).isoformat()
        return self.without(
            slot_id for slot_id, span in self.slots.items() if _day_of(slot_id) < today and span.ends_at_s <= now_s
        )

    def refusal(self, slot: Slot, now_s: int) -> NotEligible | None:
        """Why the person cannot have this slot too; None if they can."""
        return self._by_ban(slot, now_s) or self._by_overlap(slot) or self._by_quota(slot, now_s)

    def banned_until_s(self, slot: Slot) -> int:
        """When the last ban by the slot's rule ends; 0 if there was none."""
        rule, missed = slot.rule.no_show, self._counting()
        if rule is None:
            return 0
        last = [
            at_s
            for first_s, at_s in zip(missed, missed[rule.strikes - 1 :], strict=False)
            if at_s - first_s < rule.window_days * DAY_S
        ]
        return last[-1] + rule.ban_days * DAY_S if last else 0

    def strikes_in_window(self, slot: Slot, until_s: int) -> int:
        """How many count by the slot's rule, of the days before `until_s`, itself included."""
        rule = slot.rule.no_show
        return sum(1 for at_s in self._counting() if rule and 0 <= until_s - at_s < rule.window_days * DAY_S)

    def missed(self, slot: Slot, now_s: int) -> Missed | None:
        """None: the person did not miss the slot, or nothing follows from missing it."""
        at_s, rule = self.strikes.get(slot.slot_id), slot.rule.no_show
        if at_s is None or rule is None:
            return None
        until_s = self.banned_until_s(slot)
        return Missed(
            self.strikes_in_window(slot, at_s),
            rule.strikes,
            slot.slot_id in self.excused,
            until_s if now_s < until_s else None,
        )

    def _counting(self) -> list[int]:
        """When the slots began whose strikes count, in order."""
        return sorted(at_s for slot_id, at_s in self.strikes.items() if slot_id not in self.excused)

    def _by_ban(self, slot: Slot, now_s: int) -> NotEligible | None:
        until_s = self.banned_until_s(slot)
        if now_s >= until_s:
            return None
        said = f"You missed slots that you had booked; you can book again from {rfc3339(until_s, slot.timezone)}."
        return NotEligible(reason="banned", until_s=until_s, timezone=slot.timezone, detail=said)

    def _by_overlap(self, slot: Slot) -> NotEligible | None:
        for slot_id, span in sorted(self.slots.items()):
            if span.starts_at_s < slot.ends_at_s and slot.starts_at_s < span.ends_at_s:
                return NotEligible(reason="overlap", slot_id=slot_id, detail=f"You are in {slot_id!r} at that time.")
        return None

    def _by_quota(self, slot: Slot, now_s: int) -> NotEligible | None:
        rule = slot.rule.per_person
        if sum(1 for span in self.slots.values() if now_s < span.ends_at_s) >= rule.upcoming_max:
            said = f"You are in {rule.upcoming_max} of at most {rule.upcoming_max} coming slots."
            return NotEligible(reason="quota", detail=said)
        spans = [span for slot_id, span in self.slots.items() if _day_of(slot_id) == slot.name.day]
        taken_s = sum(span.ends_at_s - span.starts_at_s for span in spans)
        most = rule.per_day_minutes
        if most is not None and taken_s + slot.ends_at_s - slot.starts_at_s > 60 * most:
            return NotEligible(reason="quota", detail=f"A person can have {most} minutes a day.")
        return None


def _day_of(slot_id: str) -> str:
    return slot_id.split(".")[1]

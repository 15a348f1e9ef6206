"""积分负债: a program's points added up over its accounts and entries, by when they end."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple, Self

from coupons.model.points_accounts import Account
from coupons.model.points_entries import Entry


@dataclass(slots=True)
class PointsSums:
    """Σ lots − debt = earned − spent − expired, of whole accounts with all their entries.

    `lots`: points in accounts by when they end; those of passed lots are in until their account's next change writes
    them off. `earned`: less corrections; `spent`: less what was given back. `entries`: how many there are.
    `volume`: what they moved in lots and debts, up and down: no sum can have changed by more than it grew.
    `as_of_s`: when the newest of them was made; 0 if there is none.
    """

    lots: Counter[int] = field(default_factory=Counter)
    debt: int = 0
    earned: int = 0
    spent: int = 0
    expired: int = 0
    entries: int = 0
    volume: int = 0
    as_of_s: int = 0

    def take(self, other: PointsSums) -> None:
        for ends_at_s, points in other.lots.items():
            self.lots[ends_at_s] += points
        self.debt += other.debt
        self.earned += other.earned
        self.spent += other.spent
        self.expired += other.expired
        self.entries += other.entries
        self.volume += other.volume
        self.as_of_s = max(self.as_of_s, other.as_of_s)

    def liability(self, now_s: int) -> dict[int, int]:
        """The points that count now, by when they end, soonest first."""
        return {
            ends_at_s: self.lots[ends_at_s]
            for ends_at_s in sorted(self.lots)
            if ends_at_s > now_s and self.lots[ends_at_s]
        }

    def passed(self, now_s: int) -> int:
        """Points of lots that have ended and that no entry has written off yet."""
        return sum(points for ends_at_s, points in self.lots.items() if ends_at_s <= now_s)


class PointsWrite(NamedTuple):
    """What one write of a program's items changed. `entry`: the entry that was made; None: an account was written."""

    program_id: str
    sums: PointsSums
    entry: Entry | None = None


def of_account(before: Account, after: Account) -> PointsSums:
    """What a write of an account changed."""
    lots = Counter[int]()
    for account, sign in ((before, -1), (after, 1)):
        for lot in account.lots.values():
            lots[lot.ends_at_s] += sign * lot.points
    return PointsSums(Counter(_not_0(lots)), after.debt - before.debt)


def of_entry(entry: Entry) -> PointsSums:
    """What a new entry adds. The end of a lot is no event of its own time."""
    volume = sum(map(abs, entry.moved.values())) + abs(entry.debt) + sum(map(abs, entry.counted.values()))
    sums = PointsSums(entries=1, volume=volume, as_of_s=entry.at_s)
    match entry.kind:
        case "earn" | "correct":
            sums.earned = entry.points
        case "exchange" | "give-back":
            sums.spent = -entry.points
        case "expire":
            sums.expired, sums.as_of_s = -entry.points, 0
    return sums


def _not_0(numbers: Mapping[int, int]) -> dict[int, int]:
    return {name: number for name, number in numbers.items() if number}


class SumEquation(NamedTuple):
    """Two numbers, by what should hold between them."""

    name: str
    holds: bool
    left: int
    right: int

    @classmethod
    def equal(cls, name: str, left: int, right: int) -> Self:
        return cls(name, left == right, left, right)

    @classmethod
    def at_most(cls, name: str, left: int, right: int) -> Self:
        return cls(name, left <= right, left, right)


@dataclass(frozen=True, slots=True)
class ProgramPoints:
    """What a program's points come to. `liability`: by when they end; `expired`: passed lots included."""

    program_id: str
    timezone: str
    currency: str
    unit_value_minor: int
    as_of_s: int
    liability: dict[int, int]
    sums: PointsSums
    expired: int
    equations: list[SumEquation]

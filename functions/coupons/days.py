"""A settlement day: what its lines add up to, and how far its close has come."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from coupons.orders import Amounts


@dataclass(slots=True)
class Sums:
    """Of any lines, in minor units; reversals count negative, so that the sums of parts add up to the whole."""

    lines: int = 0
    discount_minor: int = 0
    merchant_match_minor: int = 0
    payable_minor: int = 0
    spent: dict[str, dict[str, int]] = field(default_factory=dict)
    """Batch → funder → what the funder owes."""

    def take(self, batch_id: str, amounts: Amounts) -> None:
        """One more line."""
        owed = {part.funder_id: part.amount_minor for part in amounts.funding}
        self.add(Sums(1, amounts.discount_minor, amounts.merchant_match_minor, amounts.payable_minor, {batch_id: owed}))

    def add(self, other: Sums, sign: int = 1) -> None:
        """`sign` -1 takes lines out again."""
        self.lines += sign * other.lines
        self.discount_minor += sign * other.discount_minor
        self.merchant_match_minor += sign * other.merchant_match_minor
        self.payable_minor += sign * other.payable_minor
        for batch_id, owed in other.spent.items():
            mine = self.spent.setdefault(batch_id, {})
            for funder_id, amount_minor in owed.items():
                mine[funder_id] = mine.get(funder_id, 0) + sign * amount_minor

    @property
    def funding(self) -> dict[str, int]:
        """What each funder owes, over all batches."""
        owed: dict[str, int] = {}
        for of_batch in self.spent.values():
            for funder_id, amount_minor in of_batch.items():
                owed[funder_id] = owed.get(funder_id, 0) + amount_minor
        return dict(sorted(owed.items()))


def total(parts: Iterable[Sums]) -> Sums:
    """The sum of all; the order does not matter."""
    whole = Sums()
    for part in parts:
        whole.add(part)
    return whole


@dataclass(frozen=True, slots=True)
class SettlementDay:
    """`ends_at_s`: its latest end in the time zones whose lines are filed under it. `closed_at_s`: 0 while it is open.

    Each reopening, and each later end, begins another `round`, so that no fold of an older one is counted again.
    """

    day: str
    round: int
    ends_at_s: int
    closed_at_s: int

    @property
    def sweep_id(self) -> str:
        return f"close#{self.day}#{self.round}"


@dataclass(frozen=True, slots=True)
class MerchantDay:
    """A merchant that may have lines of a day. `round`: the one of which `sums` are; 0 before the first."""

    merchant_id: str
    round: int = 0
    sums: Sums = field(default_factory=Sums)


@dataclass(frozen=True, slots=True)
class Part:
    """What is folded so far of a shard of lines: those up to the sort key `read_to`, or to the end."""

    sums: Sums
    read_to: str = ""
    to_the_end: bool = False

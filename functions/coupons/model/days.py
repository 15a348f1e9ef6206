"""A settlement day: what its lines add up to, and how far its close has come."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Literal, Protocol

from coupons.damage import Damaged
from coupons.model.orders import LineAmounts
from coupons.money import NOTHING, Amounts, Purse


class Summand(Protocol):
    """What sums need of a line."""

    @property
    def kind(self) -> Literal["redemption", "reversal"]: ...
    @property
    def purse(self) -> Purse: ...
    @property
    def batch_id(self) -> str: ...
    @property
    def amounts(self) -> LineAmounts: ...
    @property
    def late(self) -> bool: ...


NUMBERS = (
    "lines",
    "redemptions",
    "discount_minor",
    "merchant_match_minor",
    "payable_minor",
    "late",
    "late_discount_minor",
)


@dataclass(slots=True)
class Totals:
    """Of any lines of one purse; reversals count negative, so that the totals of parts add up to the whole."""

    lines: int = 0
    redemptions: int = 0
    discount_minor: int = 0
    merchant_match_minor: int = 0
    payable_minor: int = 0
    late: int = 0
    """Redemptions by tills that had been cut off, and below what they took off."""
    late_discount_minor: int = 0
    spent: dict[str, Amounts] = field(default_factory=dict)
    """Batch → funder → what the funder owes."""

    def add(self, other: Totals, sign: int = 1) -> None:
        """`sign` -1 takes lines out again."""
        for name in NUMBERS:
            setattr(self, name, getattr(self, name) + sign * getattr(other, name))
        for batch_id, owed in other.spent.items():
            self.spent[batch_id] = self.spent.get(batch_id, NOTHING) + owed * sign

    @property
    def funding(self) -> Amounts:
        """What each funder owes, over all batches."""
        return Amounts.total(self.spent.values())

    @property
    def late_basis_points(self) -> int:
        """The share of late lines among redemptions, rounded down."""
        return self.late * 10_000 // self.redemptions if self.redemptions else 0

    @property
    def is_nothing(self) -> bool:
        """In every number."""
        numbers = any(getattr(self, name) for name in NUMBERS)
        return not numbers and all(owed.is_zero for owed in self.spent.values())


@dataclass(slots=True)
class Sums:
    """Of any lines, by purse: a merchant's day may hold several campaigns', in several currencies."""

    by_purse: dict[Purse, Totals] = field(default_factory=dict)

    def of(self, purse: Purse) -> Totals:
        return self.by_purse.get(purse, Totals())

    def take(self, line: Summand) -> None:
        """One more line."""
        self._of(line.purse).add(
            Totals(
                lines=1,
                redemptions=int(line.kind == "redemption"),
                discount_minor=line.amounts.discount_minor,
                merchant_match_minor=line.amounts.merchant_match_minor,
                payable_minor=line.amounts.payable_minor,
                late=int(line.late),
                late_discount_minor=line.amounts.discount_minor if line.late else 0,
                spent={line.batch_id: line.amounts.by_funder},
            )
        )

    def add(self, other: Sums, sign: int = 1) -> None:
        """`sign` -1 takes lines out again."""
        for purse, totals in other.by_purse.items():
            self._of(purse).add(totals, sign)

    def less(self, other: Sums) -> Sums:
        rest = total([self])
        rest.add(other, -1)
        return rest

    @property
    def lines(self) -> int:
        return sum(totals.lines for totals in self.by_purse.values())

    @property
    def spent(self) -> dict[str, Amounts]:
        """Batch → funder → what the funder owes."""
        whole = Totals()
        for totals in self.by_purse.values():
            whole.add(Totals(spent=totals.spent))
        return whole.spent

    @property
    def is_nothing(self) -> bool:
        return all(totals.is_nothing for totals in self.by_purse.values())

    def _of(self, purse: Purse) -> Totals:
        return self.by_purse.setdefault(purse, Totals())


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
    damaged: Damaged | None = None
    """Its sums cannot be read; they can be added up again."""

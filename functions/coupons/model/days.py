"""A settlement day: the sums of its lines, and how far its close has come."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Literal, Protocol

from coupons.damage import Damaged
from coupons.model.facility_uses import FacilityUses
from coupons.model.orders import LineAmounts
from coupons.money import NOTHING, Amounts, Purse


class Summand(Protocol):
    """The fields of a settlement line that sums need."""

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
    @property
    def slot_id(self) -> str: ...


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
    """Sums of any lines of one purse. Reversals count negative, so the totals of parts add up to the whole."""

    lines: int = 0
    redemptions: int = 0
    discount_minor: int = 0
    merchant_match_minor: int = 0
    payable_minor: int = 0
    late: int = 0
    """Redemptions of scans that an offline till sent late."""
    late_discount_minor: int = 0
    spent: dict[str, Amounts] = field(default_factory=dict)
    """What funders owe, by batch."""
    uses: dict[str, FacilityUses] = field(default_factory=dict)
    """Check-ins, by facility."""

    def take(self, line: Summand) -> None:
        """Add one line. Written out, since a day close does it for each of its lines."""
        amounts = line.amounts
        self.lines += 1
        self.redemptions += line.kind == "redemption"
        self.discount_minor += amounts.discount_minor
        self.merchant_match_minor += amounts.merchant_match_minor
        self.payable_minor += amounts.payable_minor
        if line.late:
            self.late += 1
            self.late_discount_minor += amounts.discount_minor
        if line.batch_id:  # no batch pays for some check-ins
            self.spent[line.batch_id] = self.spent.get(line.batch_id, NOTHING) + amounts.by_funder
        if line.slot_id:
            facility_id, _, slot = line.slot_id.partition(".")
            self._uses_of(facility_id).take(slot, amounts.discount_minor, visits=int(line.kind == "redemption"))

    def add(self, other: Totals, sign: int = 1) -> None:
        """Add the totals of more lines; `sign` -1 subtracts them."""
        for name in NUMBERS:
            setattr(self, name, getattr(self, name) + sign * getattr(other, name))
        for batch_id, owed in other.spent.items():
            self.spent[batch_id] = self.spent.get(batch_id, NOTHING) + (owed if sign == 1 else -owed)
        for facility_id, uses in other.uses.items():
            self._uses_of(facility_id).add(uses, sign)

    @property
    def funding(self) -> Amounts:
        """What each funder owes, for all batches."""
        return Amounts.total(self.spent.values())

    @property
    def late_basis_points(self) -> int:
        """The share of late redemptions among all, rounded down."""
        return self.late * 10_000 // self.redemptions if self.redemptions else 0

    @property
    def is_nothing(self) -> bool:
        """Whether every number is zero."""
        numbers = any(getattr(self, name) for name in NUMBERS)
        uses = any(uses.subsidy_minor or uses.slots for uses in self.uses.values())
        return not numbers and not uses and all(owed.is_zero for owed in self.spent.values())

    def _uses_of(self, facility_id: str) -> FacilityUses:
        return self.uses.setdefault(facility_id, FacilityUses())


@dataclass(slots=True)
class Sums:
    """Totals of any lines, by purse: a merchant's day can have lines of several campaigns and currencies."""

    by_purse: dict[Purse, Totals] = field(default_factory=dict)

    def of(self, purse: Purse) -> Totals:
        return self.by_purse.get(purse, Totals())

    def take(self, line: Summand) -> None:
        """Add one line."""
        self._of(line.purse).take(line)

    def add(self, other: Sums, sign: int = 1) -> None:
        """Add the sums of more lines; `sign` -1 subtracts them."""
        for purse, totals in other.by_purse.items():
            self._of(purse).add(totals, sign)

    def less(self, other: Sums) -> Sums:
        rest = Sums.total([self])
        rest.add(other, -1)
        return rest

    @property
    def lines(self) -> int:
        return sum(totals.lines for totals in self.by_purse.values())

    @property
    def spent(self) -> dict[str, Amounts]:
        """What funders owe, by batch."""
        whole = Totals()
        for totals in self.by_purse.values():
            whole.add(Totals(spent=totals.spent))
        return whole.spent

    @property
    def is_nothing(self) -> bool:
        return all(totals.is_nothing for totals in self.by_purse.values())

    @staticmethod
    def total(parts: Iterable[Sums]) -> Sums:
        """The sums of all parts, a new value."""
        whole = Sums()
        for part in parts:
            whole.add(part)
        return whole

    def _of(self, purse: Purse) -> Totals:
        return self.by_purse.setdefault(purse, Totals())


@dataclass(frozen=True, slots=True)
class SettlementDay:
    """`ends_at_s`: the latest end of the day in the time zones of its lines. `closed_at_s`: 0 while the day is open.

    When the day is reopened or gets a later end, a new `round` begins, and sums of earlier rounds no longer count.
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
    """A merchant that may have lines of a day. `round`: the round of which `sums` are; 0 before the first."""

    merchant_id: str
    round: int = 0
    sums: Sums = field(default_factory=Sums)
    damaged: Damaged | None = None
    """Set if the sums cannot be read; they can be added up again."""

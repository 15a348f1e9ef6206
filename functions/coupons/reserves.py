"""What a published batch may cost: reserved from its funders when it is published, given back when it is over.

    published, raised ──▶ reserved: the largest possible cost, so that no redemption ever asks whether there is money
    closed and counted ──▶ 1  unclaimed packs
    expired ──▶ 2  coupons that were never redeemed, and those whose redemption was undone for good

Each step goes to the funders, or as packs to the batch that the document names (`rollover_to`). What a redeemed coupon
left of its largest cost, or a reversal brought back of it, stays reserved.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from coupons.schema import BASIS_POINTS
from coupons.terms import Terms

Amounts = dict[str, int]
"""Funder → minor units."""


@dataclass(frozen=True, slots=True)
class Reserve:
    """`reserved` in all and `released` of it since; what is between them is spent or may yet be.

    `version` counts the changes.
    """

    reserved: Amounts = field(default_factory=dict)
    released: Amounts = field(default_factory=dict)
    version: int = 0

    @property
    def open(self) -> Amounts:
        return minus(self.reserved, self.released)

    def grown(self, amounts: Mapping[str, int]) -> Reserve:
        return replace(self, reserved=plus(self.reserved, amounts), version=self.version + 1)

    def taken_back(self) -> Reserve:
        """As if nothing had been released: reserved again."""
        return replace(self, released={}, version=self.version + 1)

    def given(self, amounts: Mapping[str, int]) -> Reserve:
        return replace(self, released=plus(self.released, amounts), version=self.version + 1)


def largest_cost(terms: Sequence[Terms], packs: int) -> Amounts:
    """The largest possible cost of `packs` by funder: each coupon's share rounded up, so that no split exceeds it."""
    return total(coupon_cost(one, packs) for one in terms)


def coupon_cost(terms: Terms, coupons: int) -> Amounts:
    """The same of single coupons."""
    largest_minor = terms.discount.largest_minor
    return {
        share.funder_id: -(-largest_minor * share.basis_points // BASIS_POINTS) * coupons for share in terms.funding
    }


def packs_for(money: Mapping[str, int], pack: Mapping[str, int]) -> int:
    """How many packs that cost `pack` each `money` pays for, every funder its own share."""
    return min((money.get(funder_id, 0) // cost for funder_id, cost in pack.items() if cost), default=0)


def times(amounts: Mapping[str, int], number: int) -> Amounts:
    return {funder_id: amount * number for funder_id, amount in amounts.items()}


def plus(one: Mapping[str, int], other: Mapping[str, int]) -> Amounts:
    return {name: one.get(name, 0) + other.get(name, 0) for name in sorted(one.keys() | other.keys())}


def minus(one: Mapping[str, int], other: Mapping[str, int]) -> Amounts:
    return plus(one, times(other, -1))


def total(parts: Iterable[Mapping[str, int]]) -> Amounts:
    whole: Amounts = {}
    for part in parts:
        whole = plus(whole, part)
    return whole

"""The money of a published batch: reserved when it is published or raised, given back step by step when it is over.

    published, raised ──▶ reserve the largest possible cost, so that a redemption need not ask for money
    closed, counted   ──▶ give back 1, `unclaimed`: the cost of unclaimed packs
    expired           ──▶ give back 2, `expired`: the cost of coupons that were not redeemed, or were reversed in full
    last day closed   ──▶ give back the `rest`: what redeemed coupons did not use, and what reversals returned since

The money of steps 1 and 2 pays for packs of the batch that the document names in `rollover_to`, as many whole packs as
it can; what remains goes to the funders. The rest goes to the funders.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from coupons.clock import FENCE_S
from coupons.fields import BASIS_POINTS
from coupons.model.terms import Terms
from coupons.money import NOTHING, Amounts

FUNDERS_AT_ONCE = 40
"""Funders in one transaction of at most 100 items, with room for the items of the batch."""


@dataclass(frozen=True, slots=True)
class PendingReservation:
    """A reservation in progress, `FUNDERS_AT_ONCE` funders a step: `taken` is reserved, `left` is still to be reserved.

    It pays for `packs` more, so that the batch has `quantity`. `undoing`: a funder had too little, or the reservation
    is no longer wanted, so what was taken is given back in the same steps.
    """

    quantity: int
    packs: int
    at_s: int
    left: Amounts
    taken: Amounts = NOTHING
    undoing: bool = False

    @property
    def purpose(self) -> str:
        return "publish" if self.packs == self.quantity else f"quantity {self.quantity}"

    def is_same(self, other: PendingReservation) -> bool:
        """Whether `other`, just begun, reserves the same, so that it can resume this one."""
        return (self.quantity, self.packs, self.left + self.taken) == (other.quantity, other.packs, other.left)

    def is_left_behind(self, now_s: int) -> bool:
        """Whether its call must have ended: a fence has passed, or the clock was set back."""
        return not 0 <= now_s - self.at_s < FENCE_S


@dataclass(frozen=True, slots=True)
class Reserve:
    """`reserved`: in all; `released`: how much of it was given back. The difference is spent or may still be spent.

    `version` counts the changes. `owed`: after a rollover, what of the same step is still to go to the funders.
    """

    reserved: Amounts = NOTHING
    released: Amounts = NOTHING
    version: int = 0
    pending: PendingReservation | None = None
    owed: Amounts | None = None

    @property
    def open(self) -> Amounts:
        return self.reserved - self.released

    def grown(self, amounts: Amounts) -> Reserve:
        return replace(self, reserved=self.reserved + amounts, version=self.version + 1)

    def taken_back(self) -> Reserve:
        """What was given back is reserved again."""
        return replace(self, released=NOTHING, version=self.version + 1, owed=None)

    def given(self, amounts: Amounts, *, owed: Amounts | None = None) -> Reserve:
        """`amounts` more are given back. `owed`: what the same step is still to give."""
        return replace(self, released=self.released + amounts, version=self.version + 1, owed=owed)

    def begun(self, pending: PendingReservation) -> Reserve:
        return replace(self, version=self.version + 1, pending=pending)

    def ended(self) -> Reserve:
        """Without a reservation in progress."""
        return replace(self, version=self.version + 1, pending=None)

    def undoing(self) -> Reserve:
        assert self.pending is not None
        return replace(self, version=self.version + 1, pending=replace(self.pending, undoing=True))

    def moved(self) -> tuple[Amounts, Reserve]:
        """The amounts of the next funders of the pending reservation, and the reserve after their step."""
        pending = self.pending
        assert pending is not None
        source = pending.taken if pending.undoing else pending.left
        chunk = source.of(list(source)[:FUNDERS_AT_ONCE])
        if pending.undoing:
            reserved, pending = self.reserved - chunk, replace(pending, taken=pending.taken.without(chunk))
        else:
            left, taken = pending.left.without(chunk), pending.taken + chunk
            reserved, pending = self.reserved + chunk, replace(pending, left=left, taken=taken)
        return chunk, replace(self, reserved=reserved, version=self.version + 1, pending=pending)


def largest_cost(terms: Sequence[Terms], packs: int) -> Amounts:
    """What `packs` cost at most. A funder's share of each coupon is rounded up, so no split exceeds it."""
    return cost_of(terms, [packs] * len(terms))


def cost_of(terms: Sequence[Terms], coupons: Sequence[int]) -> Amounts:
    """The largest cost of single coupons: `coupons[i]` of the pack's terms `i`."""
    return Amounts.total(coupon_cost(one, number) for one, number in zip(terms, coupons, strict=True))


def coupon_cost(terms: Terms, coupons: int) -> Amounts:
    """The largest cost of `coupons` coupons of these terms."""
    largest_minor = terms.discount.largest_minor
    return Amounts(
        (share.funder_id, -(-largest_minor * share.basis_points // BASIS_POINTS) * coupons) for share in terms.funding
    )


def packs_for(money: Amounts, pack: Amounts) -> int:
    """How many whole packs `money` pays for, if each funder pays its own share. `pack`: the cost of one."""
    return min((money.get(funder_id, 0) // cost for funder_id, cost in pack.items() if cost), default=0)

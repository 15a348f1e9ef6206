"""What a published batch may cost: reserved from its funders when it is published, given back when it is over.

    published, raised ──▶ reserved: the largest possible cost, so that no redemption ever asks whether there is money
    closed and counted ──▶ 1  unclaimed packs
    expired ──▶ 2  coupons that were never redeemed, and those whose redemption was undone for good
    the last day closed ──▶ the rest: what redeemed coupons left of their largest cost, and what reversals brought back

Steps 1 and 2 go as packs to the batch that the document names (`rollover_to`), as many as they pay for, and otherwise
to the funders; the rest goes to the funders.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from coupons.clock import FENCE_S
from coupons.fields import BASIS_POINTS
from coupons.model.terms import Terms
from coupons.money import NOTHING, Amounts

FUNDERS_AT_ONCE = 40
"""One transaction holds 100 items; one that moves money between a batch and so many funders has room for the others."""


@dataclass(frozen=True, slots=True)
class PendingReservation:
    """A reservation on its way through the funders, `FUNDERS_AT_ONCE` of them at once: `left` is still to be `taken`.

    For `packs` more, so that the batch has `quantity`. `undoing`: a funder had too little, or it is not wanted any
    more, and what was taken goes back the same way.
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
        """Whoever wants the same goes on with it."""
        return (self.quantity, self.packs, self.left + self.taken) == (other.quantity, other.packs, other.left)

    def is_left_behind(self, now_s: int) -> bool:
        """Nobody can be at work on it any more; or the clock was set back."""
        return not 0 <= now_s - self.at_s < FENCE_S


@dataclass(frozen=True, slots=True)
class Reserve:
    """`reserved` in all and `released` of it since; what is between them is spent or may yet be.

    `version` counts the changes. `owed`: of what was released, what its funders have yet to get.
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
        """As if nothing had been released: reserved again."""
        return replace(self, released=NOTHING, version=self.version + 1, owed=None)

    def given(self, amounts: Amounts, *, owed: Amounts | None = None) -> Reserve:
        """`owed`: what of the same step is to be given next."""
        return replace(self, released=self.released + amounts, version=self.version + 1, owed=owed)

    def begun(self, pending: PendingReservation) -> Reserve:
        return replace(self, version=self.version + 1, pending=pending)

    def ended(self) -> Reserve:
        """Nothing is on its way any more."""
        return replace(self, version=self.version + 1, pending=None)

    def undoing(self) -> Reserve:
        assert self.pending is not None
        return replace(self, version=self.version + 1, pending=replace(self.pending, undoing=True))

    def moved(self) -> tuple[Amounts, Reserve]:
        """The next funders' amounts of what is pending, and the reserve when they have moved."""
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
    """The largest possible cost of `packs` by funder: each coupon's share rounded up, so that no split exceeds it."""
    return cost_of(terms, [packs] * len(terms))


def cost_of(terms: Sequence[Terms], coupons: Sequence[int]) -> Amounts:
    """The same of so many coupons of each place in the pack."""
    return Amounts.total(coupon_cost(one, number) for one, number in zip(terms, coupons, strict=True))


def coupon_cost(terms: Terms, coupons: int) -> Amounts:
    """The same of single coupons."""
    largest_minor = terms.discount.largest_minor
    return Amounts(
        (share.funder_id, -(-largest_minor * share.basis_points // BASIS_POINTS) * coupons) for share in terms.funding
    )


def packs_for(money: Amounts, pack: Amounts) -> int:
    """How many packs that cost `pack` each `money` pays for, every funder its own share."""
    return min((money.get(funder_id, 0) // cost for funder_id, cost in pack.items() if cost), default=0)

"""What passes over claims or bookings count: one `Fold` a span of buckets; their sum is the count of all buckets."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from coupons.model.claims import Claim, CouponStatus, DamagedClaim, Ruling
from coupons.model.tallies import Faults


@dataclass(slots=True)
class Count:
    """Claims of one batch and their coupons by state at the time of the pass. Bookings are counted as `claims`."""

    claims: int = 0
    coupons: dict[CouponStatus, int] = field(default_factory=dict)
    redeemed: dict[int, int] = field(default_factory=dict)
    """Redeemed coupons by their place in the pack; the money of all others is given back."""
    used: int = 0
    """Coupons of an order: redeemed, or voided by a reversal that did not return them."""
    astray: int = 0
    """Claims under another key than their person's; counted by audits only."""

    def add(self, other: Count) -> None:
        self.claims += other.claims
        self.astray += other.astray
        self.used += other.used
        for status, number in other.coupons.items():
            self.coupons[status] = self.coupons.get(status, 0) + number
        for place, number in other.redeemed.items():
            self.redeemed[place] = self.redeemed.get(place, 0) + number


@dataclass(slots=True)
class Fold:
    """Counts by batch number: a claim key may hold several batches of one exclusive group."""

    by_batch: dict[int, Count] = field(default_factory=dict)
    damaged: Faults = field(default_factory=Faults)
    """Claims that cannot be read; only audits count the others without them."""

    def of(self, batch_number: int) -> Count:
        return self.by_batch.get(batch_number, Count())

    def take(self, claim: Claim, now_s: int, ruling: Ruling, *, in_place: bool = True) -> None:
        count = self.by_batch.setdefault(claim.batch_number, Count())
        coupons: dict[CouponStatus, int] = {}
        redeemed: dict[int, int] = {}
        for place, coupon in enumerate(claim.coupons):
            status = coupon.status(now_s, ruling)
            coupons[status] = coupons.get(status, 0) + 1
            if status == "redeemed":
                redeemed[place] = 1
        used = sum(coupon.state in ("redeemed", "voided") for coupon in claim.coupons)
        count.add(Count(1, coupons, redeemed, used, 0 if in_place else 1))

    def take_damaged(self, claim: DamagedClaim) -> None:
        """Counts as a claim if its batch number can be read; its coupons are unknown."""
        self.damaged.take(str(claim))
        if claim.batch_number is not None:
            self.by_batch.setdefault(claim.batch_number, Count()).claims += 1


def total(folds: Iterable[Fold]) -> Fold:
    """The sum of all folds; the order does not matter."""
    whole = Fold()
    for fold in folds:
        for number, count in fold.by_batch.items():
            whole.by_batch.setdefault(number, Count()).add(count)
        whole.damaged.add(fold.damaged)
    return whole

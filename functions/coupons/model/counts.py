"""What a sweep counts: one `Fold` a span of buckets, added up over all buckets of a claim key."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from coupons.model.claims import Claim, CouponStatus, DamagedClaim, Ruling
from coupons.model.tallies import Faults


@dataclass(slots=True)
class Count:
    """Claims of one batch and their coupons by state at the sweep's time; of bookings, how many."""

    claims: int = 0
    coupons: dict[CouponStatus, int] = field(default_factory=dict)
    redeemed: dict[int, int] = field(default_factory=dict)
    """Redeemed coupons by their place in the pack: what each would have cost is given back but for these."""
    used: int = 0
    """Coupons that an order carries: redeemed, or voided when their order was undone for good."""

    astray: int = 0
    """Claims under another key than their person's; only audits look."""

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
    """Claims that cannot be read; only audits count on without them."""

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
        """A claim it is, if it says of which batch, though its coupons are unknown."""
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

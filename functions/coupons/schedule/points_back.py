"""Points back: when a batch priced in points is stopped and voided, its coupons that were not redeemed give them back.

`FENCE_S` after the voiding, so that every till knows of it: a coupon whose points are back is not redeemed. The expiry
of the batch waits for it.
"""

from __future__ import annotations

from collections.abc import Iterator

from coupons.clock import FENCE_S
from coupons.damage import Damaged
from coupons.model.batches import Control, PublishedBatch
from coupons.model.claims import Claim
from coupons.model.counts import Count, Fold
from coupons.points.exchange import give_back_unused
from coupons.process.claim_passes import fold_claims
from coupons.process.services import Services
from coupons.refusals import Busy

SPAN = 1
"""Buckets a fold: about 1,000 claims of a transaction each, some seconds. It must end before its function times out."""


def is_due(batch: PublishedBatch, control: Control, now_s: int) -> bool:
    """By the control item at hand; also when all are back, which only the pass itself tells."""
    is_over = control.voided and not control.expired_at_s and now_s >= control.stopped_at_s + FENCE_S
    return is_over and bool(batch.document.price_points)


def give_points_back(
    services: Services, batch: PublishedBatch, control: Control, now_s: int, deadline_s: float
) -> tuple[int, bool]:
    """Every claim of the voided batch has its points back, once.

    Returns how many claims had some back now, and whether more is to be done. 6 write units and 3 read units a claim;
    when all are back, it reads half a unit for each bucket of claims. Raises Busy; the next call resumes.
    """
    done: list[bool] = []

    def give_back(claims: Iterator[Claim | Damaged]) -> Fold:
        broken = list[Damaged]()
        found = [give_back_unused(services, batch, claim, now_s) for claim in services.damages.sound(claims, broken)]
        done.extend(filter(None, found))
        if broken:
            raise broken[0]
        if None in found:
            raise Busy(detail="Some points are changing; the next minute goes on.")
        return Fold({batch.number: Count(0)})

    sweep_id = f"points-back#{batch.batch_id}#{control.stopped_at_s}"
    fold = fold_claims(services, sweep_id, batch, give_back, span=SPAN, deadline_s=deadline_s)
    return len(done), fold is None

"""Expire a batch: once its last coupon has expired, the coupons are counted by state and the counts are recorded.

No coupon is changed: the till refuses an expired one by the clock (`expires_at_s` in the condition of a redemption).
What the counts say was not used is given back afterwards (`settle/give_back.py`).
"""

from __future__ import annotations

import math

from coupons.clock import FENCE_S
from coupons.model.batches import Control, PublishedBatch
from coupons.process.claim_passes import count_coupons
from coupons.process.services import Services
from coupons.settle import give_back


def is_due(batch: PublishedBatch, control: Control, now_s: int) -> bool:
    """The last coupon expired `FENCE_S` ago, and the reclaim after closing is complete.

    Decided by the control item alone. The index may have been read before an extension that the control item already
    shows; the condition of the record would then let an expiry pass while coupons are valid.
    """
    is_counted = control.final and control.state == "open"
    return not control.expired_at_s and is_counted and now_s >= last_expiry_s(batch, control) + FENCE_S


def expire(
    services: Services, batch: PublishedBatch, control: Control, now_s: int, deadline_s: float
) -> tuple[dict[str, int] | None, bool]:
    """The batch's coupons are counted by state for good, and the counts are recorded once.

    Returns the counts that were recorded now (None: none were), and whether more could be done at once. Every
    invocation counts the same: all coupons are past their date, so what is neither redeemed nor voided is expired. If
    the batch is extended or voided meanwhile, the record is refused, and the next call counts under another name.
    """
    ruling = f"{control.extended_s}{'v' if control.voided else ''}"
    sweep_id = f"expire#{batch.batch_id}#{control.round}#{ruling}"
    fold = count_coupons(services, sweep_id, batch, control, now_s=now_s, deadline_s=deadline_s)
    if fold is None:
        return None, True
    count = fold.of(batch.number)
    counts = {"claims": count.claims, **{str(status): number for status, number in sorted(count.coupons.items())}}
    unused = [count.claims - count.redeemed.get(place, 0) for place in range(len(batch.terms))]
    # Read after the count, so that every reversal that was counted is of this second or before.
    counted_at_s = max(now_s, math.ceil(services.clock.wall_s()))
    is_recorded = services.controls.record_expiry(batch.batch_id, control, counts, unused, counted_at_s)
    return counts if is_recorded else None, False


def is_over(batch: PublishedBatch, control: Control, now_s: int) -> bool:
    """Whether a batch that pays venues is to be ended: since `FENCE_S` no check-in that its terms pay is on its way."""
    return not control.expired_at_s and now_s >= batch.last_expiry_s + FENCE_S


def end(services: Services, batch: PublishedBatch, now_s: int) -> bool:
    """A batch that pays venues is final and expired, by one write; False if another call was first.

    There are no claims to count, and no money moves: what the closed days did not spend is the rest that
    `settle/give_back.py` gives back, and not before. Guarded by
    tests/store/schedule/test_venue_batches.py::test_it_ends_once_and_moves_no_money.
    """
    return services.controls.end(batch.batch_id, now_s, given_back=give_back.EXPIRED)


def last_expiry_s(batch: PublishedBatch, control: Control) -> int:
    """When the batch's last coupon expires, with its extension."""
    return batch.last_expiry_s + control.extended_s

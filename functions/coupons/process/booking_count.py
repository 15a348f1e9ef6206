"""Count the bookings of a batch after its booking window has closed, and record the number on the control item."""

from __future__ import annotations

from coupons.clock import FENCE_S
from coupons.model.batches import Control, PublishedBatch
from coupons.process.claim_passes import count_bookings
from coupons.process.services import Services
from coupons.times import epoch_s


def is_due(batch: PublishedBatch, control: Control, now_s: int) -> bool:
    """By the control item at hand, without a read."""
    return _is_countable(batch, control, now_s) or _is_set_back(batch, control, now_s)


def record_bookings(
    services: Services, batch: PublishedBatch, now_s: int, deadline_s: float
) -> tuple[int | None, bool]:
    """`FENCE_S` after the window has closed, the bookings are counted and their number is recorded once.

    Returns the number that was recorded now, and whether more could be done at once. If the test clock was set back
    into the window, the recorded number is removed.
    """
    control = services.cache.control_now(batch.batch_id)
    if _is_set_back(batch, control, now_s):
        services.controls.recount_bookings(batch.batch_id, control)
        return None, False
    if not _is_countable(batch, control, now_s):
        return None, False
    booked = count_bookings(services, batch, f"bookings#{batch.batch_id}#{control.booking_count}", deadline_s)
    if booked is None:
        return None, True
    return (booked if services.controls.record_booked(batch.batch_id, control, booked) else None), False


def _is_countable(batch: PublishedBatch, control: Control, now_s: int) -> bool:
    booking = batch.document.booking
    return booking is not None and control.booked < 0 and now_s >= epoch_s(booking.closes_at) + FENCE_S


def _is_set_back(batch: PublishedBatch, control: Control, now_s: int) -> bool:
    booking = batch.document.booking
    return booking is not None and control.booked >= 0 and now_s < epoch_s(booking.closes_at)

"""Pause, resume, stop, void and extend a published batch."""

from __future__ import annotations

from coupons.model.batches import Control, PublishedBatch
from coupons.process.services import Services
from coupons.refusals import Busy, Closed, Stopped, TermsFrozen
from coupons.times import DAY_S

EXTEND_ATTEMPTS = 3


def pause(services: Services, batch_id: str) -> tuple[PublishedBatch, Control, bool]:
    """Claims are refused with `paused` within two seconds; True if they were. Raises NotFound, Stopped."""
    return _set_paused(services, batch_id, paused=True)


def resume(services: Services, batch_id: str) -> tuple[PublishedBatch, Control, bool]:
    """Claims are taken again within two seconds; True if they were. Raises NotFound, Stopped."""
    return _set_paused(services, batch_id, paused=False)


def stop(services: Services, batch_id: str, now_s: int, *, void: bool = False) -> tuple[PublishedBatch, Control, bool]:
    """Claims are refused with `stopped` within two seconds and for good; True if they were.

    Issued coupons stay valid. With `void` all that are not redeemed are `voided` at every till within two seconds; a
    stopped batch can be voided later, and a voided one stays so. Raises NotFound, Closed (nothing is left to void: the
    batch's expiry is recorded), TermsFrozen (a batch that pays venues is not voided: who holds a place is paid for).
    """
    batch = services.cache.batch(batch_id)
    if not void:
        changed = services.controls.stop(batch_id, now_s)
        return batch, services.cache.control_now(batch_id), not changed
    _refuse_of_a_venue(batch, f"{batch_id!r} pays venues for whom they let in, so it cannot be voided.")
    changed = services.controls.stop_and_void(batch_id, now_s)
    control = services.cache.control_now(batch_id)
    if not control.voided:
        raise _has_expired(batch, control)
    return batch, control, not changed


def extend(services: Services, batch_id: str, days: int) -> tuple[PublishedBatch, Control, bool]:
    """All coupons of the batch are valid `days` × 86,400 s longer than their terms say; True if they were.

    Raises NotFound, Closed (the batch's expiry is recorded), TermsFrozen (an extension only grows, and a batch that
    pays venues has none), Busy.
    """
    batch, extended_s = services.cache.batch(batch_id), days * DAY_S
    _refuse_of_a_venue(batch, f"{batch_id!r} pays venues for whom they let in, so it cannot be extended.")
    for _ in range(EXTEND_ATTEMPTS):
        control = services.cache.control_now(batch_id)
        if control.extended_s == extended_s:
            return batch, control, True
        if control.expired_at_s:
            raise _has_expired(batch, control)
        if control.extended_s > extended_s:
            raise TermsFrozen(detail=f"The extension is {control.extended_s // DAY_S} days; it only grows.")
        if services.controls.extend(batch_id, control, extended_s, batch.last_expiry_s + extended_s):
            return batch, services.cache.control_now(batch_id), False
    raise Busy(detail="The batch is changing; try again.")


def _refuse_of_a_venue(batch: PublishedBatch, detail: str) -> None:
    """Its window stays, which its coverage was reckoned by, and whoever holds a place is paid for."""
    if batch.pays_venues:
        raise TermsFrozen(detail=detail)


def _has_expired(batch: PublishedBatch, control: Control) -> Closed:
    return Closed(
        closed_at_s=control.expired_at_s,
        timezone=batch.timezone,
        detail="All coupons of this batch have expired and are accounted for.",
    )


def _set_paused(services: Services, batch_id: str, *, paused: bool) -> tuple[PublishedBatch, Control, bool]:
    batch = services.cache.batch(batch_id)
    changed = services.controls.set_paused(batch_id, paused)
    control = services.cache.control_now(batch_id)
    if control.stopped and not changed:
        raise Stopped(detail=f"{batch_id!r} was stopped for good.")
    return batch, control, not changed

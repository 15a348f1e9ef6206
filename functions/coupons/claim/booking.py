"""预约: book a batch before it opens, read bookings, cancel."""

from __future__ import annotations

from typing import NamedTuple

from coupons.claim.eligibility import Citizen, without_household
from coupons.damage import Damaged
from coupons.model.batches import PublishedBatch
from coupons.model.claims import BookingRecord, Receipt
from coupons.process.services import Services
from coupons.refusals import Closed, NotEligible, NotFound, NotOpen, Stopped
from coupons.times import epoch_s


class OwnBooking(NamedTuple):
    """A person's booking; of a lottery with its receipt, unless its list was committed without it."""

    batch: PublishedBatch
    record: BookingRecord
    receipt: Receipt | None = None


def book(services: Services, batch_id: str, citizen: Citizen, now_s: int) -> tuple[OwnBooking, bool]:
    """The person has a booking of `batch_id`, which enters them in the draw of a lottery; True if they had it before.

    One write unit. Raises NotFound (no such batch, or one that takes no bookings), NotOpen, Closed, Stopped,
    NotEligible (household; of a lottery also region and group), Forbidden (a lottery needs a real-name identity).
    """
    batch = services.cache.claimed_batch(batch_id)
    try:
        _refuse_outside_window(batch, now_s)
        if services.cache.control(batch_id).stopped:
            raise Stopped(detail=f"{batch_id!r} was stopped by its operator.")
        record, replay = _put(services, batch, citizen, now_s)
    except (NotOpen, Closed, Stopped, NotEligible):
        existing = services.bookings.get(batch, citizen.person)
        if existing is None:
            raise
        record, replay = existing, True
    return _with_receipt(services, batch, record, now_s), replay


def _put(services: Services, batch: PublishedBatch, citizen: Citizen, now_s: int) -> tuple[BookingRecord, bool]:
    if batch.draw is not None:
        from coupons.claim import entries  # noqa: PLC0415 - only a lottery loads it

        return entries.enter(services, batch, citizen, now_s)
    if (refusal := without_household(batch, citizen)) is not None:
        raise refusal
    existing = services.bookings.put(batch, citizen.person, now_s)
    return existing or BookingRecord(batch.number, now_s), existing is not None


def my_booking(services: Services, batch_id: str, person: bytes, now_s: int) -> OwnBooking:
    """The person's booking of this batch. Raises NotFound."""
    batch = services.cache.claimed_batch(batch_id)
    booking = services.bookings.get(batch, person)
    if booking is None:
        raise NotFound(detail=f"You have not booked {batch_id!r}.")
    return _with_receipt(services, batch, booking, now_s)


def _with_receipt(services: Services, batch: PublishedBatch, record: BookingRecord, now_s: int) -> OwnBooking:
    if record.entered is None:
        return OwnBooking(batch, record)
    from coupons.process.receipts import receipt_of  # noqa: PLC0415 - only a lottery loads what signs it

    return OwnBooking(batch, record, receipt_of(services, batch, record, now_s))


def bookings_of(
    services: Services, person: bytes, now_s: int
) -> tuple[list[tuple[PublishedBatch, BookingRecord]], int]:
    """The person's bookings in campaigns that have not ended, oldest first; and how many are damaged.

    Half a read unit for each batch that takes bookings, also if there is none, and one for the batch itself the first
    time in a process.
    """
    listed = [line.batch_id for line in services.cache.live(now_s) if now_s < line.campaign_ends_at_s]
    damaged: list[Damaged] = []
    batches: dict[str, PublishedBatch] = {}
    for batch_id in listed:
        with services.damages.left_out(damaged):
            batches[batch_id] = services.cache.listed(batch_id)
    taking = {batch.batch_id: batch for batch in batches.values() if batch.document.booking is not None}
    found = services.damages.sound_of(services.bookings.of_person(list(taking.values()), person), damaged)
    booked = [(taking[batch_id], record) for batch_id, record in found.items()]
    return sorted(booked, key=lambda pair: (pair[1].booked_at_s, pair[0].batch_id)), len(damaged)


def cancel(services: Services, batch_id: str, person: bytes, now_s: int) -> OwnBooking:
    """The person has no booking of `batch_id`; they may book again while the window is open.

    Raises NotFound, NotOpen, Closed (bookings are final when the window has closed; those of a lottery from the start,
    so that a receipt is conclusive: who wants no pack does not claim it).
    """
    batch = services.cache.claimed_batch(batch_id)
    opens_at_s = _refuse_outside_window(batch, now_s)
    if batch.document.mode == "lottery":
        detail = "An entry in a lottery stays. A person who wants no pack does not claim it."
        raise Closed(closed_at_s=opens_at_s, timezone=batch.timezone, detail=detail)
    booking = services.bookings.get(batch, person)
    if booking is None:
        raise NotFound(detail=f"You have not booked {batch_id!r}.")
    # Read first: if the answer of a delete is lost, its repeat finds nothing to delete.
    services.bookings.delete(batch, person)
    return OwnBooking(batch, booking)


def _refuse_outside_window(batch: PublishedBatch, now_s: int) -> int:
    """When the window opened."""
    booking = batch.document.booking
    if booking is None:
        raise NotFound(detail=f"{batch.batch_id!r} takes no bookings.")
    opens_at_s, closes_at_s = epoch_s(booking.opens_at), epoch_s(booking.closes_at)
    if now_s < opens_at_s:
        raise NotOpen(
            opens_at_s=opens_at_s,
            retry_after_s=opens_at_s - now_s,
            timezone=batch.timezone,
            detail="Booking has not opened.",
        )
    if now_s >= closes_at_s:
        raise Closed(closed_at_s=closes_at_s, timezone=batch.timezone, detail="Booking has closed.")
    return opens_at_s

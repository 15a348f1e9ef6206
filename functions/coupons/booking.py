"""Book, read and cancel: a person's sign-up before a batch opens."""

from __future__ import annotations

from coupons.claims import BookingRecord
from coupons.environment import Environment
from coupons.moments import epoch_s
from coupons.refusals import Closed, NotFound, NotOpen
from coupons.releases import Release


def book(env: Environment, batch_id: str, person: bytes, now_s: int) -> tuple[Release, BookingRecord, bool]:
    """The person stands in the list of `batch_id`; True if they did before. One write unit.

    Raises NotFound (no such batch, or one that takes no bookings), NotOpen, Closed.
    """
    release = env.live.release(batch_id)
    try:
        _refuse_outside_window(release, now_s)
    except (NotOpen, Closed):
        standing = env.bookings.get(release, person)
        if standing is None:
            raise
        return release, standing, True
    standing = env.bookings.put(release, person, now_s)
    return release, standing or BookingRecord(release.number, now_s), standing is not None


def my_booking(env: Environment, batch_id: str, person: bytes) -> tuple[Release, BookingRecord]:
    """Raises NotFound."""
    release = env.live.release(batch_id)
    booking = env.bookings.get(release, person)
    if booking is None:
        raise NotFound(detail=f"You have not booked {batch_id!r}.")
    return release, booking


def cancel(env: Environment, batch_id: str, person: bytes, now_s: int) -> tuple[Release, BookingRecord]:
    """The person no longer stands in the list; they may book again while the window is open.

    Raises NotFound, NotOpen, Closed (the list is final once the window has closed).
    """
    release = env.live.release(batch_id)
    _refuse_outside_window(release, now_s)
    booking = env.bookings.delete(release, person)
    if booking is None:
        raise NotFound(detail=f"You have not booked {batch_id!r}.")
    return release, booking


def _refuse_outside_window(release: Release, now_s: int) -> None:
    booking = release.batch.booking
    if booking is None:
        raise NotFound(detail=f"{release.batch_id!r} takes no bookings.")
    opens_at_s, closes_at_s = epoch_s(booking.opens_at), epoch_s(booking.closes_at)
    if now_s < opens_at_s:
        raise NotOpen(
            opens_at_s=opens_at_s,
            retry_after_s=opens_at_s - now_s,
            timezone=release.timezone,
            detail="Booking has not opened.",
        )
    if now_s >= closes_at_s:
        raise Closed(closed_at_s=closes_at_s, timezone=release.timezone, detail="Booking has closed.")

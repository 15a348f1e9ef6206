"""Book, read, cancel and count: people's sign-up before a batch opens."""

from __future__ import annotations

from coupons.claims import BookingRecord
from coupons.clock import FENCE_S
from coupons.damage import Damaged
from coupons.environment import Environment
from coupons.moments import epoch_s
from coupons.refusals import Closed, NotFound, NotOpen, Stopped
from coupons.releases import Control, Release
from coupons.sweeping import SPAN, swept
from coupons.sweeps import Count, Fold


def book(env: Environment, batch_id: str, person: bytes, now_s: int) -> tuple[Release, BookingRecord, bool]:
    """The person stands in the list of `batch_id`; True if they did before. One write unit.

    Raises NotFound (no such batch, or one that takes no bookings), NotOpen, Closed, Stopped.
    """
    release = env.live.release(batch_id)
    try:
        _refuse_outside_window(release, now_s)
        if env.live.control(batch_id).stopped:
            raise Stopped(detail=f"{batch_id!r} was stopped by its operator.")
    except (NotOpen, Closed, Stopped):
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


def bookings_of(env: Environment, person: bytes, now_s: int) -> tuple[list[tuple[Release, BookingRecord]], int]:
    """The person's bookings of batches that take them, in campaigns that have not ended, oldest first; and how many are
    damaged.

    Half a read unit for each such batch, absent bookings too, and one for its release the first time in a process.
    """
    listed = [line.batch_id for line in env.live.published() if now_s < line.campaign_ends_at_s]
    broken: list[Damaged] = []
    releases: dict[str, Release] = {}
    for batch_id in listed:
        with env.damages.left_out(broken):
            releases[batch_id] = env.live.listed(batch_id)
    taking = {release.batch_id: release for release in releases.values() if release.batch.booking is not None}
    found = env.damages.sound_of(env.bookings.of_person(list(taking.values()), person), broken)
    booked = [(taking[batch_id], record) for batch_id, record in found.items()]
    return sorted(booked, key=lambda pair: (pair[1].booked_at_s, pair[0].batch_id)), len(broken)


def cancel(env: Environment, batch_id: str, person: bytes, now_s: int) -> tuple[Release, BookingRecord]:
    """The person no longer stands in the list; they may book again while the window is open.

    Raises NotFound, NotOpen, Closed (the list is final once the window has closed).
    """
    release = env.live.release(batch_id)
    _refuse_outside_window(release, now_s)
    booking = env.bookings.get(release, person)
    if booking is None:
        raise NotFound(detail=f"You have not booked {batch_id!r}.")
    # Read before: an attempt after one whose answer was lost finds nothing to delete, though it was there.
    env.bookings.delete(release, person)
    return release, booking


def count(env: Environment, release: Release, sweep_id: str, deadline_s: float) -> int | None:
    """How many booked, by a sweep over the batch's own buckets; None if time ran out: go on under the same name.

    No counter is kept while people book: it would be one hot item for millions. Reads 1 unit each 4 KB of bookings.
    """

    def of_places(places: range) -> Fold:
        return Fold({release.number: Count(sum(env.bookings.count(release, bucket) for bucket in places))})

    fold = swept(env, sweep_id, release.booking_buckets, of_places, span=SPAN, deadline_s=deadline_s)
    return None if fold is None else fold.of(release.number).claims


def record_count(env: Environment, release: Release, now_s: int, deadline_s: float) -> tuple[int | None, bool]:
    """After the window has closed and the fence has passed, the number of bookings is counted once and recorded.

    Returns the number that was recorded now, and whether more could be done at once. A clock that was set back into
    the window takes the count back.
    """
    control = env.live.control_now(release.batch_id)
    if _is_set_back(release, control, now_s):
        env.controls.recount_bookings(release.batch_id, control)
        return None, False
    if not _is_countable(release, control, now_s):
        return None, False
    booked = count(env, release, f"bookings#{release.batch_id}#{control.booking_count}", deadline_s)
    if booked is None:
        return None, True
    return (booked if env.controls.record_booked(release.batch_id, control, booked) else None), False


def is_count_due(release: Release, control: Control, now_s: int) -> bool:
    """By facts at hand, without a read."""
    return _is_countable(release, control, now_s) or _is_set_back(release, control, now_s)


def _is_countable(release: Release, control: Control, now_s: int) -> bool:
    booking = release.batch.booking
    return booking is not None and control.booked < 0 and now_s >= epoch_s(booking.closes_at) + FENCE_S


def _is_set_back(release: Release, control: Control, now_s: int) -> bool:
    booking = release.batch.booking
    return booking is not None and control.booked >= 0 and now_s < epoch_s(booking.closes_at)


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

"""A batch's status, by its control item and the time."""

from __future__ import annotations

from dataclasses import replace

import pytest

from coupons.model.batches import Control, PublishedBatch, batch_status
from tests.unit.published import published
from tests.world import a_batch, campaign, parsed

OPENS_S, CLOSES_S = 1_591_408_800, 1_591_495_200
BOOKING = {"opens_at": "2020-06-01T10:00:00+08:00", "closes_at": "2020-06-05T10:00:00+08:00"}
BOOKS_S, BOOKED_S = OPENS_S - 5 * 86_400, OPENS_S - 86_400
OPEN = Control("open", 1, 10)


def pack(**changes: object) -> PublishedBatch:
    return published(parsed(campaign(a_batch(**changes))))


@pytest.mark.parametrize(
    ("now_s", "control", "expected"),
    [
        (BOOKS_S - 1, OPEN, "scheduled"),
        (BOOKS_S, OPEN, "booking"),
        (BOOKED_S - 1, OPEN, "booking"),
        (BOOKED_S, OPEN, "scheduled"),
        (OPENS_S - 1, OPEN, "scheduled"),
        (OPENS_S, OPEN, "open"),
        (CLOSES_S - 1, OPEN, "open"),
        (CLOSES_S, OPEN, "closed"),
        (OPENS_S, replace(OPEN, drained_at_s=OPENS_S), "drained"),
        (OPENS_S, replace(OPEN, state="sealing"), "drained"),
        (OPENS_S, replace(OPEN, sold_out=True), "sold_out"),
        (OPENS_S, replace(OPEN, sold_out=True, drained_at_s=OPENS_S), "sold_out"),
        (OPENS_S, replace(OPEN, sold_out=True, paused=True), "paused"),
        (OPENS_S, replace(OPEN, sold_out=True, paused=True, stopped=True), "stopped"),
        (OPENS_S - 1, replace(OPEN, paused=True), "paused"),
        (BOOKS_S, replace(OPEN, stopped=True), "stopped"),
        (CLOSES_S, replace(OPEN, paused=True, sold_out=True), "closed"),
        (CLOSES_S, replace(OPEN, stopped=True), "stopped"),
    ],
)
def test_status(now_s: int, control: Control, expected: str) -> None:
    """One word; if several apply, the one that explains a refusal for longest."""
    assert batch_status(pack(booking=BOOKING), control, now_s) == expected


def test_without_a_booking_window_nothing_is_booked() -> None:
    """A batch that takes no bookings waits as `scheduled`."""
    assert batch_status(pack(), OPEN, BOOKS_S) == "scheduled"

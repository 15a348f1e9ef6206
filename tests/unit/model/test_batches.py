"""A batch's status, by its control item and the time."""

from __future__ import annotations

from dataclasses import replace

import pytest

from coupons.model.batches import Control, PublishedBatch, batch_status
from coupons.model.draw_state import Cohort, DrawEnd, DrawState
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


DRAWN = Cohort(1, (), b"\xff" * 32, (), 10, OPENS_S, CLOSES_S)


@pytest.mark.parametrize(
    ("now_s", "control", "draw", "expected"),
    [
        (BOOKS_S, OPEN, DrawState(), "booking"),
        (OPENS_S, OPEN, DrawState(), "scheduled"),
        (OPENS_S, OPEN, DrawState(cohorts=(DRAWN,)), "open"),
        (OPENS_S, replace(OPEN, sold_out=True), DrawState(cohorts=(DRAWN,)), "sold_out"),
        (OPENS_S, OPEN, DrawState(end=DrawEnd("void", OPENS_S, "")), "closed"),
        (OPENS_S, OPEN, DrawState(cohorts=(DRAWN,), end=DrawEnd("final", OPENS_S, "")), "closed"),
        (OPENS_S, replace(OPEN, paused=True), DrawState(), "paused"),
        (CLOSES_S, OPEN, DrawState(), "closed"),
    ],
)
def test_status_of_a_lottery(now_s: int, control: Control, draw: DrawState, expected: str) -> None:
    """It waits until it is drawn, and is over once its draw is."""
    assert batch_status(pack(booking=BOOKING), control, now_s, draw) == expected


def test_claims_are_those_that_were_counted_last() -> None:
    """When a reserve opened, or at the end; before, none is counted."""
    second = replace(DRAWN, number=2, claims_before=7)
    assert DrawState(cohorts=(DRAWN,)).counted_claims == 0
    assert DrawState(cohorts=(DRAWN, second)).counted_claims == 7
    assert DrawState(cohorts=(DRAWN, second), end=DrawEnd("final", 0, "", claims=9)).counted_claims == 9
    assert DrawState(cohorts=(DRAWN, second), end=DrawEnd("abandoned", 0, "")).counted_claims == 7


def test_without_a_booking_window_nothing_is_booked() -> None:
    """A batch that takes no bookings waits as `scheduled`."""
    assert batch_status(pack(), OPEN, BOOKS_S) == "scheduled"

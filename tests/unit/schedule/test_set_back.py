"""A test clock that is set back: which records of the control item it undoes, to the second."""

from __future__ import annotations

from dataclasses import replace

import pytest

from coupons.clock import FENCE_S
from coupons.process import booking_count
from coupons.schedule import minute
from tests.unit.model.test_batches import BOOKED_S, BOOKING, CLOSES_S, OPEN, pack


@pytest.mark.parametrize(
    ("booked", "now_s", "is_countable", "is_set_back"),
    [
        (-1, BOOKED_S + FENCE_S - 1, False, False),
        (-1, BOOKED_S + FENCE_S, True, False),
        (0, BOOKED_S + FENCE_S, False, False),
        (0, BOOKED_S, False, False),
        (0, BOOKED_S - 1, False, True),
        (-1, BOOKED_S - 1, False, False),
    ],
)
def test_a_count_of_bookings(booked: int, now_s: int, is_countable: bool, is_set_back: bool) -> None:
    """Nobody booked is a count too; it is due after the fence, and void before the window's end."""
    facts = (pack(booking=BOOKING), replace(OPEN, booked=booked), now_s)
    assert booking_count._is_countable(*facts) is is_countable
    assert booking_count._is_set_back(*facts) is is_set_back


@pytest.mark.parametrize(("now_s", "is_set_back"), [(CLOSES_S - 1, True), (CLOSES_S, False)])
def test_a_closing(now_s: int, is_set_back: bool) -> None:
    """The last count of a batch is undone before its closing second."""
    assert minute._is_set_back(pack(), replace(OPEN, final=True), now_s) is is_set_back

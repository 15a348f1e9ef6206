"""A batch as everyone may read it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from coupons.model.batches import BatchNow, Control
from coupons.web.responses.catalog import BatchSummary
from tests.unit.published import published
from tests.world import campaign, parsed

BATCH = published(parsed(campaign()))


@pytest.mark.parametrize(("booked", "shown"), [(-1, None), (0, 0), (7, 7)])
def test_bookings_are_null_until_they_are_counted(booked: int, shown: int | None) -> None:
    """Nobody booked is a count, not an absence."""
    now = BatchNow(BATCH, replace(Control("open", 1, 10), booked=booked), "open", 10)
    assert BatchSummary.of(now).booked == shown

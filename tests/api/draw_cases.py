"""Draws of lotteries: what the function `draw` does between two requests."""

from __future__ import annotations

import hashlib

from coupons.model.claims import BookingRecord, Entered
from tests.api.cases import case
from tests.api.money_cases import BUDGETS, SEASON
from tests.api.stage import Stage
from tests.world import Answered, a_lottery, campaign


def booked_lottery(s: Stage) -> Stage:
    """A lottery that ann entered, in the first second after its window and fence."""
    s.clock.set("2020-06-01T00:00:00+08:00")
    s.publish(campaign(a_lottery()))
    services = s.environments["claim"]
    batch, entry = services.cache.batch("pack"), hashlib.sha256(b"ann").digest()
    record = BookingRecord(batch.number, s.now_s, Entered(entry, 1, 0, None))
    assert services.bookings.enter(batch, entry[:16], record, lambda: True) is None
    s.clock.set("2020-06-05T10:00:30+08:00")
    return s


@case(BUDGETS, 200, body=lambda text: '"city"' in text)
def list_that_is_fixed(s: Stage) -> Answered:
    """Its files are put, read in pieces and named by the commitment."""
    counted, listed = booked_lottery(s).draw()["did"]
    assert (counted["step"], counted["bookings"]) == ("booked", 1)
    assert (listed["step"], listed["entries"]) == ("committed", 1)
    return s.operator().send(BUDGETS, SEASON)

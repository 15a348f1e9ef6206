"""Count how many people entered a lottery, after its window: what its list is held against."""

from __future__ import annotations

from coupons.lottery.steps import DrawNow, Stepped
from coupons.process import booking_count


def count_entries(now: DrawNow) -> Stepped:
    """The bookings are counted, `FENCE_S` after their window has closed. Reads 1 unit each 4 KB of bookings.

    Counted here and not by the schedule, so that no reclaim waits for millions of bookings; but for a stopped batch, of
    which nothing is drawn. Guarded by tests/store/lottery/test_beside.py::test_the_schedule_reads_no_entry.
    """
    if now.state.commitment or not booking_count.is_due(now.batch, now.control, now.now_s):
        return Stepped()
    booked, more = booking_count.record_bookings(now.services, now.batch, now.now_s, now.deadline_s)
    return Stepped([{"step": "booked", "bookings": booked}] if booked is not None else [], more)

"""The draw: once the beacon is known, the cutoffs of the winners are found and recorded, once.

    beacon ──▶ passes of `cutting.py` ──▶ histogram ──▶ cohort 1: its cutoffs, and from when until when it may claim

Nothing is written for a winner: a person whose score is at or below a cutoff may claim (`model/scores.py`). Commitment
and beacon decide everything but the moment, so callers that are killed or work side by side record the same cutoffs,
and the first record stands.
"""

from __future__ import annotations

import math

from coupons.lottery.cutting import Cut, cut
from coupons.lottery.steps import DrawNow, Stepped
from coupons.model.draw_state import Cohort
from coupons.model.scores import Histogram


def draw(now: DrawNow) -> Stepped:
    """The winners can be told from everybody else, as far as time allows.

    Reads each part twice; writes 2 to 12 units a part, and 1 for each first byte of the scores that won. Raises Busy,
    Damaged (a file is not what was committed).

    Guarded by tests/store/lottery/test_drawing.py::test_the_cutoffs_are_those_of_a_sort,
    tests/store/lottery/test_whole_draw.py::test_killed_at_any_write,
    tests/store/lottery/test_whole_draw.py::test_two_side_by_side.
    """
    if now.state.beacon is None or now.state.cohorts or now.state.end or now.control.stopped:
        return Stepped()
    found = cut(now, now.control.quantity)
    if found is None:
        return Stepped(more=True)
    batch_id, draws = now.batch.batch_id, now.services.draws
    draws.put_histogram(batch_id, _in_one_row(found.histogram))
    cohort = next_cohort(now, found)
    return Stepped([{"step": "drawn", "admitted": cohort.admitted}] if draws.put_cohort(batch_id, cohort) else [])


def next_cohort(now: DrawNow, found: Cut, claims: int | None = None) -> Cohort:
    """What is recorded of the next cohort, which may claim from this moment on. `claims`: counted before it."""
    # Read after the passes, and rounded up: nobody is told a later moment than the one that decides.
    now_s = math.ceil(now.services.clock.wall_s())
    is_first = not now.state.cohorts
    before = sum(cohort.admitted for cohort in now.state.cohorts)
    by_share = found.bins.admitted_by_share
    until_s = now.batch.closes_at_s
    if not now.declared.credit:  # else nobody claims: no time runs out before the batch opens, or while it is paused
        until_s = min(now_s + now.declared.claim_for_s, until_s)
    return Cohort(
        number=len(now.state.cohorts) + 1,
        cutoffs=found.cutoffs.shares,
        cutoff_rest=found.cutoffs.rest,
        winners=by_share if is_first else (0,) * len(by_share),
        admitted=sum(by_share) + found.bins.admitted_by_rest - before,
        recorded_at_s=now_s,
        claim_until_s=until_s,
        claims_before=claims,
        scores=found.listed,
        ranked=found.ranked,
    )


def _in_one_row(histogram: Histogram) -> Histogram:
    """The same scores without their shares: a rank is one among all entries."""
    total = Histogram(0)
    total.rows = [[sum(bins) for bins in zip(*histogram.rows, strict=True)]]
    return total

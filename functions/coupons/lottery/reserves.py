"""Reserves (候补): the packs that nobody claimed in time are offered to the next in line, once or twice.

    cohort k may claim ──until──▶ fence ──▶ its claims counted ──▶ the cutoff moves: cohort k + 1, once

A claim that was accepted before the window ended may still arrive within the fence, so it is counted. From then on
nobody of the cohorts before can claim any more, and `quantity - claims` packs are left. As many of the lowest scores
that were not admitted before, whatever their share, may claim them: none, if nothing is left. If no whole window is
left before the batch closes, nobody is asked.
"""

from __future__ import annotations

from coupons.clock import FENCE_S
from coupons.lottery.cutting import cut
from coupons.lottery.drawing import next_cohort
from coupons.lottery.steps import DrawNow, Stepped
from coupons.process.claim_passes import count_claims


def open_reserve(now: DrawNow) -> Stepped:
    """The next in line may claim what is left, as far as time allows.

    Counting reads 1 unit each 4 KB of claims. The passes cost what those of the draw did, without the histograms.
    Raises Busy, Damaged.

    Guarded by tests/store/lottery/test_reserves.py::test_three_cohorts_with_partial_claims,
    tests/store/lottery/test_reserves.py::test_a_claim_that_is_late_on_its_way_is_counted (the fence),
    tests/store/lottery/test_reserves.py::test_no_reserve_without_a_whole_window.
    """
    if not _is_due(now):
        return Stepped()
    batch, number = now.batch, len(now.state.cohorts) + 1
    counted = count_claims(now.services, f"draw#{batch.batch_id}#{number}#claims", batch, deadline_s=now.deadline_s)
    if counted is None:
        return Stepped(more=True)
    claims = counted.of(batch.number).claims
    left = now.control.quantity - claims
    assert left >= 0, f"{claims} claims of {now.control.quantity} packs"
    found = cut(now, sum(cohort.admitted for cohort in now.state.cohorts) + left)
    if found is None:
        return Stepped(more=True)
    assert found.cutoffs.shares == now.state.cohorts[0].cutoffs, "a reserve moves no cutoff of a share"
    cohort = next_cohort(now, found, claims)
    if not _has_whole_window(now, cohort.recorded_at_s):
        return Stepped()  # the passes took so long
    facts = {"step": f"reserve-{number}", "claims": claims, "admitted": cohort.admitted}
    return Stepped([facts] if now.services.draws.put_cohort(batch.batch_id, cohort) else [])


def _is_due(now: DrawNow) -> bool:
    """The last cohort's window and the fence are over, and another round is left."""
    state, control = now.state, now.control
    if not state.cohorts or state.end or control.stopped:
        return False
    is_over = now.now_s >= state.cohorts[-1].claim_until_s + FENCE_S
    return is_over and len(state.cohorts) < now.declared.rounds and _has_whole_window(now, now.now_s)


def _has_whole_window(now: DrawNow, from_s: int) -> bool:
    return from_s + now.declared.claim_for_s <= now.batch.closes_at_s

"""Reclaim: packs that were leased and never claimed return to the stock (functions/README.md, section 4).

    open r ──begin──▶ sealing r+1 ──all shards zeroed at r+1──▶ sealed_at ──fence──▶ count ──one transaction──▶ open r+1

Each step is a conditional write on state and round, so any number of invocations may work at once, and each resumes
from the state it reads. The result is exact: once every shard is sealed at r+1, no lease of an older round can be taken
or put back. After the fence no put of a claim of an older round can still apply. So the strongly consistent count is
final until the reopening, which requires that the quantity is still the one that was counted against.
"""

from __future__ import annotations

import math

from coupons.clock import FENCE_S, SET_BACK_S
from coupons.model.batches import Control, PublishedBatch
from coupons.model.shards import spread
from coupons.process.claim_passes import count_claims
from coupons.process.services import Services


def is_due(batch: PublishedBatch, control: Control, now_s: int) -> bool:
    """A reclaim is under way, or the batch is drained, or it has closed and its claims are not final yet."""
    if control.state == "sealing":
        return True
    if now_s >= batch.closes_at_s:
        return not control.final
    return bool(control.drained_at_s) and not control.sold_out


def reclaim(services: Services, batch: PublishedBatch, now_s: int, deadline_s: float) -> tuple[list[str], bool]:
    """Unclaimed packs are back in the stock, as far as time allows.

    Returns the steps done, and whether more could be done at once (not while the fence lasts). After the last step
    Σ remaining + claims = quantity, and `sold_out` if and only if claims = quantity.

    Guarded by tests/store/schedule/test_reclaim.py::test_every_step_of_a_reclaim (the fence among them),
    tests/store/schedule/test_reclaim.py::test_killed_at_any_write_the_next_tick_goes_on,
    tests/store/schedule/test_reclaim.py::test_two_side_by_side_are_one,
    tests/store/schedule/test_reclaim.py::test_a_reclaim_that_has_just_begun_is_not_counted,
    tests/store/schedule/test_reclaim.py::test_sold_out_if_and_only_if_all_are_claimed.
    """
    did: list[str] = []
    control = services.cache.control_now(batch.batch_id)
    if control.state == "open" and is_due(batch, control, now_s):
        services.stock.begin_sealing(batch.batch_id, control)
        control = services.cache.control_now(batch.batch_id)
        did.append("sealing")
    if control.state == "sealing" and not control.sealed_at_s:
        for shard in range(batch.shards):
            services.stock.seal(batch.batch_id, shard, control.round)
        # The fence begins after the last seal, so the clock is read after it and rounded up.
        services.stock.mark_sealed(batch.batch_id, control.round, math.ceil(services.clock.wall_s()))
        control = services.cache.control_now(batch.batch_id)
        did.append("sealed")
    if control.state == "sealing" and now_s < control.sealed_at_s - SET_BACK_S:
        services.stock.restart_fence(batch.batch_id, control, now_s)
        return [*did, "fence restarted"], False
    # A next reclaim may have begun since: until its shards are sealed, its fence has not.
    if control.state != "sealing" or not control.sealed_at_s or now_s < control.sealed_at_s + FENCE_S:
        return did, False
    if not _count_and_reopen(services, batch, control, deadline_s):
        return did, True
    did.append("sold_out" if services.cache.control_now(batch.batch_id).sold_out else "reopened")
    return did, False


def _count_and_reopen(services: Services, batch: PublishedBatch, control: Control, deadline_s: float) -> bool:
    """False if the count is not complete yet, or if the quantity was raised during the count.

    Only this batch's claims count, though its claim key may hold claims of other batches. The name of the pass holds
    the round, so no fold of an older round is counted again. Guarded by
    tests/store/schedule/test_reclaim.py::test_what_returned_can_be_claimed,
    tests/store/schedule/test_reclaim.py::test_batches_of_one_group_are_counted_apart,
    tests/store/schedule/test_reclaim.py::test_a_raise_on_the_way_is_handed_out.
    """
    sweep_id = f"reclaim#{batch.batch_id}#{control.round}"
    fold = count_claims(services, sweep_id, batch, deadline_s=deadline_s)
    if fold is None:
        return False
    claims = fold.of(batch.number).claims
    unsold = control.quantity - claims
    assert unsold >= 0, f"{batch.batch_id}: {claims} claims of {control.quantity} packs"
    return services.stock.reopen(
        batch.batch_id,
        control,
        spread(unsold, batch.shards),
        claims=claims,
        drained_at_s=0 if unsold else control.drained_at_s or control.sealed_at_s,
        final=control.sealed_at_s >= batch.closes_at_s,
    )

"""Reserve a batch's largest possible cost from its funders, who can be more than one transaction holds.

    begin ──▶ 40 funders ──▶ 40 funders ──▶ … ──▶ end, in the transaction that publishes or raises the batch
                  │ a funder has too little, or the reservation is no longer wanted
                  ▼
                undo: give it back to the same funders, 40 at a time ──▶ end ──▶ `budget-exceeded`

Each arrow is one write, or one transaction of the batch's reserve, the funders' budgets and a ledger record, on the
condition that the reserve has not changed since it was read. So a killed call leaves a reservation that the books show
in full. A repeat of that call resumes it at once; any other call undoes it first, after a fence. Guarded by
tests/store/settle/test_reservation.py::test_killed_at_any_write_the_next_call_publishes,
tests/store/settle/test_reservation.py::test_a_funder_with_too_little_gets_everybody_theirs_back.
"""

from __future__ import annotations

from typing import Literal

from coupons.model.batches import PublishedBatch
from coupons.model.ledger import record_of
from coupons.model.reserves import PendingReservation, Reserve
from coupons.money import Amounts
from coupons.process.services import Services
from coupons.refusals import Busy
from coupons.stores.budgets import over_budget
from coupons.stores.dynamodb import TransactionFailed
from coupons.stores.parts import Part

STEPS_MAX = 20
"""Steps of one call. More than a handful means that other calls change the same reserve."""


def reserve(
    services: Services, batch: PublishedBatch, wanted: PendingReservation, still: list[Part], now_s: int
) -> Reserve | None:
    """Reserve `wanted` from all funders. Returns the reserve; the caller puts its `ended()` with what it paid for.

    `still`: transaction parts that fail if the reservation is no longer wanted. Returns None if one failed, or if
    another reservation is in progress: the caller reads again. 4 or 6 write units, and for each 40 funders 4, and 2 a
    funder. Raises BudgetExceeded (nothing is reserved), Busy.
    """
    for _ in range(STEPS_MAX):
        read = services.reserves.get(batch.batch_id)
        pending = read.pending
        if pending is None:
            if not _begin(services, batch, read, wanted, still):
                return None
        elif pending.undoing or (pending.is_left_behind(now_s) and not pending.is_same(wanted)):
            give_up(services, batch.campaign_id, batch.batch_id, now_s)
        elif not pending.is_same(wanted):
            return None
        elif not pending.left:
            return read
        elif refused := _move(services, batch.campaign_id, batch.batch_id, read, now_s):
            give_up(services, batch.campaign_id, batch.batch_id, now_s)
            raise over_budget(*refused, currency=batch.currency)
    raise Busy(detail="The batch's money is changing; try again.")


def give_up(services: Services, campaign_id: str, batch_id: str, now_s: int) -> Reserve:
    """Undo the reservation in progress, if there is one. Returns the reserve without it. Raises Busy."""
    for _ in range(STEPS_MAX):
        read = services.reserves.get(batch_id)
        pending = read.pending
        if pending is None:
            return read
        if not pending.undoing:
            services.reserves.put(batch_id, read, read.undoing())
        elif not pending.taken:
            services.reserves.put(batch_id, read, read.ended())
        else:
            _move(services, campaign_id, batch_id, read, now_s)
    raise Busy(detail="The batch's money is changing; try again.")


def _begin(
    services: Services, batch: PublishedBatch, read: Reserve, pending: PendingReservation, still: list[Part]
) -> bool:
    """False if a part of `still` failed. True also if only the reserve had changed: the caller reads it again."""
    try:
        services.transact([services.reserves.part(batch.batch_id, read, read.begun(pending)), *still])
    except TransactionFailed as failure:
        return failure.kinds == {"reserve"}
    return True


def _move(
    services: Services, campaign_id: str, batch_id: str, read: Reserve, now_s: int
) -> tuple[TransactionFailed, Amounts] | None:
    """One step: reserve from the next funders, or give back to them. Returns the failure and the amounts if a funder
    had too little.

    None also if the reserve changed since it was `read`: the caller reads it again.
    """
    pending, (chunk, after) = read.pending, read.moved()
    assert pending is not None
    kind: Literal["reserve", "release"] = "release" if pending.undoing else "reserve"
    step = f"{pending.purpose}, undone" if pending.undoing else pending.purpose
    record = record_of(kind, batch_id, after.version, chunk, now_s, packs=pending.packs, step=step)
    to_budgets = services.budgets.give_back if pending.undoing else services.budgets.reserve
    parts = [*services.reserves.moving(campaign_id, read, after, record), *to_budgets(campaign_id, chunk)]
    try:
        services.transact(parts)
    except TransactionFailed as failure:
        return (failure, chunk) if failure.kinds == {"budget"} else None
    return None

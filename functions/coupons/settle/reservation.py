"""Set a batch's largest possible cost aside at its funders, however many: more than one transaction holds, too.

    begin ──▶ 40 funders ──▶ 40 funders ──▶ … ──▶ publish or raise, in one transaction with the end
                  │ one has too little, or it is not wanted any more
                  ▼
                undo: the same funders get it back ──▶ end ──▶ `budget-exceeded`

Every arrow is one write, or one transaction of the batch's reserve, the funders' budgets and the ledger's record; each
asks for the reserve as it was read. So whoever is killed leaves a reservation of which each fen is in the books; the
same call goes on with it at once, and after a fence any other undoes it first. Guarded by
tests/store/settle/test_reservation.py::test_killed_at_any_write_the_next_call_publishes,
tests/store/settle/test_reservation.py::test_a_funder_with_too_little_gets_everybody_theirs_back.
"""

from __future__ import annotations

from typing import Any, Literal

from coupons.model.batches import PublishedBatch
from coupons.model.ledger import LedgerRecord, record_key
from coupons.model.reserves import PendingReservation, Reserve
from coupons.money import Amounts
from coupons.process.services import Services
from coupons.refusals import Busy
from coupons.stores.budgets import given_back, over_budget, reservations
from coupons.stores.dynamodb import TransactionFailed

STEPS_MAX = 20
"""Steps of one call; more than a handful are others who change the same reserve."""
_BUDGETS = 2
"""Where the budgets' parts begin in a transaction that moves."""


def reserve(
    services: Services, batch: PublishedBatch, wanted: PendingReservation, still: list[dict[str, Any]], now_s: int
) -> Reserve | None:
    """All funders have set `wanted` aside: the reserve, for the caller to put its `ended()` with what it was for.

    `still` are transaction parts that refuse to begin once that was done, or is not asked for any more. None then, and
    if another reservation is on its way: the caller looks again. 4 or 6 units, and 4 + 2 a funder for each 40 of them.
    Raises BudgetExceeded (nothing is set aside), Busy.
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
            raise over_budget(*refused, first=_BUDGETS, currency=batch.currency)
    raise Busy(detail="The batch's money is changing; try again.")


def give_up(services: Services, campaign_id: str, batch_id: str, now_s: int) -> Reserve:
    """What was set aside of a reservation that is on its way goes back to its funders; the reserve without it. Raises
    Busy.
    """
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
    services: Services, batch: PublishedBatch, read: Reserve, pending: PendingReservation, still: list[dict[str, Any]]
) -> bool:
    """False if `still` refused it; a reserve that changed meanwhile is looked at again."""
    try:
        services.transact([services.reserves.part(batch.batch_id, read, read.begun(pending)), *still])
    except TransactionFailed as failure:
        return set(failure.items) == {0}
    return True


def _move(
    services: Services, campaign_id: str, batch_id: str, read: Reserve, now_s: int
) -> tuple[TransactionFailed, Amounts] | None:
    """The next funders' part of what is pending, out of their budgets or back into them; what refused, and the amounts.

    None also if the reserve changed since it was `read`: the caller looks again.
    """
    pending, (chunk, after) = read.pending, read.moved()
    assert pending is not None
    kind: Literal["reserve", "release"] = "release" if pending.undoing else "reserve"
    step = f"{pending.purpose}, undone" if pending.undoing else pending.purpose
    record = LedgerRecord(record_key(batch_id, after.version, kind), kind, batch_id, chunk, pending.packs, now_s, step)
    to_budgets = given_back if pending.undoing else reservations
    parts = [
        services.reserves.part(batch_id, read, after),
        services.reserves.record(campaign_id, record),
        *to_budgets(services.budgets.table, campaign_id, chunk),
    ]
    try:
        services.transact(parts)
    except TransactionFailed as failure:
        return (failure, chunk) if min(failure.items) >= _BUDGETS else None
    return None

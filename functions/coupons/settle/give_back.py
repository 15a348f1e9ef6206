"""Give back what a batch can no longer cost, step by step, each once; design section 6.

    counted after closing ──▶ unclaimed packs ──▶ … expired ──▶ expired coupons ──▶ … the day closed ──▶ the rest
                               1 as packs to the later batch, 2 to the funders                            to the funders

Each arrow is one transaction: what asks for the step on the batch's control item, the batch's reserve, the ledger's
record, and the funders' budgets, or where packs roll over, the later batch's quantity, stock and reserve. So a killed
step did nothing, a repeat finds it done, and two side by side are one. Guarded by
tests/store/settle/test_rollover.py::test_a_killed_step_is_done_by_the_next,
tests/store/settle/test_rollover.py::test_two_side_by_side_give_back_once.

The rest is what the closed days did not spend of what is still reserved: parts of a percentage's largest discount,
partial reversals, and what later reversals bring back. Nobody can redeem any more, so it only grows from day to day.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from coupons.model.batches import Control, PublishedBatch
from coupons.model.ledger import LedgerRecord, record_key
from coupons.model.reserves import Reserve, cost_of, largest_cost, packs_for
from coupons.model.shards import spread
from coupons.money import NOTHING, Amounts
from coupons.process.services import Services
from coupons.settle import reservation
from coupons.stores.budgets import given_back, reservations
from coupons.stores.dynamodb import TransactionFailed
from coupons.times import day_of, epoch_s

UNCLAIMED, EXPIRED = 1, 2
_NAMES = {UNCLAIMED: "unclaimed", EXPIRED: "expired"}
REST = "rest"


@dataclass(frozen=True, slots=True)
class Target:
    """The later batch that money rolls over to, open for more packs."""

    batch: PublishedBatch
    control: Control
    reserve: Reserve


def is_due(control: Control) -> bool:
    """By facts at hand, without a read."""
    return _next_step(control) != 0


def give_back(services: Services, batch: PublishedBatch, now_s: int) -> list[dict[str, Any]]:
    """The steps that are due, at most two transactions each of 8 to 170 write units; what was done.

    A step waits while the batch that its money rolls over to is not published yet; where that one is over, or has no
    pack that the money pays for in whole, the funders get it. Raises Busy: the next call goes on.
    """
    did: list[dict[str, Any]] = []
    for _ in _NAMES:
        control = services.cache.control_now(batch.batch_id)
        step = _next_step(control)
        read = _at_rest(services, batch, now_s) if step else None
        target = _target(services, batch, now_s) if read else "waits"
        if read is None or target == "waits":
            break
        done = _give(services, batch, control, read, step, target if isinstance(target, Target) else None, now_s)
        if done is None:
            break  # a twin was first, or something moved: the next call looks again
        did.append({"batch_id": batch.batch_id, "step": f"gave back {_NAMES[step]}", **done})
    return did


def is_rest_due(batch: PublishedBatch, control: Control, through: date) -> bool:
    """Whether days were closed, `through` the last, that may have left something of the batch's money."""
    if control.given_back < EXPIRED or through.isoformat() <= control.rest_through:
        return False
    # A reversal that the expiry's count saw already has its line on that day at the latest.
    counted_s = max(batch.last_expiry_s + control.extended_s, control.expired_at_s)
    return through >= day_of(counted_s, batch.timezone)


def give_rest(services: Services, batch: PublishedBatch, through: date, now_s: int) -> list[dict[str, Any]]:
    """What the days through `through`, all of them closed, did not spend goes to the funders; what was done.

    For each batch and closed day a Query and one transaction: 2 units where nothing is left. Raises Busy.
    """
    control = services.cache.control_now(batch.batch_id)
    read = _at_rest(services, batch, now_s) if is_rest_due(batch, control, through) else None
    if read is None:
        return []
    last = through.isoformat()
    spent = Amounts.total(owed for day, owed in services.day_folds.spent(batch.batch_id).items() if day <= last)
    rest = read.open - spent
    assert not rest.below_zero, f"{batch.batch_id}: more was spent than was reserved: {rest.below_zero}"
    marked = services.controls.giving_rest(batch.batch_id, control, last)
    if not _batch(services, batch, read, marked, REST, rest, now_s) or rest.is_zero:
        return []
    return [{"batch_id": batch.batch_id, "step": f"gave back {REST}", "amounts": dict(rest)}]


def take_back(services: Services, batch: PublishedBatch, control: Control, now_s: int) -> bool:
    """The clock was set back to where the batch lives: what was given back is reserved again, as far as it is there.

    False if the funders have it no more, or somebody else was first: then what was recorded as over stays over.
    """
    reserve, parts = services.reserves.get(batch.batch_id), [services.controls.unsettling(batch.batch_id, control)]
    if reserve.released:
        key = record_key(batch.batch_id, reserve.version + 1, "reserve")
        again = LedgerRecord(key, "reserve", batch.batch_id, reserve.released, 0, now_s)
        parts += [
            services.reserves.part(batch.batch_id, reserve, reserve.taken_back()),
            services.reserves.record(batch.campaign_id, again),
            *reservations(services.budgets.table, batch.campaign_id, reserve.released),
        ]
    return _is_done(services, parts)


def _next_step(control: Control) -> int:
    if control.state != "open" or not control.final:
        return 0
    if control.given_back < UNCLAIMED:
        return UNCLAIMED
    return EXPIRED if control.given_back < EXPIRED and control.expired_at_s else 0


def _amounts(batch: PublishedBatch, control: Control, step: int) -> Amounts:
    if step == UNCLAIMED:
        return largest_cost(batch.terms, control.quantity - control.claims)
    return cost_of(batch.terms, control.unused)


def _target(services: Services, batch: PublishedBatch, now_s: int) -> Target | str:
    """`waits` for a batch that is still to be published, empty if there is none, or none that takes packs any more."""
    batch_id = batch.document.rollover_to
    if batch_id is None:
        return ""
    later = services.catalog.batch(batch_id)
    if later is None:
        campaign = services.catalog.campaign(batch.campaign_id, consistent=True)
        batches = campaign.document.batches if campaign else []
        waits = any(batch.batch_id == batch_id and now_s < epoch_s(batch.closes_at) for batch in batches)
        return "waits" if waits else ""
    control = services.cache.control_now(batch_id)
    if now_s >= later.closes_at_s or control.stopped or control.final:
        return ""
    return Target(later, control, services.reserves.get(batch_id))


def _at_rest(services: Services, batch: PublishedBatch, now_s: int) -> Reserve | None:
    """The reserve, None while a reservation is on its way; one that somebody left behind is undone."""
    read = services.reserves.get(batch.batch_id)
    if read.pending is None:
        return read
    if not read.pending.is_left_behind(now_s):
        return None
    return reservation.give_up(services, batch.campaign_id, batch.batch_id, now_s)


def _give(
    services: Services,
    batch: PublishedBatch,
    control: Control,
    read: Reserve,
    step: int,
    target: Target | None,
    now_s: int,
) -> dict[str, Any] | None:
    """What went, as far as it was not gone already; None if a transaction was refused."""
    packs = 0
    amounts = back = read.owed if read.owed is not None else _amounts(batch, control, step)
    if read.owed is None and target:
        packs = packs_for(amounts, largest_cost(target.batch.terms, 1))
    if packs and target:
        back = amounts - largest_cost(target.batch.terms, 1) * packs
        rolled = read.given(amounts - back, owed=back)
        if not _roll_over(services, batch, control, read, rolled, target, packs, now_s):
            return None
        read = rolled
    marked = services.controls.giving_back(batch.batch_id, control, step)
    if not _batch(services, batch, read, marked, _NAMES[step], back, now_s):
        return None
    return {"amounts": dict(amounts)} | ({"packs": packs, "to": batch.document.rollover_to} if packs else {})


def _roll_over(
    services: Services,
    batch: PublishedBatch,
    control: Control,
    read: Reserve,
    rolled: Reserve,
    target: Target,
    packs: int,
    now_s: int,
) -> bool:
    """`packs` are the later batch's, with the money that they cost: the reserve that was `read` is `rolled`."""
    moved, later = rolled.released - read.released, target.batch.batch_id
    key, step = record_key(batch.batch_id, rolled.version, "rollover"), _NAMES[_next_step(control)]
    parts = [
        services.controls.giving(batch.batch_id, control),
        services.reserves.part(batch.batch_id, read, rolled),
        services.reserves.record(
            batch.campaign_id, LedgerRecord(key, "rollover", batch.batch_id, moved, packs, now_s, step, later)
        ),
        *_receive(services, target, packs, moved),
    ]
    return _is_done(services, parts)


def _batch(
    services: Services,
    batch: PublishedBatch,
    read: Reserve,
    marked: dict[str, Any],
    step: str,
    back: Amounts,
    now_s: int,
) -> bool:
    """`back` is its funders' again; `marked` is the control item's part, which says that the step is done."""
    parts = [marked]
    if not back.is_zero:
        given = read.given(back)
        record = LedgerRecord(
            record_key(batch.batch_id, given.version, "release"), "release", batch.batch_id, back, 0, now_s, step
        )
        parts += [
            services.reserves.part(batch.batch_id, read, given),
            services.reserves.record(batch.campaign_id, record),
            *given_back(services.budgets.table, batch.campaign_id, back),
        ]
    elif read.owed is not None:
        parts.append(services.reserves.part(batch.batch_id, read, read.given(NOTHING)))
    return _is_done(services, parts)


def _is_done(services: Services, parts: list[dict[str, Any]]) -> bool:
    try:
        services.transact(parts)
    except TransactionFailed:
        return False
    return True


def _receive(services: Services, target: Target, packs: int, moved: Amounts) -> list[dict[str, Any]]:
    """The later batch has so many packs more, in its shards too unless it is being counted."""
    batch_id, control = target.batch.batch_id, target.control
    shares = spread(packs, target.batch.shards) if control.state == "open" else []
    return [
        *services.stock.raising(batch_id, control, control.quantity + packs, shares),
        services.reserves.part(batch_id, target.reserve, target.reserve.grown(moved)),
        *services.groups.raising(target.batch, control.quantity + packs),
    ]

"""Give back reserved money that a batch can no longer cost, in three steps, each done once; design section 6.

    counted after closing ──▶ unclaimed packs ──▶ expired ──▶ expired coupons ──▶ last day closed ──▶ the rest
                              rolled over as packs of a later batch, the remainder to the funders     to the funders

Each step is one or two transactions, for the rollover and for the funders. A transaction needs a control item that
still asks for the step. It changes the batch's reserve, the ledger, and either the funders' budgets or the later
batch's quantity, stock and reserve. So a killed step changed nothing, and a concurrent call finds it done. Guarded by
tests/store/settle/test_rollover.py::test_a_killed_step_is_done_by_the_next,
tests/store/settle/test_rollover.py::test_two_side_by_side_give_back_once.

The rest is what is still reserved and was not spent by the closed days: smaller discounts than the largest, partial
reversals, and later reversals. After the expiry nothing can be redeemed, so the rest only grows from day to day.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

from coupons.model.batches import Control, PublishedBatch
from coupons.model.ledger import record_of
from coupons.model.reserves import Reserve, cost_of, largest_cost, packs_for
from coupons.model.shards import spread
from coupons.money import NOTHING, Amounts
from coupons.process.services import Services
from coupons.settle import reservation
from coupons.stores.parts import Part
from coupons.times import day_of

UNCLAIMED, EXPIRED = 1, 2
_NAMES = {UNCLAIMED: "unclaimed", EXPIRED: "expired"}
REST = "rest"


@dataclass(frozen=True, slots=True)
class RolloverTarget:
    """The later batch whose packs the money pays for."""

    batch: PublishedBatch
    control: Control
    reserve: Reserve


def is_due(control: Control) -> bool:
    """Whether a step is due. Without a read."""
    return _next_step(control) != 0


def give_back(services: Services, batch: PublishedBatch, now_s: int) -> list[dict[str, Any]]:
    """Do the steps that are due: at most two transactions each, of 8 to 170 write units. Returns what was done.

    A step waits until the batch that its money rolls over to is published. If that batch is over, if it is a lottery
    whose quantity is final, or if the money does not pay for a whole pack of it, the funders get all of it. Raises
    Busy; the next call resumes.
    """
    did: list[dict[str, Any]] = []
    for _ in _NAMES:
        control = services.cache.control_now(batch.batch_id)
        step = _next_step(control)
        read = _at_rest(services, batch, now_s) if step else None
        if read is None:
            break
        target = _target(services, batch, now_s)
        if target == "waits":
            break
        done = _give(services, batch, control, read, step, target, now_s)
        if done is None:
            break  # another call was first, or the batch changed: the next call reads again
        did.append({"batch_id": batch.batch_id, "step": f"gave back {_NAMES[step]}", **done})
    return did


def is_rest_due(batch: PublishedBatch, control: Control, through: date) -> bool:
    """Whether days were closed since the rest was last given back. `through`: the last closed day."""
    if control.given_back < EXPIRED or through.isoformat() <= control.rest_through:
        return False
    # A reversal before the expiry's count has its line on that day or earlier.
    counted_s = max(batch.last_expiry_s + control.extended_s, control.expired_at_s)
    return through >= day_of(counted_s, batch.timezone)


def is_finished(control: Control) -> bool:
    """Each step was done once. Only the close of a day with lines of the batch asks for a rest again."""
    return control.given_back >= EXPIRED and bool(control.rest_through)


def give_rest(
    services: Services, batch: PublishedBatch, through: date, now_s: int, *, due_through: str
) -> list[dict[str, Any]]:
    """Give the funders what the closed days through `through` did not spend. Returns what was done.

    The batch is done in the same transaction if no later day has lines of it (`due_through`, of its line in the due
    list) and its bookings are counted; otherwise it is due again when the next day is closed. A Query and one
    transaction: 2 write units if nothing is left, 4 more when it is done. Raises Busy.
    """
    control = services.cache.control_now(batch.batch_id)
    read = _at_rest(services, batch, now_s) if is_rest_due(batch, control, through) else None
    if read is None:
        return []
    last = through.isoformat()
    spent = Amounts.total(owed for day, owed in services.day_folds.spent(batch.batch_id).items() if day <= last)
    rest = read.open - spent
    less = f"{rest.below_zero:{batch.purse.currency}}"
    assert not rest.below_zero, f"{batch.batch_id}: more was spent than was reserved: {less}"
    marked = [services.controls.giving_rest(batch.batch_id, control, last)]
    if due_through <= last and (batch.document.booking is None or control.booked >= 0):
        marked += services.due_list.done(batch.batch_id, last, now_s)
    if not _to_funders(services, batch, read, marked, REST, rest, now_s) or rest.is_zero:
        return []
    return [{"batch_id": batch.batch_id, "step": f"gave back {REST}", **_said(batch, rest)}]


def take_back(services: Services, batch: PublishedBatch, control: Control, now_s: int) -> bool:
    """The clock was set back to before the batch's end, so what was given back is reserved again.

    False if the funders have spent it otherwise, or another call was first: then the batch stays over.
    """
    reserve = services.reserves.get(batch.batch_id)
    parts = [
        services.controls.unsettling(batch.batch_id, control),
        services.due_list.again(batch.batch_id, now_s),
    ]
    if reserve.released:
        new = reserve.taken_back()
        again = record_of("reserve", batch.batch_id, new.version, reserve.released, now_s)
        parts += [
            *services.reserves.moving(batch.campaign_id, reserve, new, again),
            *services.budgets.reserve(batch.campaign_id, reserve.released),
        ]
    return services.tries(parts)


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


def _target(services: Services, batch: PublishedBatch, now_s: int) -> RolloverTarget | Literal["waits"] | None:
    """`waits` if the later batch is still to be published; None if there is none or it takes no more packs."""
    batch_id = batch.document.rollover_to
    if batch_id is None:
        return None
    # A minute of the schedule takes longer than the fence after which a lottery's quantity is final.
    now_s = max(now_s, int(services.clock.wall_s()))
    later = services.catalog.batch(batch_id)
    if later is None:
        campaign = services.documents.campaign(batch.campaign_id, consistent=True)
        batches = campaign.document.batches if campaign else []
        waits = any(batch.batch_id == batch_id and now_s < batch.grows_until_s for batch in batches)
        return "waits" if waits else None
    control = services.cache.control_now(batch_id)
    if now_s >= later.document.grows_until_s or control.stopped or control.final:
        return None
    return RolloverTarget(later, control, services.reserves.get(batch_id))


def _at_rest(services: Services, batch: PublishedBatch, now_s: int) -> Reserve | None:
    """The reserve; None while a reservation is in progress. A reservation that was left behind is undone."""
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
    target: RolloverTarget | None,
    now_s: int,
) -> dict[str, Any] | None:
    """Do the step, or what is left of it; what it gave back, None if a transaction was refused."""
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
    marked = [services.controls.giving_back(batch.batch_id, control, step)]
    if not _to_funders(services, batch, read, marked, _NAMES[step], back, now_s):
        return None
    return _said(batch, amounts) | ({"packs": packs, "to": batch.document.rollover_to} if packs else {})


def _roll_over(
    services: Services,
    batch: PublishedBatch,
    control: Control,
    read: Reserve,
    rolled: Reserve,
    target: RolloverTarget,
    packs: int,
    now_s: int,
) -> bool:
    """Move `packs` and their cost to the later batch; `rolled` replaces the reserve that was `read`."""
    moved, later = rolled.released - read.released, target.batch.batch_id
    step, version = _NAMES[_next_step(control)], rolled.version
    record = record_of("rollover", batch.batch_id, version, moved, now_s, packs=packs, step=step, to_batch_id=later)
    parts = [
        services.controls.giving(batch.batch_id, control),
        *services.reserves.moving(batch.campaign_id, read, rolled, record),
        *_receiving(services, target, packs, moved),
    ]
    return services.tries(parts)


def _to_funders(
    services: Services,
    batch: PublishedBatch,
    read: Reserve,
    marked: Sequence[Part],
    step: str,
    back: Amounts,
    now_s: int,
) -> bool:
    """Give `back` to the funders. `marked`: the parts that record that the step is done."""
    parts = list(marked)
    if not back.is_zero:
        given = read.given(back)
        record = record_of("release", batch.batch_id, given.version, back, now_s, step=step)
        parts += [
            *services.reserves.moving(batch.campaign_id, read, given, record),
            *services.budgets.give_back(batch.campaign_id, back),
        ]
    elif read.owed is not None:
        parts.append(services.reserves.part(batch.batch_id, read, read.given(NOTHING)))
    return services.tries(parts)


def _receiving(services: Services, target: RolloverTarget, packs: int, moved: Amounts) -> list[Part]:
    """The parts that add `packs` to the later batch, and to its shards unless it is being counted."""
    batch_id, control = target.batch.batch_id, target.control
    shares = spread(packs, target.batch.shards) if control.state == "open" else []
    return [
        *services.stock.raising(batch_id, control, control.quantity + packs, shares),
        services.reserves.part(batch_id, target.reserve, target.reserve.grown(moved)),
        *services.groups.raising(target.batch, control.quantity + packs),
    ]


def _said(batch: PublishedBatch, amounts: Amounts) -> dict[str, Any]:
    """For the schedule's report."""
    return {"amounts": dict(amounts), "currency": batch.purse.currency}

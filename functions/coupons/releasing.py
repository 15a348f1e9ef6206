"""Give back what a batch can no longer cost, step by step, each once; design section 6.

    counted after closing ──▶ unclaimed packs ──▶ … expired ──▶ expired coupons ──▶ … the day closed ──▶ the rest
                               1 as packs to the later batch, 2 to the funders                            to the funders

Each arrow is one transaction: what asks for the step on the batch's control item, the batch's reserve, the ledger's
record, and the funders' budgets, or where packs roll over, the later batch's quantity, stock and reserve. So a killed
step did nothing, a repeat finds it done, and two side by side are one. Guarded by
tests/store/test_rollover.py::test_a_killed_step_is_done_by_the_next,
tests/store/test_rollover.py::test_two_side_by_side_give_back_once.

The rest is what the closed days did not spend of what is still reserved: parts of a percentage's largest discount,
partial reversals, and what later reversals bring back. Nobody can redeem any more, so it only grows from day to day.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from coupons import reserving
from coupons.environment import Environment
from coupons.granting import raised
from coupons.ledger import Record, record_key
from coupons.moments import day_of, epoch_s
from coupons.releases import Control, Release, spread
from coupons.reserves import Amounts, Reserve, cost_of, largest_cost, minus, packs_for, times, total
from coupons.stores.budgets import releases, reservations
from coupons.stores.dynamodb import TransactionFailed

UNCLAIMED, EXPIRED = 1, 2
_NAMES = {UNCLAIMED: "unclaimed", EXPIRED: "expired"}
REST = "rest"


@dataclass(frozen=True, slots=True)
class Target:
    """The later batch that money rolls over to, open for more packs."""

    release: Release
    control: Control
    reserve: Reserve


def is_due(control: Control) -> bool:
    """By facts at hand, without a read."""
    return _next_step(control) != 0


def give_back(env: Environment, release: Release, now_s: int) -> list[dict[str, Any]]:
    """The steps that are due, at most two transactions each of 8 to 170 write units; what was done.

    A step waits while the batch that its money rolls over to is not published yet; where that one is over, or has no
    pack that the money pays for in whole, the funders get it. Raises Busy: the next call goes on.
    """
    did: list[dict[str, Any]] = []
    for _ in _NAMES:
        control = env.live.control_now(release.batch_id)
        step = _next_step(control)
        read = _at_rest(env, release, now_s) if step else None
        target = _target(env, release, now_s) if read else "waits"
        if read is None or target == "waits":
            break
        done = _give(env, release, control, read, step, target if isinstance(target, Target) else None, now_s)
        if done is None:
            break  # a twin was first, or something moved: the next call looks again
        did.append({"batch_id": release.batch_id, "step": f"gave back {_NAMES[step]}", **done})
    return did


def is_rest_due(release: Release, control: Control, through: date) -> bool:
    """Whether days were closed, `through` the last, that may have left something of the batch's money."""
    if control.given_back < EXPIRED or through.isoformat() <= control.rest_through:
        return False
    # A reversal that the expiry's count saw already has its line on that day at the latest.
    counted_s = max(release.last_expiry_s + control.extended_s, control.expired_at_s)
    return through >= day_of(counted_s, release.timezone)


def give_rest(env: Environment, release: Release, through: date, now_s: int) -> list[dict[str, Any]]:
    """What the days through `through`, all of them closed, did not spend goes to the funders; what was done.

    For each batch and closed day a Query and one transaction: 2 units where nothing is left. Raises Busy.
    """
    control = env.live.control_now(release.batch_id)
    read = _at_rest(env, release, now_s) if is_rest_due(release, control, through) else None
    if read is None:
        return []
    last = through.isoformat()
    spent = total(owed for day, owed in env.day_folds.spent(release.batch_id).items() if day <= last)
    rest = minus(read.open, spent)
    short = {funder_id: amount for funder_id, amount in rest.items() if amount < 0}
    assert not short, f"{release.batch_id}: more was spent than was reserved: {short}"
    marked = env.controls.giving_rest(release.batch_id, control, last)
    if not _release(env, release, read, marked, REST, rest, now_s) or not any(rest.values()):
        return []
    return [{"batch_id": release.batch_id, "step": f"gave back {REST}", "amounts": rest}]


def take_back(env: Environment, release: Release, control: Control, now_s: int) -> bool:
    """The clock was set back to where the batch lives: what was given back is reserved again, as far as it is there.

    False if the funders have it no more, or somebody else was first: then what was recorded as over stays over.
    """
    reserve, parts = env.reserves.get(release.batch_id), [env.controls.unsettling(release.batch_id, control)]
    if reserve.released:
        key = record_key(release.batch_id, reserve.version + 1, "reserve")
        again = Record(key, "reserve", release.batch_id, reserve.released, 0, now_s)
        parts += [
            env.reserves.part(release.batch_id, reserve, reserve.taken_back()),
            env.reserves.record(release.campaign_id, again),
            *reservations(env.budgets.table, release.campaign_id, reserve.released),
        ]
    return _is_done(env, parts)


def _next_step(control: Control) -> int:
    if control.state != "open" or not control.final:
        return 0
    if control.given_back < UNCLAIMED:
        return UNCLAIMED
    return EXPIRED if control.given_back < EXPIRED and control.expired_at_s else 0


def _amounts(release: Release, control: Control, step: int) -> Amounts:
    if step == UNCLAIMED:
        return largest_cost(release.terms, control.quantity - control.claims)
    return cost_of(release.terms, control.unused)


def _target(env: Environment, release: Release, now_s: int) -> Target | str:
    """`waits` for a batch that is still to be published, empty if there is none, or none that takes packs any more."""
    batch_id = release.batch.rollover_to
    if batch_id is None:
        return ""
    later = env.catalog.release(batch_id)
    if later is None:
        campaign = env.catalog.campaign(release.campaign_id, consistent=True)
        batches = campaign.document.batches if campaign else []
        waits = any(batch.batch_id == batch_id and now_s < epoch_s(batch.closes_at) for batch in batches)
        return "waits" if waits else ""
    control = env.live.control_now(batch_id)
    if now_s >= later.closes_at_s or control.stopped or control.final:
        return ""
    return Target(later, control, env.reserves.get(batch_id))


def _at_rest(env: Environment, release: Release, now_s: int) -> Reserve | None:
    """The reserve, None while a reservation is on its way; one that somebody left behind is undone."""
    read = env.reserves.get(release.batch_id)
    if read.pending is None:
        return read
    if not read.pending.is_left_behind(now_s):
        return None
    return reserving.give_up(env, release.campaign_id, release.batch_id, now_s)


def _give(
    env: Environment, release: Release, control: Control, read: Reserve, step: int, target: Target | None, now_s: int
) -> dict[str, Any] | None:
    """What went, as far as it was not gone already; None if a transaction was refused."""
    packs = 0
    amounts = back = read.owed if read.owed is not None else _amounts(release, control, step)
    if read.owed is None and target:
        packs = packs_for(amounts, largest_cost(target.release.terms, 1))
    if packs and target:
        back = minus(amounts, times(largest_cost(target.release.terms, 1), packs))
        rolled = read.given(minus(amounts, back), owed=back)
        if not _roll_over(env, release, control, read, rolled, target, packs, now_s):
            return None
        read = rolled
    marked = env.controls.giving_back(release.batch_id, control, step)
    if not _release(env, release, read, marked, _NAMES[step], back, now_s):
        return None
    return {"amounts": amounts} | ({"packs": packs, "to": release.batch.rollover_to} if packs else {})


def _roll_over(
    env: Environment,
    release: Release,
    control: Control,
    read: Reserve,
    rolled: Reserve,
    target: Target,
    packs: int,
    now_s: int,
) -> bool:
    """`packs` are the later batch's, with the money that they cost: the reserve that was `read` is `rolled`."""
    moved, later = minus(rolled.released, read.released), target.release.batch_id
    key, step = record_key(release.batch_id, rolled.version, "rollover"), _NAMES[_next_step(control)]
    parts = [
        env.controls.giving(release.batch_id, control),
        env.reserves.part(release.batch_id, read, rolled),
        env.reserves.record(
            release.campaign_id, Record(key, "rollover", release.batch_id, moved, packs, now_s, step, later)
        ),
        *_receive(env, target, packs, moved),
    ]
    return _is_done(env, parts)


def _release(
    env: Environment, release: Release, read: Reserve, marked: dict[str, Any], step: str, back: Amounts, now_s: int
) -> bool:
    """`back` is its funders' again; `marked` is the control item's part, which says that the step is done."""
    parts = [marked]
    if any(back.values()):
        given = read.given(back)
        record = Record(
            record_key(release.batch_id, given.version, "release"), "release", release.batch_id, back, 0, now_s, step
        )
        parts += [
            env.reserves.part(release.batch_id, read, given),
            env.reserves.record(release.campaign_id, record),
            *releases(env.budgets.table, release.campaign_id, back),
        ]
    elif read.owed is not None:
        parts.append(env.reserves.part(release.batch_id, read, read.given({})))
    return _is_done(env, parts)


def _is_done(env: Environment, parts: list[dict[str, Any]]) -> bool:
    try:
        env.transact(parts)
    except TransactionFailed:
        return False
    return True


def _receive(env: Environment, target: Target, packs: int, moved: Amounts) -> list[dict[str, Any]]:
    """The later batch has so many packs more, in its shards too unless it is being counted."""
    batch_id, control = target.release.batch_id, target.control
    shares = spread(packs, target.release.shards) if control.state == "open" else []
    return [
        *env.stock.raising(batch_id, control, control.quantity + packs, shares),
        env.reserves.part(batch_id, target.reserve, target.reserve.grown(moved)),
        *raised(env, target.release, control.quantity + packs),
    ]

"""Give back what a batch can no longer cost, step by step, each once; design section 6.

Each step is one transaction: the step on the batch's control item, the batch's reserve, the funders' budgets, the
ledger's record, and where money rolls over, the later batch's quantity, stock and reserve. So a killed step did
nothing, a repeat finds it done, and two side by side are one. Guarded by
tests/store/test_rollover.py::test_a_killed_step_is_done_by_the_next,
tests/store/test_rollover.py::test_two_side_by_side_give_back_once.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from coupons.environment import Environment
from coupons.granting import raised
from coupons.ledger import Record, record_key
from coupons.moments import epoch_s
from coupons.releases import Control, Release, spread
from coupons.reserves import Amounts, Reserve, coupon_cost, largest_cost, minus, packs_for, times, total
from coupons.stores.budgets import releases, reservations
from coupons.stores.dynamodb import TransactionFailed

UNCLAIMED, EXPIRED = 1, 2
_NAMES = {UNCLAIMED: "unclaimed", EXPIRED: "expired"}


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
    """The steps that are due, one transaction each of 8 to 70 write units; what was done.

    A step waits while the batch that its money rolls over to is not published yet; where that one is over, or has no
    pack that the money pays for in whole, the funders get it. Raises Busy: the next call goes on.
    """
    did: list[dict[str, Any]] = []
    for _ in (UNCLAIMED, EXPIRED):
        control = env.live.control_now(release.batch_id)
        step = _next_step(control)
        if not step:
            break
        amounts = _amounts(release, control, step)
        target = _target(env, release, now_s)
        if target == "waits":
            break
        packs = _give(env, release, control, step, amounts, target if isinstance(target, Target) else None, now_s)
        if packs is None:
            break  # a twin was first, or something moved: the next call looks again
        done: dict[str, Any] = {"batch_id": release.batch_id, "step": f"gave back {_NAMES[step]}", "amounts": amounts}
        did.append(done | ({"packs": packs, "to": release.batch.rollover_to} if packs else {}))
    return did


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
    try:
        env.transact(parts)
    except TransactionFailed:
        return False
    return True


def _next_step(control: Control) -> int:
    if control.state != "open" or not control.final:
        return 0
    if control.given_back < UNCLAIMED:
        return UNCLAIMED
    return EXPIRED if control.given_back < EXPIRED and control.expired_at_s else 0


def _amounts(release: Release, control: Control, step: int) -> Amounts:
    if step == UNCLAIMED:
        return largest_cost(release.terms, control.quantity - control.claims)
    return total(coupon_cost(terms, unused) for terms, unused in zip(release.terms, control.unused, strict=True))


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
    if now_s >= later.closes_at_s or control.stopped:
        return ""
    return Target(later, control, env.reserves.get(batch_id))


def _give(
    env: Environment,
    release: Release,
    control: Control,
    step: int,
    amounts: Amounts,
    target: Target | None,
    now_s: int,
) -> int | None:
    """The packs that rolled over; None if the transaction was refused."""
    reserve = env.reserves.get(release.batch_id)
    pack = largest_cost(target.release.terms, 1) if target else {}
    packs = packs_for(amounts, pack) if target else 0
    moved = times(pack, packs)
    back = minus(amounts, moved)
    record = Record(
        record_key(release.batch_id, reserve.version + 1, "release"),
        "release",
        release.batch_id,
        back,
        0,
        now_s,
        step=_NAMES[step],
    )
    parts = [
        env.controls.giving_back(release.batch_id, control, step),
        env.reserves.part(release.batch_id, reserve, reserve.given(amounts)),
        env.reserves.record(release.campaign_id, record),
        *releases(env.budgets.table, release.campaign_id, back),
    ]
    if target and packs:
        rolled = replace(
            record,
            key=record_key(release.batch_id, reserve.version + 1, "rollover"),
            kind="rollover",
            amounts=moved,
            packs=packs,
            to_batch_id=target.release.batch_id,
        )
        parts += [env.reserves.record(release.campaign_id, rolled), *_receive(env, target, packs, moved)]
    try:
        env.transact(parts)
    except TransactionFailed:
        return None
    return packs


def _receive(env: Environment, target: Target, packs: int, moved: Amounts) -> list[dict[str, Any]]:
    """The later batch has so many packs more, in its shards too unless it is being counted."""
    batch_id, control = target.release.batch_id, target.control
    shares = spread(packs, target.release.shards) if control.state == "open" else []
    return [
        *env.stock.raising(batch_id, control, control.quantity + packs, shares),
        env.reserves.part(batch_id, target.reserve, target.reserve.grown(moved)),
        *raised(env, target.release, control.quantity + packs),
    ]

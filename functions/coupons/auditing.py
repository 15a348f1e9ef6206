"""Audits of a batch, a day and a campaign: recounted from the items, never from counters; resumable.

    begin ──▶ lines, orders, their coupons ──▶ claims ──▶ lines of open days again ──▶ reserves, records, budgets
    what is    what orders say of them          coupons     what moved meanwhile        what was set aside for them
    final                                       by state

Each phase records what it has counted under the audit's name (`sweep`), so that a call that runs out of time is gone on
with by the next; a name is for going on with a count, not for asking again days later. What was final at the beginning
is held exactly; what can still move, within the movements that were counted meanwhile.

For a season of ten million redemptions, two million claims and 3,000 merchants on 30 days: lines, orders and coupons
some 22 million read units, claims half a million, merchants' days 1.5 million, 1,500 folds; 3 dollars at list price and
under an hour of 20 s calls, 8 threads each. A batch costs the lines of all batches since it opened (1.5 million units a
ten million lines) and the orders of its own; a day its own lines.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from coupons import bookkeeping, equations
from coupons.audits import Audit, Beginning, Counted, Equation, Moment, Report, counted, damage_equation
from coupons.booking import count as count_bookings
from coupons.claims import DamagedClaim, Ruling
from coupons.damage import Damaged
from coupons.days import SettlementDay
from coupons.declaring import read
from coupons.environment import Environment
from coupons.matching import NO_PURSE
from coupons.moments import day_of
from coupons.money import Purse
from coupons.recounting import Scope, recount, total
from coupons.releases import Release
from coupons.releasing import EXPIRED, UNCLAIMED
from coupons.reserves import Amounts
from coupons.reserves import total as sum_of
from coupons.sweeping import SPAN, swept
from coupons.sweeps import Count, Fold
from coupons.sweeps import total as total_of
from coupons.tallies import BatchTally, Faults, Tally, together


@dataclass(frozen=True, slots=True)
class Recounted:
    """`lines` by day; `after`: those of the days that had not been closed, counted again after the claims.

    `counted`: how batches stood before, of which all was claimed that ever will be.
    """

    lines: dict[str, Tally]
    closed: frozenset[str]
    claims: Fold
    after: dict[str, Tally]
    counted: dict[str, Counted]

    def of_batch(self, batch_id: str) -> BatchTally:
        return together(tally.of(batch_id) for tally in self.lines.values())

    def meanwhile(self, batch_id: str) -> int:
        """Lines that were filed since each was counted first."""
        first = [tally.of(batch_id).lines for day, tally in self.lines.items() if day not in self.closed]
        return sum(tally.of(batch_id).lines for tally in self.after.values()) - sum(first)

    def spent(self, batch_id: str) -> Amounts:
        """As of the second count."""
        closed = [self.lines[day] for day in self.closed]
        return sum_of(tally.of(batch_id).net for tally in [*closed, *self.after.values()])

    def of_closed_days(self, batch_id: str) -> dict[str, Amounts]:
        return {day: self.lines[day].of(batch_id).net for day in self.closed}


def audit_batch(env: Environment, batch_id: str, sweep: str, now_s: int, deadline_s: float) -> Audit:
    """Recount the batch, strongly consistent. `sweep` names a count to go on with, empty starts one.

    `complete` False: time ran out (`deadline_s`, monotonic), or its money would not stand still; ask again with the
    `sweep` of the answer. Claims are counted before the shards are read: a pack that moves in between counts as
    unclaimed, never twice. A claim that cannot be read is counted and named; any other damaged item ends the audit with
    its key as the finding. Raises NotFound, Busy.
    """
    sweep = sweep or secrets.token_hex(8)
    try:
        return _audit_batch(env, batch_id, sweep, now_s, deadline_s)
    except Damaged as found:
        env.damages.note(found)
        return Audit(sweep=sweep, complete=True, damaged=Faults(1, [str(found)]))


def _audit_batch(env: Environment, batch_id: str, sweep: str, now_s: int, deadline_s: float) -> Audit:
    release = env.live.release(batch_id)
    name = f"audit#{batch_id}#{sweep}"
    beginning = _begin(env, name, [batch_id])
    found = _recount(env, name, beginning, {batch_id: release}, now_s, deadline_s)
    takes_bookings = release.batch.booking is not None
    booked = count_bookings(env, release, f"{name}#bookings", deadline_s) if takes_bookings else None
    moment = bookkeeping.moment(env, release.campaign_id) if found else None
    whole = found is not None and moment is not None and (booked is not None or not takes_bookings)
    count = found.claims.of(release.number) if found else None
    stock = _of_stock(env, release, count, beginning)
    money = tuple(_of_money(env, batch_id, found, moment)) if found and moment else ()
    damaged = found.claims.damaged if found else Faults()
    return Audit(sweep=sweep, complete=whole, booked=booked, of_money=money, damaged=damaged, **stock)


def audit_day(env: Environment, campaign_id: str, day: str, sweep: str, deadline_s: float) -> Report:
    """Recount the lines of a day, of all its merchants and batches: a settlement day is not one campaign's.

    A damaged item ends the audit with its key as the finding. Raises NotFound (no such campaign), Busy.
    """
    sweep = sweep or secrets.token_hex(8)
    try:
        return _audit_day(env, campaign_id, day, sweep, deadline_s)
    except Damaged as found:
        return _broken(env, day, sweep, found)


def _broken(env: Environment, of: str, sweep: str, found: Damaged) -> Report:
    env.damages.note(found)
    return Report(of, sweep, True, (damage_equation(Faults(1, [str(found)])),))


def _audit_day(env: Environment, campaign_id: str, day: str, sweep: str, deadline_s: float) -> Report:
    read(env, campaign_id)
    name = f"audit#{day}#{sweep}"
    beginning = _begin(env, name, [])
    days = [one for one in env.days.all(consistent=True) if one.day == day]
    closed = _still_closed(days, beginning)
    lines = recount(env, Scope(f"{name}#lines"), days, deadline_s)
    if lines is None:
        return Report(day, sweep)
    tally = lines.get(day, Tally())
    standing = "is closed" if closed else "is not closed"
    head = Equation(f"{day} {standing}: {tally.merchants} merchants, {tally.recounted.whole.lines} lines", True)
    recorded = env.day_folds.spent_on(day, env.catalog.published_ids()) if closed else {}
    found = [head, *_of_purses(env, tally, recorded, is_closed=bool(closed))]
    if closed:
        found.append(equations.of_merchants(tally))
    return Report(day, sweep, True, tuple(found))


def audit_campaign(env: Environment, campaign_id: str, sweep: str, now_s: int, deadline_s: float) -> Report:
    """Recount all published batches, and hold budgets, reserves, ledger and closed days against each other.

    Damage is found as by `audit_batch`. Raises NotFound, Busy.
    """
    sweep = sweep or secrets.token_hex(8)
    try:
        return _audit_campaign(env, campaign_id, sweep, now_s, deadline_s)
    except Damaged as found:
        return _broken(env, "campaign", sweep, found)


def _audit_campaign(env: Environment, campaign_id: str, sweep: str, now_s: int, deadline_s: float) -> Report:
    releases = bookkeeping.published(env, campaign_id)
    name = f"audit#{campaign_id}#{sweep}"
    beginning = _begin(env, name, releases)
    found = _recount(env, name, beginning, releases, now_s, deadline_s)
    moment = bookkeeping.moment(env, campaign_id) if found else None
    if found is None or moment is None:
        return Report("campaign", sweep)
    told = [damage_equation(found.claims.damaged)] if found.claims.damaged.number else []
    for batch_id, release in releases.items():
        stock = _of_stock(env, release, found.claims.of(release.number), beginning)
        of_batch = Audit(sweep, True, booked=None, of_money=tuple(_of_money(env, batch_id, found, moment)), **stock)
        told += [Equation(f"batch {batch_id}: {text}", holds) for text, holds in of_batch.equations()]
    closed = total(found.lines[day] for day in found.closed)
    told += [equations.of_merchants(closed), *equations.of_budgets(moment)]
    told += equations.of_ledger(moment, found.lines, found.closed)
    return Report("campaign", sweep, True, tuple(told))


def _of_purses(
    env: Environment, tally: Tally, recorded: Mapping[str, Amounts], *, is_closed: bool
) -> Iterator[Equation]:
    """A day's equations, those of each purse apart: batches under that of their release, lines under what they say."""

    def purse_of(batch_id: str) -> Purse:
        release = env.live.published_release(batch_id)
        return release.purse if release else NO_PURSE

    of_batches = {batch_id: purse_of(batch_id) for batch_id in tally.batches.keys() | recorded.keys()}
    said = [*tally.recounted.whole.by_purse, *tally.stored.whole.by_purse]
    for purse in sorted({*of_batches.values(), *said}):
        told = equations.of_lines(together(one for name, one in tally.batches.items() if of_batches[name] == purse))
        if is_closed:
            spent = {name: owed for name, owed in recorded.items() if of_batches[name] == purse}
            told += equations.of_day(purse, tally, spent)
        yield from (Equation(f"{purse}: {text}", holds) for text, holds in told)


def _begin(env: Environment, name: str, batch_ids: Iterable[str]) -> Beginning:
    days = {day.day: day.round if day.closed_at_s else 0 for day in env.days.all(consistent=True)}
    found = {batch_id: counted(env.live.control_now(batch_id)) for batch_id in batch_ids}
    return env.audit_folds.begin(name, Beginning(days, {name: one for name, one in found.items() if one}))


def _recount(
    env: Environment,
    name: str,
    beginning: Beginning,
    releases: Mapping[str, Release],
    now_s: int,
    deadline_s: float,
) -> Recounted | None:
    """Lines, claims, and lines again, of some batches; None while time runs out."""
    batch_ids = frozenset(releases)
    days = _since(env.days.all(consistent=True), releases)
    closed = _still_closed(days, beginning)
    first = [day for day in days if day.day in beginning.days]
    lines = recount(env, Scope(f"{name}#lines", batch_ids), first, deadline_s)
    claims = _count(env, name, releases, now_s, deadline_s) if lines is not None else None
    if lines is None or claims is None:
        return None
    later = [day for day in _since(env.days.all(consistent=True), releases) if day.day not in closed]
    after = recount(env, Scope(f"{name}#after", batch_ids, checks=False), later, deadline_s)
    return None if after is None else Recounted(lines, closed, claims, after, beginning.counted)


def _since(days: Sequence[SettlementDay], releases: Mapping[str, Release]) -> list[SettlementDay]:
    """Nothing can have been redeemed before its batch opened."""
    opened = [day_of(release.opens_at_s, release.timezone).isoformat() for release in releases.values()]
    return [day for day in days if opened and day.day >= min(opened)]


def _still_closed(days: Sequence[SettlementDay], beginning: Beginning) -> frozenset[str]:
    """Closed when the audit began, and not opened again since, which begins another round: no line was added."""
    return frozenset(day.day for day in days if beginning.days.get(day.day) == day.round)


def _count(env: Environment, name: str, releases: Mapping[str, Release], now_s: int, deadline_s: float) -> Fold | None:
    """Claims of each claim key once; batches of one exclusive group share one."""
    rulings = {release.number: env.live.control_now(batch_id).ruling for batch_id, release in releases.items()}

    def fold_of(release: Release, places: range) -> Fold:
        fold = Fold()
        for bucket in places:
            for claim, in_place in env.claims.beside_keys(release, bucket):
                if isinstance(claim, DamagedClaim):
                    env.damages.note(claim)
                    fold.take_damaged(claim)
                    continue
                fold.take(claim, now_s, rulings.get(claim.batch_number, Ruling()), in_place=in_place)
        return fold

    whole = Fold()
    for claim_key, release in {release.claim_key: release for release in releases.values()}.items():
        sweep_id = f"{name}#claims#{claim_key}"
        fold = swept(env, sweep_id, release.buckets, partial(fold_of, release), span=SPAN, deadline_s=deadline_s)
        if fold is None:
            return None
        whole = total_of([whole, fold])
    return whole


def _of_stock(env: Environment, release: Release, count: Count | None, beginning: Beginning) -> dict[str, Any]:
    """What stock and claims say. Shards are read before the control item: a raise meanwhile is in both, or in it."""
    shards = env.stock.shards(release.batch_id, release.shards)
    control = env.live.control_now(release.batch_id)
    remaining, over = sum(shard.remaining for shard in shards), counted(control)
    if not (release.from_stock or over) and count:
        remaining = control.quantity - count.claims  # its stock is not touched before the count after closing
    return {
        "quantity": control.quantity,
        "remaining": remaining,
        "claims": count.claims if count else 0,
        "astray": count.astray if count else 0,
        "coupons": {str(status): number for status, number in count.coupons.items()} if count else {},
        "pack_size": len(release.terms),
        "reclaimed": over is not None and over == beginning.counted.get(release.batch_id),
        "booked_on_record": control.booked,
        "refused": env.statistics.refused(release.batch_id),
    }


def _of_money(env: Environment, batch_id: str, found: Recounted, moment: Moment) -> Iterator[Equation]:
    tally, release = found.of_batch(batch_id), moment.releases[batch_id]
    recorded = {day: owed for day, owed in env.day_folds.spent(batch_id).items() if day in found.closed}
    yield from equations.of_lines(tally)
    yield equations.of_coupons(tally, found.claims.of(release.number).used, found.meanwhile(batch_id))
    yield equations.of_closed_days(found.of_closed_days(batch_id), recorded)
    yield from equations.of_reserve(batch_id, moment, found.spent(batch_id))
    yield from _of_steps(batch_id, found, moment)
    yield from equations.of_rest(batch_id, moment, found.of_closed_days(batch_id), found.after)


def _of_steps(batch_id: str, found: Recounted, moment: Moment) -> Iterator[Equation]:
    control, count = moment.controls[batch_id], found.claims.of(moment.releases[batch_id].number)
    is_still = batch_id in found.counted and found.counted[batch_id] == counted(control)
    if control.given_back >= UNCLAIMED and is_still:
        yield equations.of_unclaimed(batch_id, moment, count.claims)
    if control.given_back >= EXPIRED:
        yield equations.of_expired(batch_id, moment)
    if control.expired_at_s and is_still:
        yield equations.of_unused(control, count)

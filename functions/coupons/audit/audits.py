"""Audits of a batch, a day and a campaign: recounted from the items, never from counters; resumable.

    begin ──▶ lines, orders, their coupons ──▶ claims ──▶ lines of open days again ──▶ reserves, records, budgets
    what is    what orders say of them          coupons     what moved meanwhile        what was set aside for them
    final                                       by state

Each phase records what it has counted under the audit's name (`sweep`); if a call runs out of time, the next one
resumes it. What was final at the beginning must match exactly; the rest within the movements counted meanwhile.

A season of ten million redemptions, two million claims and 3,000 merchants on 30 days: about 22 million read units for
lines, orders and coupons, half a million for claims, 1.5 million for merchants' days; 1,500 folds; 3 dollars at list
price and under an hour of 20 s calls, 8 threads each.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from coupons.audit import equations, snapshot
from coupons.audit.matching import NO_PURSE
from coupons.audit.recount import Scope, recount, total
from coupons.claim.booking import count as count_bookings
from coupons.damage import Damaged
from coupons.model.batches import PublishedBatch
from coupons.model.claims import DamagedClaim, Ruling
from coupons.model.counts import Count, Fold
from coupons.model.counts import total as total_of
from coupons.model.days import SettlementDay
from coupons.model.findings import Audit, Beginning, Counted, Equation, Moment, Report, counted, damage_equation
from coupons.model.reserves import Amounts
from coupons.model.reserves import total as sum_of
from coupons.model.tallies import BatchTally, Faults, Tally, together
from coupons.money import Purse
from coupons.operate.declarations import read
from coupons.process.passes import SPAN, swept
from coupons.process.services import Services
from coupons.settle.give_back import EXPIRED, UNCLAIMED
from coupons.times import day_of


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


def audit_batch(services: Services, batch_id: str, sweep: str, now_s: int, deadline_s: float) -> Audit:
    """Recount the batch, strongly consistent. `sweep` names a count to go on with, empty starts one.

    `complete` False: time ran out (`deadline_s`, monotonic), or its money would not stand still; ask again with the
    `sweep` of the answer. Claims are counted before the shards are read: a pack that moves in between counts as
    unclaimed, never twice. A claim that cannot be read is counted and named; any other damaged item ends the audit with
    its key as the finding. Raises NotFound, Busy.
    """
    sweep = sweep or secrets.token_hex(8)
    try:
        return _audit_batch(services, batch_id, sweep, now_s, deadline_s)
    except Damaged as found:
        services.damages.note(found)
        return Audit(sweep=sweep, complete=True, damaged=Faults(1, [str(found)]))


def _audit_batch(services: Services, batch_id: str, sweep: str, now_s: int, deadline_s: float) -> Audit:
    batch = services.cache.batch(batch_id)
    name = f"audit#{batch_id}#{sweep}"
    beginning = _begin(services, name, [batch_id])
    found = _recount(services, name, beginning, {batch_id: batch}, now_s, deadline_s)
    takes_bookings = batch.document.booking is not None
    booked = count_bookings(services, batch, f"{name}#bookings", deadline_s) if takes_bookings else None
    moment = snapshot.moment(services, batch.campaign_id) if found else None
    whole = found is not None and moment is not None and (booked is not None or not takes_bookings)
    count = found.claims.of(batch.number) if found else None
    stock = _of_stock(services, batch, count, beginning)
    money = tuple(_of_money(services, batch_id, found, moment)) if found and moment else ()
    damaged = found.claims.damaged if found else Faults()
    return Audit(sweep=sweep, complete=whole, booked=booked, of_money=money, damaged=damaged, **stock)


def audit_day(services: Services, campaign_id: str, day: str, sweep: str, deadline_s: float) -> Report:
    """Recount the lines of a day, of all its merchants and batches: a settlement day is not one campaign's.

    A damaged item ends the audit with its key as the finding. Raises NotFound (no such campaign), Busy.
    """
    sweep = sweep or secrets.token_hex(8)
    try:
        return _audit_day(services, campaign_id, day, sweep, deadline_s)
    except Damaged as found:
        return _broken(services, day, sweep, found)


def _broken(services: Services, of: str, sweep: str, found: Damaged) -> Report:
    services.damages.note(found)
    return Report(of, sweep, True, (damage_equation(Faults(1, [str(found)])),))


def _audit_day(services: Services, campaign_id: str, day: str, sweep: str, deadline_s: float) -> Report:
    read(services, campaign_id)
    name = f"audit#{day}#{sweep}"
    beginning = _begin(services, name, [])
    days = [one for one in services.days.all(consistent=True) if one.day == day]
    closed = _still_closed(days, beginning)
    lines = recount(services, Scope(f"{name}#lines"), days, deadline_s)
    if lines is None:
        return Report(day, sweep)
    tally = lines.get(day, Tally())
    standing = "is closed" if closed else "is not closed"
    head = Equation(f"{day} {standing}: {tally.merchants} merchants, {tally.recounted.whole.lines} lines", True)
    recorded = services.day_folds.spent_on(day, services.catalog.published_ids()) if closed else {}
    found = [head, *_of_purses(services, tally, recorded, is_closed=bool(closed))]
    if closed:
        found.append(equations.of_merchants(tally))
    return Report(day, sweep, True, tuple(found))


def audit_campaign(services: Services, campaign_id: str, sweep: str, now_s: int, deadline_s: float) -> Report:
    """Recount all published batches, and hold budgets, reserves, ledger and closed days against each other.

    Damage is found as by `audit_batch`. Raises NotFound, Busy.
    """
    sweep = sweep or secrets.token_hex(8)
    try:
        return _audit_campaign(services, campaign_id, sweep, now_s, deadline_s)
    except Damaged as found:
        return _broken(services, "campaign", sweep, found)


def _audit_campaign(services: Services, campaign_id: str, sweep: str, now_s: int, deadline_s: float) -> Report:
    batches = snapshot.published(services, campaign_id)
    name = f"audit#{campaign_id}#{sweep}"
    beginning = _begin(services, name, batches)
    found = _recount(services, name, beginning, batches, now_s, deadline_s)
    moment = snapshot.moment(services, campaign_id) if found else None
    if found is None or moment is None:
        return Report("campaign", sweep)
    told = [damage_equation(found.claims.damaged)] if found.claims.damaged.number else []
    for batch_id, batch in batches.items():
        stock = _of_stock(services, batch, found.claims.of(batch.number), beginning)
        of_batch = Audit(
            sweep, True, booked=None, of_money=tuple(_of_money(services, batch_id, found, moment)), **stock
        )
        told += [Equation(f"batch {batch_id}: {text}", holds) for text, holds in of_batch.equations()]
    closed = total(found.lines[day] for day in found.closed)
    told += [equations.of_merchants(closed), *equations.of_budgets(moment)]
    told += equations.of_ledger(moment, found.lines, found.closed)
    return Report("campaign", sweep, True, tuple(told))


def _of_purses(
    services: Services, tally: Tally, recorded: Mapping[str, Amounts], *, is_closed: bool
) -> Iterator[Equation]:
    """A day's equations, those of each purse apart: batches under that of their release, lines under what they say."""

    def purse_of(batch_id: str) -> Purse:
        batch = services.cache.published_batch(batch_id)
        return batch.purse if batch else NO_PURSE

    of_batches = {batch_id: purse_of(batch_id) for batch_id in tally.batches.keys() | recorded.keys()}
    said = [*tally.recounted.whole.by_purse, *tally.stored.whole.by_purse]
    for purse in sorted({*of_batches.values(), *said}):
        told = equations.of_lines(together(one for name, one in tally.batches.items() if of_batches[name] == purse))
        if is_closed:
            spent = {name: owed for name, owed in recorded.items() if of_batches[name] == purse}
            told += equations.of_day(purse, tally, spent)
        yield from (Equation(f"{purse}: {text}", holds) for text, holds in told)


def _begin(services: Services, name: str, batch_ids: Iterable[str]) -> Beginning:
    days = {day.day: day.round if day.closed_at_s else 0 for day in services.days.all(consistent=True)}
    found = {batch_id: counted(services.cache.control_now(batch_id)) for batch_id in batch_ids}
    return services.audit_folds.begin(name, Beginning(days, {name: one for name, one in found.items() if one}))


def _recount(
    services: Services,
    name: str,
    beginning: Beginning,
    batches: Mapping[str, PublishedBatch],
    now_s: int,
    deadline_s: float,
) -> Recounted | None:
    """Lines, claims, and lines again, of some batches; None while time runs out."""
    batch_ids = frozenset(batches)
    days = _since(services.days.all(consistent=True), batches)
    closed = _still_closed(days, beginning)
    first = [day for day in days if day.day in beginning.days]
    lines = recount(services, Scope(f"{name}#lines", batch_ids), first, deadline_s)
    claims = _count(services, name, batches, now_s, deadline_s) if lines is not None else None
    if lines is None or claims is None:
        return None
    later = [day for day in _since(services.days.all(consistent=True), batches) if day.day not in closed]
    after = recount(services, Scope(f"{name}#after", batch_ids, checks=False), later, deadline_s)
    return None if after is None else Recounted(lines, closed, claims, after, beginning.counted)


def _since(days: Sequence[SettlementDay], batches: Mapping[str, PublishedBatch]) -> list[SettlementDay]:
    """Nothing can have been redeemed before its batch opened."""
    opened = [day_of(batch.opens_at_s, batch.timezone).isoformat() for batch in batches.values()]
    return [day for day in days if opened and day.day >= min(opened)]


def _still_closed(days: Sequence[SettlementDay], beginning: Beginning) -> frozenset[str]:
    """Closed when the audit began, and not opened again since, which begins another round: no line was added."""
    return frozenset(day.day for day in days if beginning.days.get(day.day) == day.round)


def _count(
    services: Services, name: str, batches: Mapping[str, PublishedBatch], now_s: int, deadline_s: float
) -> Fold | None:
    """Claims of each claim key once; batches of one exclusive group share one."""
    rulings = {batch.number: services.cache.control_now(batch_id).ruling for batch_id, batch in batches.items()}

    def fold_of(batch: PublishedBatch, places: range) -> Fold:
        fold = Fold()
        for bucket in places:
            for claim, in_place in services.claims.beside_keys(batch, bucket):
                if isinstance(claim, DamagedClaim):
                    services.damages.note(claim)
                    fold.take_damaged(claim)
                    continue
                fold.take(claim, now_s, rulings.get(claim.batch_number, Ruling()), in_place=in_place)
        return fold

    whole = Fold()
    for claim_key, batch in {batch.claim_key: batch for batch in batches.values()}.items():
        sweep_id = f"{name}#claims#{claim_key}"
        fold = swept(services, sweep_id, batch.buckets, partial(fold_of, batch), span=SPAN, deadline_s=deadline_s)
        if fold is None:
            return None
        whole = total_of([whole, fold])
    return whole


def _of_stock(services: Services, batch: PublishedBatch, count: Count | None, beginning: Beginning) -> dict[str, Any]:
    """What stock and claims say. Shards are read before the control item: a raise meanwhile is in both, or in it."""
    shards = services.stock.shards(batch.batch_id, batch.shards)
    control = services.cache.control_now(batch.batch_id)
    remaining, over = sum(shard.remaining for shard in shards), counted(control)
    if not (batch.from_stock or over) and count:
        remaining = control.quantity - count.claims  # its stock is not touched before the count after closing
    return {
        "quantity": control.quantity,
        "remaining": remaining,
        "claims": count.claims if count else 0,
        "astray": count.astray if count else 0,
        "coupons": {str(status): number for status, number in count.coupons.items()} if count else {},
        "pack_size": len(batch.terms),
        "reclaimed": over is not None and over == beginning.counted.get(batch.batch_id),
        "booked_on_record": control.booked,
        "refused": services.refusal_statistics.refused(batch.batch_id),
    }


def _of_money(services: Services, batch_id: str, found: Recounted, moment: Moment) -> Iterator[Equation]:
    tally, batch = found.of_batch(batch_id), moment.batches[batch_id]
    recorded = {day: owed for day, owed in services.day_folds.spent(batch_id).items() if day in found.closed}
    yield from equations.of_lines(tally)
    yield equations.of_coupons(tally, found.claims.of(batch.number).used, found.meanwhile(batch_id))
    yield equations.of_closed_days(found.of_closed_days(batch_id), recorded)
    yield from equations.of_reserve(batch_id, moment, found.spent(batch_id))
    yield from _of_steps(batch_id, found, moment)
    yield from equations.of_rest(batch_id, moment, found.of_closed_days(batch_id), found.after)


def _of_steps(batch_id: str, found: Recounted, moment: Moment) -> Iterator[Equation]:
    control, count = moment.controls[batch_id], found.claims.of(moment.batches[batch_id].number)
    is_still = batch_id in found.counted and found.counted[batch_id] == counted(control)
    if control.given_back >= UNCLAIMED and is_still:
        yield equations.of_unclaimed(batch_id, moment, count.claims)
    if control.given_back >= EXPIRED:
        yield equations.of_expired(batch_id, moment)
    if control.expired_at_s and is_still:
        yield equations.of_unused(control, count)

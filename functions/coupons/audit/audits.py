"""Audits of a batch, a day and a campaign. They count the stored items, never trust a counter, and can be resumed.

    1 begin      record which days are closed and which batches have a final count
    2 lines      count the settlement lines, each compared with its order and its coupon
    3 claims     count the claims and their coupons by state
    4 lines      count the lines of open days again: how many were filed since step 2
    5 draws      of lotteries, compare the claims with what was drawn (`draws.py`)
    6 snapshot   read budgets, reserves and ledger records as they are at one moment
    7 equations  compare the numbers

Steps 1 to 5 are recorded under the audit's name (`sweep`). If a call runs out of time, the next call with that name
resumes it. What was final at step 1 must match exactly; the rest within the number of lines filed since step 2.

A season of ten million redemptions, two million claims and 3,000 merchants on 30 days takes 22 million read units for
lines, orders and coupons, half a million for claims and 1.5 million for merchants' days, and 1,500 pieces. That is 3
dollars at list price, and under an hour in calls of 20 s with 8 threads each.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Mapping
from typing import Any

from coupons.audit import equations
from coupons.audit.draws import check_draw
from coupons.audit.evidence import Evidence, begin, gather, still_closed
from coupons.audit.matching import NO_PURSE
from coupons.audit.recount import RecountScope, recount
from coupons.audit.snapshot import published_batches, take_snapshot
from coupons.damage import Damaged
from coupons.model.batches import PublishedBatch
from coupons.model.counts import Count
from coupons.model.due_list import DueList
from coupons.model.findings import (
    AuditBeginning,
    AuditReport,
    BatchAudit,
    Equation,
    Snapshot,
    damage_equation,
    final_count,
)
from coupons.model.tallies import BatchTally, DayTally, Faults
from coupons.money import Amounts, Purse
from coupons.process.claim_passes import count_bookings
from coupons.process.documents import document_now
from coupons.process.services import Services
from coupons.settle.give_back import EXPIRED, UNCLAIMED


def audit_batch(services: Services, batch_id: str, sweep: str, now_s: int, deadline_s: float) -> BatchAudit:
    """Count the items of the batch with strong reads. `sweep` names the audit to resume; empty begins one.

    `complete` is False if time ran out (`deadline_s`, monotonic) or the campaign's money kept changing: call again with
    the answer's `sweep`. Claims are counted before the shards are read, so a pack that is claimed in between counts as
    unclaimed, never twice. A claim that cannot be read is counted and named. Any other damaged item ends the audit and
    is its only finding. Raises NotFound, Busy.
    """
    sweep = sweep or secrets.token_hex(8)
    try:
        return _audit_batch(services, batch_id, sweep, now_s, deadline_s)
    except Damaged as found:
        services.damages.note(found)
        return BatchAudit(sweep=sweep, complete=True, damaged=Faults(1, [str(found)]))


def _audit_batch(services: Services, batch_id: str, sweep: str, now_s: int, deadline_s: float) -> BatchAudit:
    batch = services.cache.batch(batch_id)
    name = f"audit#{batch_id}#{sweep}"
    beginning = begin(services, name, [batch_id])
    found = gather(services, name, beginning, {batch_id: batch}, now_s, deadline_s)
    takes_bookings = batch.document.booking is not None
    booked = count_bookings(services, batch, f"{name}#bookings", deadline_s) if takes_bookings else None
    drawn = check_draw(services, batch, name, booked, deadline_s)
    due = services.due_list.read(consistent=True)  # before the control items: what is due only becomes less
    snapshot = take_snapshot(services, batch.campaign_id) if found else None
    whole = None not in (found, drawn, snapshot) and (booked is not None or not takes_bookings)
    count = found.claims.of(batch.number) if found else None
    stock = _of_stock(services, batch, count, beginning)
    money = tuple(_of_money(services, batch_id, found, snapshot, due)) if found and snapshot else ()
    damaged = found.claims.damaged if found else Faults()
    return BatchAudit(
        sweep=sweep, complete=whole, booked=booked, of_money=money, of_draw=drawn or (), damaged=damaged, **stock
    )


def expired_counts(services: Services, batch_id: str) -> dict[str, int]:
    """What the expiry of the batch counted: claims, and coupons by status. Empty before, or if that item is damaged."""
    with services.damages.left_out():
        return services.cache.control_now(batch_id).expired_counts
    return {}


def audit_day(services: Services, campaign_id: str, day: str, sweep: str, deadline_s: float) -> AuditReport:
    """Count all lines of the day, whatever their campaign: merchants of several campaigns share a settlement day.

    Resumed as `audit_batch`. A damaged item ends the audit and is its only finding. Raises NotFound (no such campaign),
    Busy.
    """
    sweep = sweep or secrets.token_hex(8)
    try:
        return _audit_day(services, campaign_id, day, sweep, deadline_s)
    except Damaged as found:
        return _broken(services, day, sweep, found)


def _broken(services: Services, of: str, sweep: str, found: Damaged) -> AuditReport:
    services.damages.note(found)
    return AuditReport(of, sweep, True, (damage_equation(Faults(1, [str(found)])),))


def _audit_day(services: Services, campaign_id: str, day: str, sweep: str, deadline_s: float) -> AuditReport:
    document_now(services, campaign_id)
    name = f"audit#{day}#{sweep}"
    beginning = begin(services, name, [])
    days = [one for one in services.days.all(consistent=True) if one.day == day]
    closed = still_closed(days, beginning)
    lines = recount(services, RecountScope(f"{name}#lines"), days, deadline_s)
    if lines is None:
        return AuditReport(day, sweep)
    tally = lines.get(day, DayTally())
    state = "is closed" if closed else "is not closed"
    head = Equation(f"{day} {state}: {tally.merchants} merchants, {tally.recounted.whole.lines} lines", True)
    recorded = services.day_folds.spent_on(day, services.catalog.published_ids()) if closed else {}
    found = [head, *_of_purses(services, tally, recorded, is_closed=bool(closed))]
    if closed:
        found.append(equations.of_merchants(tally))
    return AuditReport(day, sweep, True, tuple(found))


def audit_campaign(services: Services, campaign_id: str, sweep: str, now_s: int, deadline_s: float) -> AuditReport:
    """Count the items of all published batches, and compare budgets, reserves, ledger and closed days.

    Resumed as `audit_batch`, with the same findings of damage. Raises NotFound, Busy.
    """
    sweep = sweep or secrets.token_hex(8)
    try:
        return _audit_campaign(services, campaign_id, sweep, now_s, deadline_s)
    except Damaged as found:
        return _broken(services, "campaign", sweep, found)


def _audit_campaign(services: Services, campaign_id: str, sweep: str, now_s: int, deadline_s: float) -> AuditReport:
    batches = published_batches(services, campaign_id)
    name = f"audit#{campaign_id}#{sweep}"
    beginning = begin(services, name, batches)
    found = gather(services, name, beginning, batches, now_s, deadline_s)
    drawn = {one: check_draw(services, batch, f"{name}#{one}", None, deadline_s) for one, batch in batches.items()}
    due = services.due_list.read(consistent=True)
    snapshot = take_snapshot(services, campaign_id) if found else None
    if found is None or snapshot is None or None in drawn.values():
        return AuditReport("campaign", sweep)
    told = [damage_equation(found.claims.damaged)] if found.claims.damaged.number else []
    for batch_id, batch in batches.items():
        stock = _of_stock(services, batch, found.claims.of(batch.number), beginning)
        money = tuple(_of_money(services, batch_id, found, snapshot, due))
        of_batch = BatchAudit(sweep, True, booked=None, of_money=money, of_draw=drawn[batch_id] or (), **stock)
        told += [Equation(f"batch {batch_id}: {text}", holds) for text, holds in of_batch.equations()]
    closed = DayTally.total(found.lines[day] for day in found.closed)
    told += [equations.of_merchants(closed), *equations.of_budgets(snapshot)]
    told += equations.of_ledger(snapshot, found.lines, found.closed)
    return AuditReport("campaign", sweep, True, tuple(told))


def _of_purses(
    services: Services, tally: DayTally, recorded: Mapping[str, Amounts], *, is_closed: bool
) -> Iterator[Equation]:
    """The day's equations for each purse: of a batch the one it was published with, of a line its own."""

    def purse_of(batch_id: str) -> Purse:
        batch = services.cache.published_batch(batch_id)
        return batch.purse if batch else NO_PURSE

    if unpaid := tally.batches.get(""):
        told = equations.of_lines(unpaid, NO_PURSE.currency, "places")
        yield from (Equation(f"check-ins that no batch pays: {text}", holds) for text, holds in told)
    of_batches = {batch_id: purse_of(batch_id) for batch_id in tally.batches.keys() | recorded.keys() if batch_id}
    said = [*tally.recounted.whole.by_purse, *tally.stored.whole.by_purse]
    for purse in sorted({*of_batches.values(), *said}):
        lines = BatchTally.total(one for name, one in tally.batches.items() if of_batches.get(name) == purse)
        told = equations.of_lines(lines, purse.currency)
        if is_closed:
            spent = {name: owed for name, owed in recorded.items() if of_batches[name] == purse}
            told += equations.of_day(purse, tally, spent)
        yield from (Equation(f"{purse}: {text}", holds) for text, holds in told)


def _of_stock(
    services: Services, batch: PublishedBatch, count: Count | None, beginning: AuditBeginning
) -> dict[str, Any]:
    """The numbers of stock and claims. Shards are read before the control item, so a raise between the reads only adds
    to the quantity.
    """
    shards = services.stock.shards(batch.batch_id, batch.shards)
    control = services.cache.control_now(batch.batch_id)
    remaining, over = sum(shard.remaining for shard in shards), final_count(control)
    if not (batch.from_stock or over) and count:
        remaining = control.quantity - count.claims  # its shards change only after closing
    return {
        "quantity": control.quantity,
        "remaining": remaining,
        "claims": count.claims if count else 0,
        "astray": count.astray if count else 0,
        "coupons": {str(status): number for status, number in count.coupons.items()} if count else {},
        "pack_size": len(batch.terms),
        "reclaimed": over is not None and over == beginning.counted.get(batch.batch_id),
        "booked_on_record": control.booked,
        "refused": services.refusal_counts.refused(batch.batch_id),
    }


def _of_money(
    services: Services, batch_id: str, found: Evidence, snapshot: Snapshot, due: DueList
) -> Iterator[Equation]:
    tally, batch = found.of_batch(batch_id), snapshot.batches[batch_id]
    recorded = {day: owed for day, owed in services.day_folds.spent(batch_id).items() if day in found.closed}
    used, meanwhile = found.claims.of(batch.number).used, found.meanwhile(batch_id)
    if batch.pays_venues:
        yield from equations.of_lines(tally, batch.purse.currency, "places")
        yield from equations.of_check_ins(tally, used, snapshot.controls[batch_id].quantity, meanwhile)
    else:
        yield from equations.of_lines(tally, batch.purse.currency)
        yield equations.of_coupons(tally, used, meanwhile)
    yield equations.of_closed_days(found.of_closed_days(batch_id), recorded, batch.purse.currency)
    yield from equations.of_reserve(batch_id, snapshot, found.spent(batch_id))
    yield from _of_steps(batch_id, found, snapshot)
    yield from equations.of_rest(batch_id, snapshot, found.of_closed_days(batch_id), found.after)
    yield from equations.of_due(snapshot.controls[batch_id], found.of_closed_days(batch_id), due.tells(batch_id))


def _of_steps(batch_id: str, found: Evidence, snapshot: Snapshot) -> Iterator[Equation]:
    if snapshot.batches[batch_id].pays_venues:
        return  # it has no claims, and its end moves no money: what is not spent is all in the rest
    control, count = snapshot.controls[batch_id], found.claims.of(snapshot.batches[batch_id].number)
    is_still = batch_id in found.counted and found.counted[batch_id] == final_count(control)
    if control.given_back >= UNCLAIMED and is_still:
        yield equations.of_unclaimed(batch_id, snapshot, count.claims)
    if control.given_back >= EXPIRED:
        yield equations.of_expired(batch_id, snapshot)
    if control.expired_at_s and is_still:
        yield equations.of_unused(control, count)

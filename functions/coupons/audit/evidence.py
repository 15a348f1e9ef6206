"""What an audit counts itself: lines, claims, and the lines of open days again. Each count can be resumed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from coupons.audit.marks import count_marks
from coupons.audit.recount import RecountScope, recount
from coupons.model.batches import PublishedBatch
from coupons.model.claims import DamagedClaim, Ruling
from coupons.model.counts import Fold, total
from coupons.model.days import SettlementDay
from coupons.model.findings import AuditBeginning, FinalCount, final_count
from coupons.model.tallies import BatchTally, DayTally
from coupons.money import Amounts
from coupons.process.passes import fold_spans
from coupons.process.services import Services
from coupons.times import DAY_S, day_of


@dataclass(frozen=True, slots=True)
class Evidence:
    """`lines`: of each day. `after`: of each day that is not in `closed`, counted again after the claims.

    `counted`: the batches that had a final count when the audit began.
    """

    lines: dict[str, DayTally]
    closed: frozenset[str]
    claims: Fold
    after: dict[str, DayTally]
    counted: dict[str, FinalCount]

    def of_batch(self, batch_id: str) -> BatchTally:
        return BatchTally.total(tally.of(batch_id) for tally in self.lines.values())

    def meanwhile(self, batch_id: str) -> int:
        """How many lines were filed between the first and the second count."""
        first = [tally.of(batch_id).lines for day, tally in self.lines.items() if day not in self.closed]
        return sum(tally.of(batch_id).lines for tally in self.after.values()) - sum(first)

    def spent(self, batch_id: str) -> Amounts:
        """What the lines of the second count cost."""
        closed = [self.lines[day] for day in self.closed]
        return Amounts.total(tally.of(batch_id).net for tally in [*closed, *self.after.values()])

    def of_closed_days(self, batch_id: str) -> dict[str, Amounts]:
        return {day: self.lines[day].of(batch_id).net for day in self.closed}


def begin(services: Services, name: str, batch_ids: Iterable[str]) -> AuditBeginning:
    """What was final when the audit `name` began. The first call records it, later calls read it."""
    days = {day.day: day.round if day.closed_at_s else 0 for day in services.days.all(consistent=True)}
    found = {batch_id: final_count(services.cache.control_now(batch_id)) for batch_id in batch_ids}
    return services.audit_folds.begin(name, AuditBeginning(days, {name: one for name, one in found.items() if one}))


def gather(
    services: Services,
    name: str,
    beginning: AuditBeginning,
    batches: Mapping[str, PublishedBatch],
    now_s: int,
    deadline_s: float,
) -> Evidence | None:
    """Lines, claims, and lines again, of these batches; None if time ran out: call again to resume."""
    batch_ids = frozenset(batches)
    days = _since(services.days.all(consistent=True), batches)
    closed = still_closed(days, beginning)
    first = [day for day in days if day.day in beginning.days]
    lines = recount(services, RecountScope(f"{name}#lines", batch_ids), first, deadline_s)
    claims = _count(services, name, batches, now_s, deadline_s) if lines is not None else None
    if lines is None or claims is None:
        return None
    later = [day for day in _since(services.days.all(consistent=True), batches) if day.day not in closed]
    after = recount(services, RecountScope(f"{name}#after", batch_ids, checks=False), later, deadline_s)
    return None if after is None else Evidence(lines, closed, claims, after, beginning.counted)


def _since(days: Sequence[SettlementDay], batches: Mapping[str, PublishedBatch]) -> list[SettlementDay]:
    """The days since the first batch opened; there are no lines of the batches before.

    Check-in to a slot that begins at midnight opens on the day before.
    """
    opened = [
        day_of(batch.opens_at_s - (DAY_S if batch.pays_venues else 0), batch.timezone).isoformat()
        for batch in batches.values()
    ]
    return [day for day in days if opened and day.day >= min(opened)]


def still_closed(days: Sequence[SettlementDay], beginning: AuditBeginning) -> frozenset[str]:
    """The days that were closed when the audit began and still are, in the same round: no line was added to them."""
    return frozenset(day.day for day in days if beginning.days.get(day.day) == day.round)


def _count(
    services: Services, name: str, batches: Mapping[str, PublishedBatch], now_s: int, deadline_s: float
) -> Fold | None:
    """All claims under the batches' claim keys, and the people whom batches paid venues for. Batches of one exclusive
    group share a claim key, counted once.
    """
    rulings = {batch.number: services.cache.control_now(batch_id).ruling for batch_id, batch in batches.items()}

    def fold_of(batch: PublishedBatch, places: range) -> Fold:
        fold = Fold()
        for bucket in places:
            for claim, in_place in services.claims.with_placement(batch, bucket):
                if isinstance(claim, DamagedClaim):
                    services.damages.note(claim)
                    fold.take_damaged(claim)
                    continue
                fold.take(claim, now_s, rulings.get(claim.batch_number, Ruling()), in_place=in_place)
        return fold

    folds = list[Fold]()
    for claim_key, batch in {batch.claim_key: batch for batch in batches.values()}.items():
        sweep_id = f"{name}#claims#{claim_key}"
        if batch.pays_venues:
            fold = count_marks(services, sweep_id, batch, deadline_s)
        else:
            fold = fold_spans(services, sweep_id, batch.buckets, partial(fold_of, batch), deadline_s=deadline_s)
        if fold is None:
            return None
        folds.append(fold)
    return total(folds)

"""Count the settlement lines of days from the items, and match each with its order and its coupon. Can be resumed.

    day ──▶ 16 buckets of merchants ──▶ merchant by merchant ──▶ 16 shards ──▶ lines, 100 at a time

What was read of a bucket is recorded every 2,000 lines, and when time runs out, as one piece with the place where
reading stopped. A killed call loses at most 2,000 lines a thread, and the next call under the same name resumes. A
thread holds one bucket's sums and 100 lines in memory.

Read units: 0.15 a line, 1 its order, 1 its coupon, 2 more a reversal; 17 a merchant's day, for its shards and
withholdings. Ten million redemptions take 22 million read units, 3 dollars at list price.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

from coupons.audit.matching import FiledLine, Matching
from coupons.currencies import money
from coupons.model.days import MerchantDay, SettlementDay
from coupons.model.orders import Line
from coupons.model.payouts import PAYOUTS, DaysWithholdings, SumsByPayout, payout_of
from coupons.model.pieces import Piece
from coupons.model.tallies import DayTally, Reading
from coupons.process.passes import Pass, run
from coupons.process.services import Services
from coupons.settle.statements import split_by_due
from coupons.stores import keys

CHUNK_LINES = 100
"""Lines whose orders and coupons are read together: one BatchGetItem takes 100 keys."""
PIECE_LINES = 2_000


@dataclass(frozen=True, slots=True)
class RecountScope:
    """`batch_ids`: the batches whose lines count; None for all. `checks`: match the lines, do not only count them."""

    sweep_id: str
    batch_ids: frozenset[str] | None = None
    checks: bool = True

    def takes(self, line: Line) -> bool:
        return self.batch_ids is None or line.batch_id in self.batch_ids


def recount(
    services: Services, scope: RecountScope, days: Sequence[SettlementDay], deadline_s: float
) -> dict[str, DayTally] | None:
    """The tally of each day; None if time ran out (`deadline_s`, monotonic): call again to resume. Raises Busy."""

    def read_on(day: SettlementDay, bucket: int, before: Piece[DayTally] | None) -> Piece[DayTally]:
        return _Walk(services, scope, day, before, deadline_s).read_on(services.days.merchants(day.day, bucket))

    passes = [Pass(f"{scope.sweep_id}#{day.day}", keys.DAY_BUCKETS, partial(read_on, day)) for day in days]
    found = run(services, services.audit_folds, passes, deadline_s=deadline_s)
    if found is None:
        return None
    return {day.day: DayTally.total(tallies) for day, tallies in zip(days, found, strict=True)}


class _Walk:
    """Reads the merchants of a bucket, from the end of the piece `before`."""

    def __init__(
        self,
        services: Services,
        scope: RecountScope,
        day: SettlementDay,
        before: Piece[DayTally] | None,
        deadline_s: float,
    ) -> None:
        self._services, self._scope, self._day, self._deadline_s = services, scope, day, deadline_s
        self._tally = before.value if before else DayTally()
        self._from = before.read_to if before else ""
        self._pending: list[FiledLine] = []
        self._lines = 0

    def read_on(self, merchants: list[MerchantDay]) -> Piece[DayTally]:
        from_merchant, _, place = self._from.partition("#")
        for merchant in merchants:
            if merchant.merchant_id < from_merchant:
                continue
            here = place if merchant.merchant_id == from_merchant else ""
            read_to = self._merchant(merchant, here)
            if read_to or self._is_over():
                self._check()
                return Piece(self._tally, f"{merchant.merchant_id}#{read_to or keys.LINE_SHARDS}")
        self._check()
        return Piece(self._tally, to_the_end=True)

    def _merchant(self, merchant: MerchantDay, place: str) -> str:
        """Read on; where reading stopped, as `shard#sort key`, or empty at the merchant's end."""
        first, _, after = place.partition("#")
        if first == str(keys.LINE_SHARDS):
            return ""
        reading = self._tally.reading or self._begin(merchant)
        withheld = DaysWithholdings(reading.withheld, self._day.day)
        for shard in range(int(first or 0), keys.LINE_SHARDS):
            for sort_key, line, in_place in self._services.audit_reads.in_shard(
                merchant.merchant_id, self._day.day, shard, after
            ):
                reading.split.of(payout_of(withheld.of(line.order_no))).take(line)
                self._take(FiledLine(merchant.merchant_id, line, in_place))
                if self._is_over():
                    self._tally.reading = reading
                    return f"{shard}#{sort_key}"
            after = ""
        self._finish(merchant, reading, withheld)
        return ""

    def _begin(self, merchant: MerchantDay) -> Reading:
        return Reading(self._services.registry.withheld(merchant.merchant_id) if self._scope.checks else [])

    def _take(self, filed: FiledLine) -> None:
        self._lines += 1
        if self._scope.takes(filed.line):
            self._tally.of(filed.line.batch_id).take(filed.line)
            self._pending.append(filed)
        if len(self._pending) == CHUNK_LINES:
            self._check()

    def _finish(self, merchant: MerchantDay, reading: Reading, withheld: DaysWithholdings) -> None:
        """Compare the merchant's lines with the sums that the day's close recorded. Of an open day it is not used."""
        self._tally.reading = None
        self._tally.merchants += 1
        self._tally.recounted.add(reading.split)
        split = split_by_due(self._services, merchant.merchant_id, self._day.day, merchant.sums, withheld)
        self._tally.stored.add(split)
        if not split.less(reading.split).is_nothing:
            told, found = _said(split), _said(reading.split)
            self._tally.wrong_merchants.take(f"{merchant.merchant_id} {self._day.day}: {told}, lines {found}")

    def _is_over(self) -> bool:
        return self._lines >= PIECE_LINES or self._services.clock.monotonic_s() >= self._deadline_s

    def _check(self) -> None:
        if self._scope.checks and self._pending:
            Matching(self._services, self._day.day, self._tally).of(self._pending)
        self._pending = []


def _said(split: SumsByPayout) -> str:
    """For each purse, such as `season CNY 2 lines, 1.00 CNY due + 0.00 CNY withheld + 0.00 CNY refused`."""
    told = []
    for purse, totals in sorted(split.whole.by_purse.items()):
        off = ((split.of(payout).of(purse).discount_minor, payout) for payout in PAYOUTS)
        parts = (f"{money(minor, purse.currency)} {payout}" for minor, payout in off)
        told.append(f"{purse} {totals.lines} lines, " + " + ".join(parts))
    return "; ".join(told) or "nothing"

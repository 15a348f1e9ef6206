"""How an audit began, and what it has read of each day's lines (table `catalog`).

| access | request | units |
|---|---|---|
| begin, once | PutItem, conditional | 1 |
| what is recorded of a pass, record what was read | `pieces.py` | |
"""

from __future__ import annotations

from dataclasses import asdict

from coupons.model.findings import AuditBeginning, FinalCount
from coupons.model.merchants import Withholding
from coupons.model.payouts import PAYOUTS, SumsByPayout
from coupons.model.tallies import BatchTally, DayTally, Faults, Reading
from coupons.stores import keys
from coupons.stores.attributes import Item
from coupons.stores.dynamodb import Dynamo
from coupons.stores.pieces import LongPieces
from coupons.stores.sums import rows_of, sums_of
from coupons.stores.values import by_funder


class AuditFolds(LongPieces[DayTally]):
    def __init__(self, dynamo: Dynamo, table: str) -> None:
        super().__init__(dynamo, table, lambda tally: {"tally": _fields(tally)}, lambda item: _tally(item["tally"]))

    def begin(self, sweep_id: str, beginning: AuditBeginning) -> AuditBeginning:
        """How the audit of this name began: as `beginning` says, if this is its first call."""
        counted = {batch_id: list(numbers) for batch_id, numbers in beginning.counted.items()}
        item = {**keys.fold(sweep_id, 0), "days": beginning.days, "counted": counted}
        existing = self._table.refuser(self._table.put("fold", item, "attribute_not_exists(pk)"))
        if existing is None:
            return beginning
        found = {batch_id: FinalCount(*numbers) for batch_id, numbers in existing["counted"].items()}
        return AuditBeginning(existing["days"], found)


def _fields(tally: DayTally) -> Item:
    reading = tally.reading
    return {
        "batches": {batch_id: asdict(of_batch) for batch_id, of_batch in tally.batches.items()},
        "recounted": _split_fields(tally.recounted),
        "stored": _split_fields(tally.stored),
        "merchants": tally.merchants,
        "wrong_merchants": asdict(tally.wrong_merchants),
        "split": _split_fields(reading.split) if reading else None,
        "withheld": [one.model_dump(mode="json") for one in reading.withheld] if reading else [],
    }


def _tally(fields: Item) -> DayTally:
    reading = None
    if fields["split"] is not None:
        withheld = [Withholding.model_validate(one) for one in fields["withheld"]]
        reading = Reading(withheld, _split(fields["split"]))
    return DayTally(
        batches={batch_id: _of_batch(of_batch) for batch_id, of_batch in fields["batches"].items()},
        recounted=_split(fields["recounted"]),
        stored=_split(fields["stored"]),
        merchants=fields["merchants"],
        wrong_merchants=Faults(**fields["wrong_merchants"]),
        reading=reading,
    )


def _of_batch(fields: Item) -> BatchTally:
    faults = {name: Faults(**fields[name]) for name in ("wrong_lines", "missing_lines", "wrong_coupons")}
    money = {name: by_funder(fields[name]) for name in ("spent", "back", "ordered")}
    return BatchTally(**(fields | faults | money))


def _split(fields: Item) -> SumsByPayout:
    return SumsByPayout(*(sums_of(fields[payout]) for payout in PAYOUTS))


def _split_fields(split: SumsByPayout) -> Item:
    return {payout: rows_of(split.of(payout)) for payout in PAYOUTS}

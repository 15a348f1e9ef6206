"""How an audit of a program's points began, and what it has counted of the accounts (table `catalog`).

| access | request | units |
|---|---|---|
| begin, once | PutItem, conditional | 1 |
| what is recorded of a pass, record what was read | `pieces.py` | |
"""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict

from coupons.model.points_audit import COUNTERS, FAULTS, PointsTally
from coupons.model.points_sums import PointsSums
from coupons.model.tallies import Faults
from coupons.stores import keys
from coupons.stores.attributes import Item
from coupons.stores.dynamodb import Dynamo
from coupons.stores.pieces import LongPieces
from coupons.stores.values import fields_of


class PointsFolds(LongPieces[PointsTally]):
    def __init__(self, dynamo: Dynamo, table: str) -> None:
        super().__init__(dynamo, table, lambda tally: {"tally": _fields(tally)}, lambda item: _tally(item["tally"]))

    def begin(self, sweep_id: str, counted: PointsSums) -> PointsSums:
        """What was counted of the program when the audit of this name began: `counted`, if this is its first call.

        Guarded by
        tests/store/points/test_liability.py::test_an_audit_that_goes_on_keeps_what_was_counted_when_it_began.
        """
        item = {**keys.fold(sweep_id, 0), "counted": _of_sums(counted)}
        existing = self._table.refuser(self._table.put("fold", item, "attribute_not_exists(pk)"))
        return counted if existing is None else _sums(existing["counted"])


def _fields(tally: PointsTally) -> Item:
    own = {name: dict(getattr(tally, name)) for name in COUNTERS}
    faults = {name: asdict(getattr(tally, name)) for name in FAULTS}
    return {"accounts": tally.accounts, "sums": _of_sums(tally.sums), **own, **faults}


def _tally(fields: Item) -> PointsTally:
    tally = PointsTally(accounts=fields["accounts"], sums=_sums(fields["sums"]))
    for name in COUNTERS:
        setattr(tally, name, Counter(fields[name]))
    for name in FAULTS:
        setattr(tally, name, Faults(**fields[name]))
    return tally


def _of_sums(sums: PointsSums) -> Item:
    return {**fields_of(sums, "lots"), "lots": {str(ends_at_s): points for ends_at_s, points in sums.lots.items()}}


def _sums(fields: Item) -> PointsSums:
    return PointsSums(**{**fields, "lots": Counter({int(name): points for name, points in fields["lots"].items()})})

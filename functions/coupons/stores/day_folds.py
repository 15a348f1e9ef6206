"""The sums of a settlement day while it is being closed, and what each batch spent (table `catalog`).

| access | request | units |
|---|---|---|
| what is recorded of a pass, record what was read | `pieces.py` | |
| record what a batch spent | PutItem, conditional | 1 |
| what a batch spent, by day | Query | 1 read unit each 4 KB |
| the last day on which a batch spent | Query, one item | 1 |
| what all batches spent on a day | BatchGetItem, strong | 1 read unit each |
"""

from __future__ import annotations

from collections.abc import Iterable

from coupons.model.days import SettlementDay, Sums
from coupons.money import Amounts
from coupons.stores import keys
from coupons.stores.attributes import Item
from coupons.stores.dynamodb import Dynamo
from coupons.stores.pieces import LongPieces
from coupons.stores.sums import rows_of, sums_of
from coupons.stores.values import by_funder


class DayFolds(LongPieces[Sums]):
    def __init__(self, dynamo: Dynamo, table: str) -> None:
        super().__init__(dynamo, table, lambda sums: {"sums": rows_of(sums)}, lambda item: sums_of(item["sums"]))

    def record_spent(self, day: SettlementDay, batch_id: str, owed: Amounts) -> None:
        """Record what each funder owes for a batch's lines of the day, unless a later round has recorded it."""
        item = {**keys.spent(batch_id, day.day), "amounts": owed, "round": day.round}
        self._table.tries(self._table.put("spent", item, "attribute_not_exists(pk) OR round < :r", r=day.round))

    def spent(self, batch_id: str) -> dict[str, Amounts]:
        """By day: what each funder owes for the batch's lines, redemptions less reversals."""
        prefix = keys.spent(batch_id, "")
        items = self._table.query(prefix["pk"], prefix["sk"], consistent=True)
        return {item["sk"].removeprefix(prefix["sk"]): self._amounts(item) for item in items}

    def last_day(self, batch_id: str) -> str:
        """The last day for which that is recorded; empty: none is. One read unit."""
        prefix = keys.spent(batch_id, "")
        items = self._table.query(prefix["pk"], prefix["sk"], consistent=True, page=1, backward=True)
        return next((item["sk"].removeprefix(prefix["sk"]) for item in items), "")

    def spent_on(self, day: str, batch_ids: Iterable[str]) -> dict[str, Amounts]:
        """The same of one day, by batch."""
        items = self._table.items([keys.spent(batch_id, day) for batch_id in batch_ids], consistent=True)
        return {keys.batch_of(item["pk"]): self._amounts(item) for item in items}

    def _amounts(self, item: Item) -> Amounts:
        return self._table.value(item, lambda i: by_funder(i["amounts"]))

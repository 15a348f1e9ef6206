"""Refused claims by cause (table `catalog`): a statistic, never exact.

| access | request | units |
|---|---|---|
| add what a process counted | UpdateItem `ADD`, sent once | 1 |
| read | GetItem | half a read unit |
"""

from __future__ import annotations

from collections.abc import Mapping

from coupons.stores import keys
from coupons.stores.attributes import Item
from coupons.stores.dynamodb import Dynamo
from coupons.stores.table import Table
from coupons.stores.values import amounts


class RefusalCounts:
    """`spike` sends each request once: a repeat could count twice, and a lost count does no harm."""

    def __init__(self, spike: Dynamo, table: str) -> None:
        self._table = Table(spike, table)

    def add_refused(self, batch_id: str, counts: Mapping[str, int]) -> None:
        causes = {str(place): cause for place, cause in enumerate(sorted(counts))}
        update = "ADD " + ", ".join(f"#{place} :{place}" for place in causes)
        numbers = {place: counts[cause] for place, cause in causes.items()}
        part = self._table.update("refusals", keys.refused(batch_id), update, **numbers)
        self._table.send(part.naming(**causes))

    def refused(self, batch_id: str) -> dict[str, int]:
        return self._table.get(keys.refused(batch_id), _counts, consistent=False) or {}


def _counts(item: Item) -> dict[str, int]:
    return amounts({cause: count for cause, count in item.items() if cause not in ("pk", "sk")})

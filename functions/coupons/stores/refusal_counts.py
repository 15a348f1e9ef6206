"""Refused claims by cause (table `catalog`): a statistic, never exact.

| access | request | units |
|---|---|---|
| add what a process counted | UpdateItem `ADD`, sent once | 1 |
| read | GetItem | half a read unit |
"""

from __future__ import annotations

from collections.abc import Mapping

from coupons.stores import keys
from coupons.stores.dynamodb import Dynamo, encode
from coupons.stores.values import amounts, value_of


class RefusalCounts:
    """`spike` sends each request once: a repeat could count twice, and nothing here is worth waiting for."""

    def __init__(self, spike: Dynamo, table: str) -> None:
        self._spike = spike
        self._table = table

    def add_refused(self, batch_id: str, counts: Mapping[str, int]) -> None:
        causes = sorted(counts)
        self._spike.call(
            "update_item",
            TableName=self._table,
            Key=encode(keys.refused(batch_id)),
            UpdateExpression="ADD " + ", ".join(f"#{place} :{place}" for place, _ in enumerate(causes)),
            ExpressionAttributeNames={f"#{place}": cause for place, cause in enumerate(causes)},
            ExpressionAttributeValues=encode({f":{place}": counts[cause] for place, cause in enumerate(causes)}),
        )

    def refused(self, batch_id: str) -> dict[str, int]:
        item = self._spike.get(self._table, keys.refused(batch_id), consistent=False) or {}
        counts = {cause: count for cause, count in item.items() if cause not in ("pk", "sk")}
        return value_of(self._table, item, lambda _: amounts(counts)) if item else {}

"""Counts of claims under limits (table `claims`): one item for each subject and period, or one for the last claim.

| access | request | units |
|---|---|---|
| what a claim is limited by | BatchGetItem, strong | 1 read unit each |
| count a claim | part of the claim's transaction | 2 |

A `PERIOD` item is `c`, the packs claimed in it. A `LAST` item is `n` and `t`, batch number and token of the last claim.
"""

from __future__ import annotations

from collections.abc import Sequence

from coupons.stores import keys
from coupons.stores.attributes import Item
from coupons.stores.dynamodb import Dynamo
from coupons.stores.parts import Part
from coupons.stores.table import Table, unchanged
from coupons.stores.values import sure


class Limits:
    def __init__(self, dynamo: Dynamo, table: str) -> None:
        self._table = Table(dynamo, table)
        self.table = table

    def read(self, wanted: Sequence[keys.Key]) -> list[Item]:
        """The items under `wanted` in its order, empty where nothing was counted yet; strongly consistent."""
        items = self._table.items(wanted, consistent=True)
        found = {keys.place_of(item): self._table.value(item, _counted) for item in items}
        return [found.get(keys.place_of(key), {}) for key in wanted]

    def count(self, key: keys.Key, packs_max: int) -> Part:
        """A transaction part: one pack more, if that is not above `packs_max`."""
        condition = "attribute_not_exists(c) OR c < :max"
        return self._table.update("limit", key, "ADD c :one", condition, one=1, max=packs_max)

    def replace_last(self, key: keys.Key, read: Item, number: int, token: str) -> Part:
        """A transaction part: this claim is the last one, if the one that was `read` still is."""
        condition, values = unchanged("t", read.get("t"))
        return self._table.update("limit", key, "SET n = :n, t = :t", condition, n=number, t=token, **values)


def _counted(item: Item) -> Item:
    if item["sk"] == keys.LAST:
        return {"n": sure(item["n"], int), "t": sure(item["t"], str)}
    return {"c": sure(item["c"], int)}

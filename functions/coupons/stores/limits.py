"""Limits as counted (table `claims`): one item a subject and period, or one for the last claim.

| access | request | units |
|---|---|---|
| what a claim is limited by | BatchGetItem, strong | 1 read unit each |
| count a claim | part of the claim's transaction | 2 |

A `PERIOD` item is `c`, the packs claimed in it. A `LAST` item is `n` and `t`, batch number and token of the last claim.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from coupons.stores import keys
from coupons.stores.dynamodb import Dynamo, Item, encode
from coupons.stores.values import sure, value_of


class Limits:
    def __init__(self, dynamo: Dynamo, table: str) -> None:
        self._dynamo = dynamo
        self.table = table

    def read(self, wanted: Sequence[keys.Key]) -> list[Item]:
        """The items under `wanted` in its order, empty where nothing was counted yet; strongly consistent."""
        items = self._dynamo.get_many({self.table: wanted}, consistent=True)[self.table]
        found = {keys.place_of(item): value_of(self.table, item, _counted) for item in items}
        return [found.get(keys.place_of(key), {}) for key in wanted]

    def count(self, key: keys.Key, packs_max: int) -> dict[str, Any]:
        """A transaction part: one pack more, if that is not above `packs_max`."""
        update, condition = "ADD c :one", "attribute_not_exists(c) OR c < :max"
        return self._update(key, update, condition, {":one": 1, ":max": packs_max})

    def replace_last(self, key: keys.Key, read: Item, number: int, token: str) -> dict[str, Any]:
        """A transaction part: this claim is the last one, if the last one is still the one that was `read`."""
        update, values = "SET n = :n, t = :t", {":n": number, ":t": token}
        if not read:
            return self._update(key, update, "attribute_not_exists(t)", values)
        return self._update(key, update, "t = :read", {**values, ":read": read["t"]})

    def _update(self, key: keys.Key, update: str, condition: str, values: Item) -> dict[str, Any]:
        return {
            "Update": {
                "TableName": self.table,
                "Key": encode(key),
                "UpdateExpression": update,
                "ConditionExpression": condition,
                "ExpressionAttributeValues": encode(values),
            }
        }


def _counted(item: Item) -> Item:
    if item["sk"] == keys.LAST:
        return {"n": sure(item["n"], int), "t": sure(item["t"], str)}
    return {"c": sure(item["c"], int)}

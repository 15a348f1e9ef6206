"""What limits count (table `claims`): one item for each subject and period, or one for the last claim.

| access | request | units |
|---|---|---|
| what a claim, or a use, is limited by | BatchGetItem, strong | 1 read unit each |
| count a claim | part of the claim's transaction | 2 |
| count a use, or reserve it for a hold | part of the transaction at the till | 2 |
| give a use back | part of the release's or reversal's transaction | 2 |

A `PERIOD` item is `c`, the packs claimed in it. Of a limit that counts redemptions, `c` are the coupons used, `h` the
deadlines of holds by order, and `v` a version that every write raises. A `LAST` item is `n` and `t`, batch number and
token of the last claim.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

from coupons.model.uses import Uses
from coupons.stores import keys
from coupons.stores.attributes import Item
from coupons.stores.dynamodb import Dynamo
from coupons.stores.parts import Part
from coupons.stores.table import Table, unchanged
from coupons.stores.values import amounts, sure

T = TypeVar("T")


class Limits:
    def __init__(self, dynamo: Dynamo, table: str) -> None:
        self._table = Table(dynamo, table)
        self.table = table

    def read(self, wanted: Sequence[keys.Key]) -> list[Item]:
        """The items under `wanted` in its order, empty where nothing was counted yet; strongly consistent."""
        return self._read(wanted, _counted, {})

    def uses(self, wanted: Sequence[keys.Key]) -> list[Uses]:
        """The same of limits that count redemptions."""
        return self._read(wanted, _uses, Uses())

    def count(self, key: keys.Key, packs_max: int) -> Part:
        """A transaction part: one pack more, if that is not above `packs_max`."""
        condition = "attribute_not_exists(c) OR c < :max"
        return self._table.update("limit", key, "ADD c :one", condition, one=1, max=packs_max)

    def replace_last(self, key: keys.Key, read: Item, number: int, token: str) -> Part:
        """A transaction part: this claim is the last one, if the one that was `read` still is."""
        condition, values = unchanged("t", read.get("t"))
        return self._table.update("limit", key, "SET n = :n, t = :t", condition, n=number, t=token, **values)

    def replace_uses(self, key: keys.Key, read: Uses, uses: Uses) -> Part:
        """A transaction part: `uses` are counted from now on, if those that were `read` still are.

        So two orders that both saw room for one more do not both take it. Guarded by
        tests/store/till/test_limit_races.py::test_two_tills_that_see_the_last_use_take_one.
        """
        condition, values = unchanged("v", read.version)
        values |= {"used": uses.used, "held": dict(uses.held), "version": uses.version}
        return self._table.update("limit", key, "SET c = :used, h = :held, v = :version", condition, **values)

    def release(self, key: keys.Key, order: str) -> Part:
        """A transaction part: this order holds none any more. Its hold has made the item.

        Guarded by tests/store/till/test_limits.py::test_nothing_is_released_that_was_never_counted.
        """
        update, condition = "REMOVE h.#order ADD v :one", "attribute_exists(h)"
        return self._table.update("limit", key, update, condition, one=1).naming(order=order)

    def give_back(self, key: keys.Key) -> Part:
        """A transaction part: one use less, because it was undone."""
        return self._table.update("limit", key, "ADD c :less, v :one", less=-1, one=1)

    def _read(self, wanted: Sequence[keys.Key], make: Callable[[Item], T], none: T) -> list[T]:
        items = self._table.items(wanted, consistent=True)
        found = {keys.place_of(item): self._table.value(item, make) for item in items}
        return [found.get(keys.place_of(key), none) for key in wanted]


def order_name(order: bytes) -> str:
    """How an order is named among the holds of an item."""
    return f"o:{keys.person_text(order)}"


def _counted(item: Item) -> Item:
    if item["sk"] == keys.LAST:
        return {"n": sure(item["n"], int), "t": sure(item["t"], str)}
    return {"c": sure(item["c"], int)}


def _uses(item: Item) -> Uses:
    return Uses(sure(item["c"], int), amounts(item["h"]), sure(item["v"], int))

"""Items of several tables, read strongly in one request.

    order, claim = services.orders.wanted("diner", "o-1"), services.claims.wanted(batch, person)
    found = services.read_together([order, claim])
    found.of(order)          what the store makes of the item; None: it is not there

Each item is as it was at some moment while the request was under way, and these moments may come in any order: of a
transaction that is applied meanwhile, one item may show the effect and another not yet (DynamoDB's developer guide,
"Isolation levels": a BatchGetItem is read-committed). Whoever decides by two of them says why that is enough.

An item becomes a value when it is asked for, so a damaged one fails only those who need it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from coupons.stores import keys
from coupons.stores.attributes import Item
from coupons.stores.dynamodb import Dynamo
from coupons.stores.values import value_of

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Wanted(Generic[T]):
    """An item to be read together with others, and what `make` reads of it; `Table.wanted` builds it."""

    table: str
    key: keys.Key
    make: Callable[[Item], T]

    @property
    def place(self) -> tuple[str, keys.Place]:
        return self.table, keys.place_of(self.key)


class Together:
    """What one read found."""

    def __init__(self, items: Mapping[tuple[str, keys.Place], Item | None]) -> None:
        self._items = items

    def of(self, wanted: Wanted[T]) -> T | None:
        """None if the item is not there; only what was asked for can be absent. Raises Damaged, of that item."""
        item = self._items[wanted.place]
        return None if item is None else value_of(wanted.table, item, wanted.make)


def read_together(dynamo: Dynamo, wanted: Sequence[Wanted[Any]]) -> Together:
    """One BatchGetItem, strong: 1 read unit each 4 KB of an item, and 1 for an absent one. Raises Busy.

    A key that stays unprocessed is Busy and never an absent item: guarded by
    tests/store/till/test_till_reads.py::test_a_key_that_stays_unprocessed_is_busy.
    """
    asked: dict[str, list[keys.Key]] = {}
    for one in wanted:
        asked.setdefault(one.table, []).append(one.key)
    items: dict[tuple[str, keys.Place], Item | None] = {one.place: None for one in wanted}
    for table, found in dynamo.get_many(asked, consistent=True).items():
        items |= {(table, keys.place_of(item)): item for item in found}
    return Together(items)

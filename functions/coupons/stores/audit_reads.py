"""Orders and settlement lines, many at a time, for audits (table `orders`).

| access | request | units |
|---|---|---|
| all lines of a shard | Query, strong, 1,000 a page | 1 read unit each 4 KB |
| orders, or lines, by key | BatchGetItem, strong, 100 a request | 1 read unit each |
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from coupons.model.orders import Line, OrderRecord
from coupons.stores import keys
from coupons.stores.dynamodb import Dynamo
from coupons.stores.orders import SHARD_PAGE_LINES, from_item, line_of
from coupons.stores.table import Table

OrderPlace = tuple[str, str]
"""Merchant and order number."""
LinePlace = tuple[str, str, str, str]
"""Merchant, day, order number, and reversal number or nothing."""


class LineInShard(NamedTuple):
    """A line and its sort key; `in_place`: its keys are those of the order and day that it names."""

    sort_key: str
    line: Line
    in_place: bool


class AuditReads:
    def __init__(self, dynamo: Dynamo, table: str) -> None:
        self._table = Table(dynamo, table)

    def in_shard(self, merchant_id: str, day: str, shard: int, after: str) -> Iterator[LineInShard]:
        """Each line of a shard after the sort key `after`, to the last page."""
        pk = keys.line_partition(merchant_id, day, shard)
        for item in self._table.query(pk, consistent=True, after=after, page=SHARD_PAGE_LINES):
            line = self._table.value(item, line_of)
            own = keys.line(merchant_id, day, line.order_no, line.reversal_no)
            yield LineInShard(item["sk"], line, own == keys.Key(pk=item["pk"], sk=item["sk"]))

    def orders(self, places: Iterable[OrderPlace]) -> dict[OrderPlace, OrderRecord]:
        """By the key of each order, whatever its item says; absent ones are left out."""
        wanted = {keys.order(*place)["pk"]: place for place in sorted(set(places))}
        items = self._table.items([keys.order(*place) for place in wanted.values()], consistent=True)
        return {wanted[item["pk"]]: self._table.value(item, from_item) for item in items}

    def there(self, places: Iterable[LinePlace]) -> set[LinePlace]:
        """Those of the places where a line is filed."""
        wanted = {tuple(keys.line(*place).values()): place for place in sorted(set(places))}
        items = self._table.items([keys.line(*place) for place in wanted.values()], consistent=True)
        return {wanted[item["pk"], item["sk"]] for item in items}

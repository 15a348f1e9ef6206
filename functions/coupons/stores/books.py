"""Orders and settlement lines as an audit reads them: many at a time (table `orders`).

| access | request | units |
|---|---|---|
| all lines of a shard | Query, strong, 1,000 a page | 1 read unit each 4 KB |
| orders, or lines, by key | BatchGetItem, strong, 100 a request | 1 read unit each |
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from coupons.orders import Line, OrderRecord
from coupons.stores import keys
from coupons.stores.dynamodb import Dynamo, encode
from coupons.stores.orders import SHARD_PAGE_LINES, from_item, line_of

OrderPlace = tuple[str, str]
"""Merchant and order number."""
LinePlace = tuple[str, str, str, str]
"""Merchant, day, order number, and reversal number or nothing."""


class Books:
    def __init__(self, dynamo: Dynamo, table: str) -> None:
        self._dynamo = dynamo
        self._table = table

    def in_shard(self, merchant_id: str, day: str, shard: int, after: str) -> Iterator[tuple[str, Line]]:
        """Sort key and line of each line of a shard after the sort key `after`, to the last page."""
        pk = keys.line_partition(merchant_id, day, shard)
        more: dict[str, Any] = {"ExclusiveStartKey": encode({"pk": pk, "sk": after})} if after else {}
        found = self._dynamo.query(self._table, pk, consistent=True, Limit=SHARD_PAGE_LINES, **more)
        return ((item["sk"], line_of(item)) for item in found)

    def orders(self, places: Iterable[OrderPlace]) -> dict[OrderPlace, OrderRecord]:
        """Absent ones are left out."""
        wanted = [keys.order(merchant_id, order_no) for merchant_id, order_no in sorted(set(places))]
        items = self._dynamo.get_many({self._table: wanted}, consistent=True)[self._table]
        return {(item["merchant_id"], item["order_no"]): from_item(item) for item in items}

    def there(self, places: Iterable[LinePlace]) -> set[LinePlace]:
        """Those of the lines that are filed."""
        wanted = [keys.line(*place) for place in sorted(set(places))]
        items = self._dynamo.get_many({self._table: wanted}, consistent=True)[self._table]
        return {(*keys.merchant_and_day_of(item["pk"]), item["order_no"], item["reversal_no"]) for item in items}

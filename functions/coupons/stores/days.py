"""Settlement days (table `orders`): which there were, which merchants may have had lines, their sums, what is closed.

| access | request | units |
|---|---|---|
| a merchant's first line of a day in a process: is it marked? | BatchGetItem of 2 | half a read unit each |
| mark a merchant, or a day | PutItem, UpdateItem | 1, once for all processes |
| all days | Query `DAYS` | half a read unit for each two months of service |
| the merchants of a day | Query of 16 buckets | 1 read unit each 4 KB |
| a merchant's sums | UpdateItem a campaign, and one more | 1 each KB |
| close, reopen | UpdateItem | 1 |
| a merchant's day | BatchGetItem of 2, Query, strong | 1 read unit each 4 KB |

A merchant's sums are an item a campaign, so that no number of campaigns makes one too large: at most 40 batches of 80
funders each of 76 bytes, 250 KB of DynamoDB's 400. They are valid when the merchant's own item has their round.

All of it is in the table of the lines, so that a till's function needs no write permission on the catalog table. A day
is one item for good. It changes in two ways only: it is closed, and `round` rises, and with it the names of its folds.
"""

from __future__ import annotations

from collections.abc import Sequence

from coupons.damage import Damaged, all_of
from coupons.model.days import MerchantDay, SettlementDay, Sums
from coupons.stores import keys
from coupons.stores.attributes import Item
from coupons.stores.dynamodb import Dynamo
from coupons.stores.sums import rows_of, sums_of
from coupons.stores.table import Table
from coupons.stores.values import reader, refuse_other_types, sure


class Days:
    def __init__(self, dynamo: Dynamo, table: str) -> None:
        self._table = Table(dynamo, table)

    def mark(self, day: str, ends_at_s: int, merchant_id: str) -> None:
        """The merchant is among those that may have lines of `day`, and the day is open until `ends_at_s` at least.

        The read spares all but the first process two writes, and decides nothing. A day that was closed is open again:
        the clock was set back, or a campaign in a zone with a later midnight was published after the close.

        Raises Damaged once the merchant is marked: a day that cannot be read is never closed, so lines may be filed.
        """
        stored, marked = self._read(day, merchant_id, consistent=False)
        if marked is None:
            key = keys.merchant_day(day, merchant_id)
            self._table.tries(self._table.put("merchant's day", key, "attribute_not_exists(pk)"))
        if isinstance(stored, Damaged):
            raise stored
        if stored is None or stored.closed_at_s or stored.ends_at_s < ends_at_s:
            update = "SET round = if_not_exists(round, :none) + :one, ends_at_s = :end, closed_at_s = :none"
            condition = "attribute_not_exists(pk) OR ends_at_s < :end OR closed_at_s > :none"
            end_s = max(ends_at_s, stored.ends_at_s if stored else 0)
            self._table.tries(self._table.update("day", keys.day(day), update, condition, end=end_s, one=1, none=0))

    def all(self, *, consistent: bool = False) -> list[SettlementDay]:
        """Every day that was ever marked, oldest first. Raises Damaged."""
        return list(all_of(self.each(consistent=consistent)))

    def each(self, *, consistent: bool = False) -> list[SettlementDay | Damaged]:
        """The same; `Damaged` takes the place of one that cannot be read, and its `sk` is the day."""
        return list(self._table.values(self._table.query(keys.DAYS, consistent=consistent), _day))

    def merchants(self, day: str, bucket: int) -> list[MerchantDay]:
        """The merchants marked in a bucket, read strongly to the last page. Damaged sums are left out."""
        items = self._table.query(keys.day_bucket(day, bucket), keys.MERCHANT, consistent=True)
        rows: dict[str, list[Item]] = {}
        for item in items:
            rows.setdefault(keys.merchant_in(item["sk"]), []).append(item)
        return [self._merchant_day(merchant_id, of_merchant) for merchant_id, of_merchant in rows.items()]

    def of_merchant(self, day: str, merchant_id: str) -> tuple[SettlementDay | None, MerchantDay | None]:
        """The day and the merchant, if they are marked; read strongly. Raises Damaged if the day cannot be read."""
        stored, marked = self._read(day, merchant_id, consistent=True)
        if isinstance(stored, Damaged):
            raise stored
        if marked is None or "round" not in marked:
            return stored, MerchantDay(merchant_id) if marked else None
        prefix = keys.merchant_sums(day, merchant_id)
        rows = self._table.query(prefix["pk"], prefix["sk"], consistent=True)
        return stored, self._merchant_day(merchant_id, [marked, *rows])

    def _merchant_day(self, merchant_id: str, items: Sequence[Item]) -> MerchantDay:
        """Without sums while a later round writes them, which has all campaigns of an earlier one."""
        found = list(self._table.values(items, _row))
        damaged = next((row for row in found if isinstance(row, Damaged)), None)
        if damaged is not None:
            return MerchantDay(merchant_id, damaged=damaged)
        (round_, _), *rows = [row for row in found if not isinstance(row, Damaged)]
        if any(of_row > round_ for of_row, _ in rows):
            return MerchantDay(merchant_id)
        return MerchantDay(merchant_id, round_, Sums.total(sums for _, sums in rows))

    def finish(self, day: SettlementDay, merchant_id: str, sums: Sums) -> None:
        """The merchant's sums of the whole day are these; those of a later round are not replaced."""
        condition = "attribute_not_exists(round) OR round < :r"
        for row in rows_of(sums):
            key = keys.merchant_sums(day.day, merchant_id, row["campaign_id"], row["currency"])
            update = "SET sums = :sums, round = :r"
            self._table.tries(self._table.update("merchant's sums", key, update, condition, sums=row, r=day.round))
        key = keys.merchant_day(day.day, merchant_id)
        self._table.tries(self._table.update("merchant's day", key, "SET round = :r", condition, r=day.round))

    def close(self, day: SettlementDay, now_s: int) -> bool:
        """The day is closed, once; False if another call was first, or the day was marked again since it was read."""
        update, condition = "SET closed_at_s = :now", "round = :r AND closed_at_s = :never"
        part = self._table.update("day", keys.day(day.day), update, condition, now=now_s, r=day.round, never=0)
        return self._table.tries(part)

    def reopen(self, day: SettlementDay) -> bool:
        """The day is open again, in another round; False if another call was first."""
        update = "SET closed_at_s = :never, round = round + :one"
        part = self._table.update("day", keys.day(day.day), update, "round = :r", never=0, one=1, r=day.round)
        return self._table.tries(part)

    def _read(
        self, day: str, merchant_id: str, *, consistent: bool
    ) -> tuple[SettlementDay | Damaged | None, Item | None]:
        wanted = [keys.day(day), keys.merchant_day(day, merchant_id)]
        items = {item["pk"]: item for item in self._table.items(wanted, consistent=consistent)}
        of_day = items.pop(keys.DAYS, None)
        stored = list(self._table.values([of_day] if of_day else [], _day))
        return stored[0] if stored else None, next(iter(items.values()), None)


_day = reader(SettlementDay, day="sk")


def _row(item: Item) -> tuple[int, Sums]:
    """The round, 0 before the first, and the sums of one campaign; a merchant's mark has no sums of its own."""
    if keys.is_mark(item["sk"]):
        return sure(item.get("round", 0), int), Sums()
    sums = sums_of([item["sums"]])
    refuse_other_types(sums)
    return sure(item["round"], int), sums

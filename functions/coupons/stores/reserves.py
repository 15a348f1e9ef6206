"""Reserves of batches, and the ledger's records (table `catalog`).

| access | request | units |
|---|---|---|
| a batch's reserve | GetItem, strong | 1 read unit |
| begin or end a reservation | PutItem | 1 |
| change it, with the record of the movement | parts of the transaction that moves the money | 2 each |
| records of a campaign, a page or all | Query, strong | 1 read unit each 4 KB |
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from itertools import islice
from typing import Any

from coupons.damage import Damaged
from coupons.model.ledger import LedgerRecord
from coupons.model.reserves import PendingReservation, Reserve
from coupons.stores import keys
from coupons.stores.dynamodb import ConditionFailed, Dynamo, Item, encode
from coupons.stores.values import by_funder, value_of, values_of
from coupons.times import wall_clock


class Reserves:
    def __init__(self, dynamo: Dynamo, table: str) -> None:
        self._dynamo = dynamo
        self._table = table

    def get(self, batch_id: str) -> Reserve:
        """Strongly consistent; empty before the batch is published."""
        item = self._dynamo.get(self._table, keys.reserve(batch_id), consistent=True)
        return value_of(self._table, item, _reserve) if item else Reserve()

    def put(self, batch_id: str, read: Reserve, new: Reserve) -> bool:
        """`new` in place of the reserve that was `read`; False if another stands by now."""
        try:
            self._dynamo.call("put_item", **self.part(batch_id, read, new)["Put"])
        except ConditionFailed:
            return False
        return True

    def part(self, batch_id: str, read: Reserve, new: Reserve) -> dict[str, Any]:
        """A transaction part: `new` in place of the reserve that was `read`."""
        fields: Item = asdict(new)
        put: dict[str, Any] = {
            "TableName": self._table,
            "Item": encode({**keys.reserve(batch_id), **fields}),
        }
        return {"Put": put | _as_read(read)}

    def still(self, batch_id: str, read: Reserve) -> dict[str, Any]:
        """A transaction part that holds as long as the reserve is the one that was `read`."""
        check = {"TableName": self._table, "Key": encode(keys.reserve(batch_id)), **_as_read(read)}
        return {"ConditionCheck": check}

    def record(self, campaign_id: str, record: LedgerRecord) -> dict[str, Any]:
        """A transaction part: one movement, once."""
        fields = {name: value for name, value in asdict(record).items() if name != "key"}
        return {
            "Put": {
                "TableName": self._table,
                "Item": encode({**keys.ledger(campaign_id, record.key), **fields}),
                "ConditionExpression": "attribute_not_exists(pk)",
            }
        }

    def page(self, campaign_id: str, after: str, limit: int) -> list[LedgerRecord | Damaged]:
        """Up to `limit` records after the key `after`."""
        pk = keys.ledger(campaign_id, "")["pk"]
        more: dict[str, Any] = {"ExclusiveStartKey": encode(keys.ledger(campaign_id, after))} if after else {}
        found = self._dynamo.query(self._table, pk, consistent=True, Limit=limit, **more)
        return list(values_of(self._table, islice(found, limit), _record))

    def records(self, campaign_id: str) -> Iterator[LedgerRecord]:
        """In order of batch and change."""
        items = self._dynamo.query(self._table, keys.ledger(campaign_id, "")["pk"], consistent=True)
        return (value_of(self._table, item, _record) for item in items)


def _record(item: Item) -> LedgerRecord:
    wall_clock(item["at_s"], "UTC")  # a second of no calendar is nobody's
    fields = {name: value for name, value in item.items() if name not in ("pk", "sk")}
    return LedgerRecord(key=item["sk"], **fields | {"amounts": by_funder(item["amounts"])})


def _reserve(item: Item) -> Reserve:
    return Reserve(
        reserved=by_funder(item["reserved"]),
        released=by_funder(item["released"]),
        version=item["version"],
        pending=_pending(item["pending"]) if item["pending"] else None,
        owed=None if item["owed"] is None else by_funder(item["owed"]),
    )


def _pending(fields: Item) -> PendingReservation:
    return PendingReservation(**fields | {name: by_funder(fields[name]) for name in ("left", "taken")})


def _as_read(read: Reserve) -> dict[str, Any]:
    if read.version == 0:
        return {"ConditionExpression": "attribute_not_exists(pk)"}
    return {"ConditionExpression": "version = :read", "ExpressionAttributeValues": encode({":read": read.version})}

"""Reserves of batches, and the ledger's records (table `catalog`).

| access | request | units |
|---|---|---|
| a batch's reserve | GetItem, strong | 1 read unit |
| change it, with the record of the movement | parts of the transaction that moves the money | 2 each |
| all records of a campaign | Query, strong, all pages | 1 read unit each 4 KB |
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

from coupons.ledger import Record
from coupons.reserves import Reserve
from coupons.stores import keys
from coupons.stores.dynamodb import Dynamo, Item, encode


class Reserves:
    def __init__(self, dynamo: Dynamo, table: str) -> None:
        self._dynamo = dynamo
        self._table = table

    def get(self, batch_id: str) -> Reserve:
        """Strongly consistent; empty before the batch is published."""
        item = self._dynamo.get(self._table, keys.reserve(batch_id), consistent=True)
        return Reserve(item["reserved"], item["released"], item["version"]) if item else Reserve()

    def part(self, batch_id: str, read: Reserve, new: Reserve) -> dict[str, Any]:
        """A transaction part: `new` in place of the reserve that was `read`."""
        fields: Item = {"reserved": new.reserved, "released": new.released, "version": new.version}
        put: dict[str, Any] = {
            "TableName": self._table,
            "Item": encode({**keys.reserve(batch_id), **fields}),
            "ConditionExpression": "version = :read",
            "ExpressionAttributeValues": encode({":read": read.version}),
        }
        if read.version == 0:
            put["ConditionExpression"] = "attribute_not_exists(pk)"
            del put["ExpressionAttributeValues"]
        return {"Put": put}

    def record(self, campaign_id: str, record: Record) -> dict[str, Any]:
        """A transaction part: one movement, once."""
        fields = {name: value for name, value in asdict(record).items() if name != "key"}
        return {
            "Put": {
                "TableName": self._table,
                "Item": encode({**keys.ledger(campaign_id, record.key), **fields}),
                "ConditionExpression": "attribute_not_exists(pk)",
            }
        }

    def records(self, campaign_id: str) -> Iterator[Record]:
        """In order of batch and change."""
        for item in self._dynamo.query(self._table, keys.ledger(campaign_id, "")["pk"], consistent=True):
            fields = {name: value for name, value in item.items() if name not in ("pk", "sk")}
            yield Record(key=item["sk"], **fields)

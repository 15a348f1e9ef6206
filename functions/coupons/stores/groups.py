"""Groups of persons (table `catalog`).

| access | request | units |
|---|---|---|
| is a person in a group | GetItem | half a read unit |
| which of these are or were in it | BatchGetItem, strong, 100 a request | 1 read unit each |
| new members with their count | one transaction of at most 99 members | 2 each |
| readmit, remove | BatchWriteItem, 25 a request | 1 each |

The group's own item counts whoever was ever admitted (`entitled`): a removed member's item stays, marked, so that the
count is exact and only grows. `fits` holds the quantity of each published batch that grants to the whole group without
stock; no transaction may let `entitled` grow above the smallest of them. `version` counts the changes of both.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from coupons.model.batches import PublishedBatch
from coupons.stores import keys
from coupons.stores.dynamodb import Dynamo, Item, encode
from coupons.stores.values import value_of

ADMITTED_AT_ONCE = 99
"""A transaction holds 100 items; one is the group's."""


@dataclass(frozen=True, slots=True)
class Group:
    entitled: int = 0
    version: int = 0
    fits: dict[str, int] = field(default_factory=dict)


class Groups:
    def __init__(self, dynamo: Dynamo, table: str) -> None:
        self._dynamo = dynamo
        self._table = table

    def get(self, group_id: str) -> Group:
        """Strongly consistent; an unknown group is empty."""
        item = self._dynamo.get(self._table, keys.group(group_id), consistent=True)
        return value_of(self._table, item, _group) if item else Group()

    def is_member(self, group_id: str, person: bytes) -> bool:
        item = self._dynamo.get(self._table, keys.member(group_id, person), consistent=False)
        return item is not None and _is_in(item)

    def known(self, group_id: str, persons: Sequence[bytes]) -> dict[bytes, bool]:
        """Those of `persons` who are, or were, members; True if they are."""
        wanted = {self._table: [keys.member(group_id, person) for person in persons]}
        items = self._dynamo.get_many(wanted, consistent=True)[self._table]
        return {keys.person_of(item["sk"]): _is_in(item) for item in items}

    def admit(self, group_id: str, group: Group, persons: Sequence[bytes]) -> None:
        """Up to 99 persons never seen before become members and are counted, all or none.

        Raises TransactionFailed: at place 0 if the group moved on, else at the places of those who were seen before.
        """
        grown = replace(group, entitled=group.entitled + len(persons))
        puts = [self._put_member(group_id, person) for person in persons]
        self._dynamo.transact([self.part(self._table, group_id, group, grown), *puts])

    def readmit(self, group_id: str, persons: Sequence[bytes]) -> None:
        """Members again, counted before. Idempotent."""
        puts = [{"PutRequest": {"Item": encode(keys.member(group_id, person))}} for person in persons]
        self._dynamo.write_many(self._table, puts)

    def remove(self, group_id: str, persons: Sequence[bytes]) -> None:
        """Members no longer; they stay counted. Idempotent."""
        marks = [{**keys.member(group_id, person), "removed": True} for person in persons]
        self._dynamo.write_many(self._table, [{"PutRequest": {"Item": encode(mark)}} for mark in marks])

    @staticmethod
    def part(table: str, group_id: str, read: Group, new: Group) -> dict[str, Any]:
        """A transaction part: `new` in place of the group that was `read`."""
        fields: Item = {"entitled": new.entitled, "version": read.version + 1, "fits": new.fits}
        put: dict[str, Any] = {
            "TableName": table,
            "Item": encode({**keys.group(group_id), **fields}),
            "ConditionExpression": "version = :read",
            "ExpressionAttributeValues": encode({":read": read.version}),
        }
        if read.version == 0:
            put["ConditionExpression"] = "attribute_not_exists(version)"
            del put["ExpressionAttributeValues"]
        return {"Put": put}

    def granting(self, group_id: str, read: Group, batch_id: str, quantity: int) -> dict[str, Any]:
        """A transaction part: `batch_id` has `quantity` packs for the whole group, which had not grown since."""
        return self.part(self._table, group_id, read, replace(read, fits={**read.fits, batch_id: quantity}))

    def raising(self, batch: PublishedBatch, quantity: int) -> list[dict[str, Any]]:
        """Transaction parts that let the group grow to `quantity`, if the published batch grants to all of it."""
        group_id = batch.document.eligibility.group_id
        if batch.from_stock or group_id is None:
            return []
        return [self.granting(group_id, self.get(group_id), batch.batch_id, quantity)]

    def _put_member(self, group_id: str, person: bytes) -> dict[str, Any]:
        return {
            "Put": {
                "TableName": self._table,
                "Item": encode(keys.member(group_id, person)),
                "ConditionExpression": "attribute_not_exists(pk)",
            }
        }


def _is_in(item: Item) -> bool:
    return not item.get("removed", False)


def _group(item: Item) -> Group:
    return Group(item["entitled"], item["version"], item["fits"])

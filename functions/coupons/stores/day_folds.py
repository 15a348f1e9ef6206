"""The folds of a day's close, and what they come to (table `catalog`).

| access | request | units |
|---|---|---|
| how far a sweep has come | BatchGetItem, strong | 1 read unit each |
| record a part of it | PutItem, conditional | 1 |
| record what a batch spent | PutItem, conditional | 1 |
| what a batch spent, by day | Query | 1 read unit each 4 KB |
| what all batches spent on a day | BatchGetItem, strong | 1 read unit each |
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from coupons.days import Part, SettlementDay
from coupons.stores import keys
from coupons.stores.days import sums_fields, sums_of
from coupons.stores.dynamodb import ConditionFailed, Dynamo, Item, encode


class DayFolds:
    def __init__(self, dynamo: Dynamo, table: str) -> None:
        self._dynamo = dynamo
        self._table = table

    def parts(self, sweep_id: str, places: int) -> dict[int, Part]:
        """What is recorded of a sweep, by place, read strongly."""
        wanted = {self._table: [keys.fold(sweep_id, place) for place in range(places)]}
        items = self._dynamo.get_many(wanted, consistent=True)[self._table]
        return {item["place"]: _part(item) for item in items}

    def record(self, sweep_id: str, place: int, standing: Part | None, part: Part) -> Part:
        """`part` stands in the place of `standing`, if that is how far it had come; else what a twin recorded stands.

        All twins add up the same lines, so whichever of them is first is right.
        """
        fields = {
            "place": place,
            "sums": sums_fields(part.sums),
            "read_to": part.read_to,
            "to_the_end": part.to_the_end,
        }
        condition, values = "attribute_not_exists(pk)", dict[str, Any]()
        if standing is not None:
            condition, values = "read_to = :before", {":before": standing.read_to}
        before = self._put(keys.fold(sweep_id, place), fields, condition, values)
        return part if before is None else _part(before)

    def record_spent(self, day: SettlementDay, batch_id: str, owed: dict[str, int]) -> None:
        """What each funder owes for a batch's lines of the day; not over a later round's."""
        condition, values = "attribute_not_exists(pk) OR #round < :r", {":r": day.round}
        self._put(keys.spent(batch_id, day.day), {"amounts": owed, "round": day.round}, condition, values)

    def spent(self, batch_id: str) -> dict[str, dict[str, int]]:
        """By day: what each funder owes for the batch's lines, redemptions less reversals."""
        prefix = keys.spent(batch_id, "")
        items = self._dynamo.query(self._table, prefix["pk"], prefix["sk"], consistent=True)
        return {item["sk"].removeprefix(prefix["sk"]): item["amounts"] for item in items}

    def spent_on(self, day: str, batch_ids: Iterable[str]) -> dict[str, dict[str, int]]:
        """The same of one day, by batch."""
        wanted = {self._table: [keys.spent(batch_id, day) for batch_id in batch_ids]}
        items = self._dynamo.get_many(wanted, consistent=True)[self._table]
        return {keys.batch_of(item["pk"]): item["amounts"] for item in items}

    def _put(self, key: keys.Key, fields: Item, condition: str, values: Item) -> Item | None:
        """None if it was written; else the item that stands."""
        put: dict[str, Any] = {
            "TableName": self._table,
            "Item": encode({**key, **fields}),
            "ConditionExpression": condition,
            "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
        }
        if values:
            put["ExpressionAttributeValues"] = encode(values)
        if "#round" in condition:
            put["ExpressionAttributeNames"] = {"#round": "round"}  # a reserved word of DynamoDB's expressions
        try:
            self._dynamo.call("put_item", **put)
        except ConditionFailed as refused:
            return refused.item or {}
        return None


def _part(item: Item) -> Part:
    return Part(sums_of(item["sums"]), item["read_to"], item["to_the_end"])

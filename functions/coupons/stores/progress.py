"""What is read of each place of a resumable sweep, and how far (table `catalog`); settlement days and audits share it.

| access | request | units |
|---|---|---|
| how far it has come | BatchGetItem, strong | 1 read unit each |
| record a piece of it | PutItem, conditional | 1 |
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Generic, Protocol, TypeVar

from coupons.stores import keys
from coupons.stores.dynamodb import ConditionFailed, Dynamo, Item, encode


class _Piece(Protocol):
    @property
    def read_to(self) -> str: ...


P = TypeVar("P", bound=_Piece)


class Progress(Generic[P]):
    """`to_item` and `of_item` are how a piece is stored, its `read_to` under that name."""

    def __init__(self, dynamo: Dynamo, table: str, to_item: Callable[[P], Item], of_item: Callable[[Item], P]) -> None:
        self._dynamo = dynamo
        self._table = table
        self._to_item, self._of_item = to_item, of_item

    def recorded(self, sweep_id: str, places: int) -> dict[int, P]:
        """What is recorded of a sweep, by place, read strongly."""
        wanted = {self._table: [keys.fold(sweep_id, place) for place in range(places)]}
        items = self._dynamo.get_many(wanted, consistent=True)[self._table]
        return {item["place"]: self._of_item(item) for item in items}

    def record(self, sweep_id: str, place: int, standing: P | None, piece: P) -> P:
        """`piece` stands in the place of `standing`, if that is how far it had come; else what a twin recorded stands.

        All twins read the same, so whichever of them is first is right.
        """
        condition, values = "attribute_not_exists(pk)", dict[str, Any]()
        if standing is not None:
            condition, values = "read_to = :before", {":before": standing.read_to}
        fields = {"place": place, **self._to_item(piece)}
        before = self._put(keys.fold(sweep_id, place), fields, condition, values)
        return piece if before is None else self._of_item(before)

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

"""What is read of each place of a resumable sweep, and how far (table `catalog`); settlement days and audits share it.

| access | request | units |
|---|---|---|
| how far it has come | BatchGetItem, strong | 1 read unit each |
| record a piece of it | PutItem, conditional | 1 |

A piece holds sums of all campaigns, batches and funders that it met, as many as there are, and an item 400 KB: it is
stored as compressed JSON, and what is too long for one item is put before it, under the name of its content. So twins
who read otherwise mix nothing, and a piece that is recorded is whole. Fifty campaigns of 40 batches of 80 funders, whom
no two share, are 10 items.
"""

from __future__ import annotations

import hashlib
import json
import zlib
from collections.abc import Callable
from typing import Any, Generic, Protocol, TypeVar

from coupons.stores import keys
from coupons.stores.dynamodb import ConditionFailed, Dynamo, Item, encode
from coupons.stores.values import refuse_other_types, sure, value_of

PART_BYTES = 300_000
"""Of an item's 400 KB (a BatchGetItem gives 16 MB, or asks for the rest again)."""


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
        """What is recorded of a sweep, by place, read strongly. Raises Damaged."""
        wanted = {self._table: [keys.fold(sweep_id, place) for place in range(places)]}
        items = self._dynamo.get_many(wanted, consistent=True)[self._table]
        return dict(
            value_of(self._table, item, lambda i: (sure(i["place"], int), self._piece(sweep_id, i))) for item in items
        )

    def record(self, sweep_id: str, place: int, standing: P | None, piece: P) -> P:
        """`piece` stands in the place of `standing`, if that is how far it had come; else what a twin recorded stands.

        All twins read the same, so whichever of them is first is right.
        """
        condition, values = "attribute_not_exists(pk)", dict[str, Any]()
        if standing is not None:
            condition, values = "read_to = :before", {":before": standing.read_to}
        first, digest, rest = _cut(self._to_item(piece))
        for number, part in enumerate(rest):
            self._dynamo.call(
                "put_item",
                TableName=self._table,
                Item=encode({**keys.fold_rest(sweep_id, place, digest, number), "part": part}),
            )
        fields = {"place": place, "read_to": piece.read_to, "piece": first, "digest": digest, "parts": len(rest)}
        before = self._put(keys.fold(sweep_id, place), fields, condition, values)
        return piece if before is None else value_of(self._table, before, lambda item: self._piece(sweep_id, item))

    def _piece(self, sweep_id: str, item: Item) -> P:
        names = [keys.fold_rest(sweep_id, item["place"], item["digest"], number) for number in range(item["parts"])]
        found = self._dynamo.get_many({self._table: names}, consistent=True)[self._table] if names else []
        parts = {rest["sk"]: rest["part"] for rest in found}
        whole = b"".join([item["piece"], *(parts[name["sk"]] for name in names)])
        piece = self._of_item(json.loads(zlib.decompress(whole)))
        refuse_other_types(piece)
        return piece

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


def _cut(fields: Item) -> tuple[bytes, str, list[bytes]]:
    """What stands in a piece's own item, the name of the whole, and what does not fit."""
    whole = zlib.compress(json.dumps(fields, separators=(",", ":")).encode())
    parts = [whole[start : start + PART_BYTES] for start in range(0, len(whole), PART_BYTES)]
    return parts[0], hashlib.sha256(whole).hexdigest()[:32], parts[1:]

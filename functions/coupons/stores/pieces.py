"""What resumable passes have read of each of their places (table `catalog`); `process/passes.py` says how they run.

| access | request | units |
|---|---|---|
| what is recorded of a pass | BatchGetItem, strong, 100 items a request | 1 read unit each |
| record what was read of a place | PutItem, conditional | 1 |

`folds.py`, `day_folds.py` and `audit_folds.py` say how the values of their passes are stored. The values of the last
two can be long: they hold sums of all campaigns, batches and funders they met, and an item holds 400 KB. They are
stored as compressed JSON. What is too long for one item is put first, into items that are named by the digest of the
content. So two invocations that read different content never mix their items, and a recorded piece is complete. 50
campaigns of 40 batches of 80 funders, all of them different, take 10 items.
"""

from __future__ import annotations

import hashlib
import json
import zlib
from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import Generic, TypeVar

from coupons.model.pieces import Piece
from coupons.stores import keys
from coupons.stores.attributes import Item
from coupons.stores.dynamodb import Dynamo
from coupons.stores.table import Table
from coupons.stores.values import refuse_other_types, sure

T = TypeVar("T")
PART_BYTES = 300_000
"""Bytes of a value in one item, whose limit is 400 KB."""


class Pieces(ABC, Generic[T]):
    """One item a place, that of its last record."""

    def __init__(self, dynamo: Dynamo, table: str) -> None:
        self._table = Table(dynamo, table)

    def recorded(self, sweep_id: str, places: int) -> dict[int, Piece[T]]:
        """What is recorded of the places 0 to `places` - 1, by place, read strongly. Raises Damaged."""
        items = self._table.items([keys.fold(sweep_id, place) for place in range(places)], consistent=True)
        return dict(self._table.value(item, lambda i: self._read(sweep_id, i)) for item in items)

    def record(self, sweep_id: str, place: int, before: Piece[T] | None, piece: Piece[T]) -> Piece[T]:
        """Replace `before` by `piece` if `before` is still recorded (None: nothing is); the piece that is recorded now.

        If another invocation recorded the place meanwhile, its piece stays: all invocations read the same content.
        """
        item = {**keys.fold(sweep_id, place), **self._fields(sweep_id, place, piece)}
        part = self._table.put("fold", item, "attribute_not_exists(pk)")
        if before is not None:
            part = self._table.put("fold", item, "read_to = :before", before=before.read_to)
        found = self._table.refuser(part)
        return piece if found is None else self._table.value(found, lambda item: self._read(sweep_id, item))[1]

    @abstractmethod
    def _fields(self, sweep_id: str, place: int, piece: Piece[T], /) -> Item:
        """How a piece is stored, beside its key."""

    @abstractmethod
    def _read(self, sweep_id: str, item: Item, /) -> tuple[int, Piece[T]]:
        """Place and piece of an item."""


class LongPieces(Pieces[T]):
    """`to_item` and `of_item`: the value as fields of JSON, and back."""

    def __init__(self, dynamo: Dynamo, table: str, to_item: Callable[[T], Item], of_item: Callable[[Item], T]) -> None:
        super().__init__(dynamo, table)
        self._to_item, self._of_item = to_item, of_item

    def _fields(self, sweep_id: str, place: int, piece: Piece[T]) -> Item:
        whole = {**self._to_item(piece.value), "read_to": piece.read_to, "to_the_end": piece.to_the_end}
        first, digest, rest = _cut(whole)
        for number, part in enumerate(rest):
            item = {**keys.fold_rest(sweep_id, place, digest, number), "part": part}
            self._table.send(self._table.put("fold", item))
        return {"place": place, "read_to": piece.read_to, "piece": first, "digest": digest, "parts": len(rest)}

    def _read(self, sweep_id: str, item: Item) -> tuple[int, Piece[T]]:
        place = sure(item["place"], int)
        names = [keys.fold_rest(sweep_id, place, item["digest"], number) for number in range(item["parts"])]
        found = self._table.items(names, consistent=True) if names else []
        parts = {rest["sk"]: rest["part"] for rest in found}
        whole = json.loads(zlib.decompress(b"".join([item["piece"], *(parts[name["sk"]] for name in names)])))
        value = self._of_item(whole)
        refuse_other_types(value)
        return place, Piece(value, sure(whole["read_to"], str), sure(whole["to_the_end"], bool))


def _cut(fields: Item) -> tuple[bytes, str, list[bytes]]:
    """The part in the piece's own item, the digest of all, and the parts that do not fit."""
    whole = zlib.compress(json.dumps(fields, default=dict, separators=(",", ":")).encode())
    parts = [whole[start : start + PART_BYTES] for start in range(0, len(whole), PART_BYTES)]
    return parts[0], hashlib.sha256(whole).hexdigest()[:32], parts[1:]

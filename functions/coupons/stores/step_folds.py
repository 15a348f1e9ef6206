"""What the steps of a draw after its commitment found in each place (table `catalog`): bytes. Accesses: `pieces.py`."""

from __future__ import annotations

from coupons.model.pieces import Piece
from coupons.stores.attributes import Item
from coupons.stores.pieces import Pieces
from coupons.stores.values import sure


class StepFolds(Pieces[bytes]):
    """An item holds 400 KB: what is longer is a file (`draw_files.py`), and its fold names it."""

    def _fields(self, _sweep_id: str, place: int, piece: Piece[bytes]) -> Item:
        return {"place": place, "found": piece.value}

    def _read(self, _sweep_id: str, item: Item) -> tuple[int, Piece[bytes]]:
        return sure(item["place"], int), Piece(sure(item["found"], bytes), to_the_end=True)

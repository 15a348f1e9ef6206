"""What the passes of a commitment made (table `catalog`): a run of each span of buckets, and the parts of the list.

One item a place, written once; accesses: `pieces.py`. The first one stands, also if two calls made different files.
"""

from __future__ import annotations

from coupons.damage import UnlikeError
from coupons.model.commitments import COUNT_BYTES, LINE_BYTES, PARTS, PartLine
from coupons.model.draw_runs import Run
from coupons.model.pieces import Piece
from coupons.stores.attributes import Item
from coupons.stores.pieces import Pieces
from coupons.stores.values import refuse_other_types, sure

PartLines = tuple[PartLine, ...]


class RunFolds(Pieces[Run]):
    """An item has 1.1 KB."""

    def _fields(self, _sweep_id: str, place: int, piece: Piece[Run]) -> Item:
        offsets = b"".join(offset.to_bytes(4, "big") for offset in piece.value.offsets)
        return {"place": place, "offsets": offsets, "file": bytes.fromhex(piece.value.file)}

    def _read(self, _sweep_id: str, item: Item) -> tuple[int, Piece[Run]]:
        packed = sure(item["offsets"], bytes)
        offsets = tuple(int.from_bytes(packed[at : at + 4], "big") for at in range(0, len(packed), 4))
        if len(offsets) != PARTS + 1 or list(offsets) != sorted(offsets):
            raise UnlikeError("offsets are not those of a run")
        run = Run(offsets, sure(item["file"], bytes).hex())
        return sure(item["place"], int), Piece(run, to_the_end=True)


class PartFolds(Pieces[PartLines]):
    """The lines of some parts that follow each other, as the commitment file has them."""

    def _fields(self, _sweep_id: str, place: int, piece: Piece[PartLines]) -> Item:
        lines = b"".join(line.count.to_bytes(COUNT_BYTES, "big") + line.sha256 for line in piece.value)
        return {"place": place, "lines": lines}

    def _read(self, _sweep_id: str, item: Item) -> tuple[int, Piece[PartLines]]:
        packed = sure(item["lines"], bytes)
        lines = tuple(
            PartLine(int.from_bytes(packed[at : at + COUNT_BYTES], "big"), packed[at + COUNT_BYTES : at + LINE_BYTES])
            for at in range(0, len(packed), LINE_BYTES)
        )
        refuse_other_types(lines)
        return sure(item["place"], int), Piece(lines, to_the_end=True)

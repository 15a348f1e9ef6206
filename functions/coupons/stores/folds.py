"""Counts of claims or bookings (table `catalog`): one item a span of buckets, written once; accesses: `pieces.py`."""

from __future__ import annotations

from dataclasses import asdict

from coupons.model.counts import Count, Fold
from coupons.model.pieces import Piece
from coupons.model.tallies import Faults
from coupons.stores.attributes import Item
from coupons.stores.pieces import Pieces
from coupons.stores.values import refuse_other_types, sure


class Folds(Pieces[Fold]):
    """A span is read in one go, so each of its pieces is read to the end."""

    def _fields(self, _sweep_id: str, place: int, piece: Piece[Fold]) -> Item:
        fold = piece.value
        counts = {str(number): _count_fields(count) for number, count in fold.by_batch.items()}
        return {"span": place, "fold": counts, "damaged": asdict(fold.damaged)}

    def _read(self, _sweep_id: str, item: Item) -> tuple[int, Piece[Fold]]:
        by_batch = {int(number): _count(count) for number, count in item["fold"].items()}
        fold = Fold(by_batch, Faults(**item["damaged"]))
        refuse_other_types(fold)
        return sure(item["span"], int), Piece(fold, to_the_end=True)


def _count_fields(count: Count) -> Item:
    redeemed = {str(place): number for place, number in count.redeemed.items()}
    numbers = {"claims": count.claims, "used": count.used, "astray": count.astray}
    return {**numbers, "coupons": dict(count.coupons), "redeemed": redeemed}


def _count(fields: Item) -> Count:
    redeemed = {int(place): number for place, number in fields["redeemed"].items()}
    return Count(fields["claims"], fields["coupons"], redeemed, fields["used"], fields["astray"])

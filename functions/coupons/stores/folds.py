"""Sweep folds (table `catalog`): one item a span of buckets, written once.

| access | request | units |
|---|---|---|
| record a span's fold | PutItem `attribute_not_exists` | 1 |
| all folds of a sweep | BatchGetItem, strong, 100 a request | 1 read unit each |
"""

from __future__ import annotations

from dataclasses import asdict

from coupons.model.counts import Count, Fold
from coupons.model.tallies import Faults
from coupons.stores import keys
from coupons.stores.dynamodb import ConditionFailed, Dynamo, Item, encode
from coupons.stores.values import refuse_other_types, sure, value_of


class Folds:
    def __init__(self, dynamo: Dynamo, table: str) -> None:
        self._dynamo = dynamo
        self._table = table

    def record(self, sweep_id: str, span: int, fold: Fold) -> bool:
        """Write the fold of `span` if nobody has; False if somebody had, and theirs stands."""
        item = {**keys.fold(sweep_id, span), "span": span, "fold": _fields(fold), "damaged": asdict(fold.damaged)}
        try:
            self._dynamo.call(
                "put_item", TableName=self._table, Item=encode(item), ConditionExpression="attribute_not_exists(pk)"
            )
        except ConditionFailed:
            return False
        return True

    def recorded(self, sweep_id: str, spans: int) -> dict[int, Fold]:
        """The folds that are there, by span, read strongly; the sweep is complete when all are. Raises Damaged."""
        wanted = {self._table: [keys.fold(sweep_id, span) for span in range(spans)]}
        items = self._dynamo.get_many(wanted, consistent=True)[self._table]
        return dict(value_of(self._table, item, _recorded) for item in items)


def _fields(fold: Fold) -> Item:
    return {str(number): _count_fields(count) for number, count in fold.by_batch.items()}


def _recorded(item: Item) -> tuple[int, Fold]:
    by_batch = {int(number): _count(count) for number, count in item["fold"].items()}
    fold = Fold(by_batch, Faults(**item["damaged"]))
    refuse_other_types(fold)
    return sure(item["span"], int), fold


def _count_fields(count: Count) -> Item:
    redeemed = {str(place): number for place, number in count.redeemed.items()}
    numbers = {"claims": count.claims, "used": count.used, "astray": count.astray}
    return {**numbers, "coupons": dict(count.coupons), "redeemed": redeemed}


def _count(fields: Item) -> Count:
    redeemed = {int(place): number for place, number in fields["redeemed"].items()}
    return Count(fields["claims"], fields["coupons"], redeemed, fields["used"], fields["astray"])

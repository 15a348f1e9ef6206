"""Booking items (table `claims`, always under `B#batch`).

| access | request | units |
|---|---|---|
| book | PutItem `attribute_not_exists` | 1 |
| read | GetItem, strong | 1 read unit |
| one person's of several batches | BatchGetItem, 100 a request | half a read unit a batch, absent ones too |
| cancel | DeleteItem | 1 |
| how many in a bucket | Query, strong, all pages | 1 read unit each 4 KB |
"""

from __future__ import annotations

from collections.abc import Sequence

from coupons.damage import Damaged
from coupons.model.batches import PublishedBatch
from coupons.model.claims import BookingRecord
from coupons.stores import keys
from coupons.stores.dynamodb import ConditionFailed, Dynamo, Item, decode, encode
from coupons.stores.values import value_of, values_of


class Bookings:
    def __init__(self, dynamo: Dynamo, table: str) -> None:
        self._dynamo = dynamo
        self._table = table

    def put(self, batch: PublishedBatch, person: bytes, now_s: int) -> BookingRecord | None:
        """None if booked now, else the booking that stands."""
        key = keys.booking(batch.booking_key, batch.booking_buckets, person)
        try:
            self._dynamo.call(
                "put_item",
                TableName=self._table,
                Item=encode({**key, "n": batch.number, "a": now_s}),
                ConditionExpression="attribute_not_exists(pk)",
                ReturnValuesOnConditionCheckFailure="ALL_OLD",
            )
        except ConditionFailed as refused:
            return value_of(self._table, refused.item or dict(key), _record)
        return None

    def get(self, batch: PublishedBatch, person: bytes) -> BookingRecord | None:
        key = keys.booking(batch.booking_key, batch.booking_buckets, person)
        item = self._dynamo.get(self._table, key, consistent=True)
        return value_of(self._table, item, _record) if item else None

    def of_person(self, batches: Sequence[PublishedBatch], person: bytes) -> dict[str, BookingRecord | Damaged]:
        """By batch; absent ones left out."""
        names = {batch.booking_key: batch.batch_id for batch in batches}
        wanted = [keys.booking(batch.booking_key, batch.booking_buckets, person) for batch in batches]
        items = self._dynamo.get_many({self._table: wanted}, consistent=False)[self._table]
        found = values_of(self._table, items, _record)
        return {names[keys.claim_key_of(item["pk"])]: one for item, one in zip(items, found, strict=True)}

    def count(self, batch: PublishedBatch, bucket: int) -> int:
        """Guarded by tests/store/stores/test_strong_reads.py::test_what_decides_is_read_strongly."""
        pk = keys.claim_bucket(batch.booking_key, bucket)
        found = self._dynamo.query(self._table, pk, keys.BOOKING, consistent=True, ProjectionExpression="sk")
        return sum(1 for _ in found)

    def delete(self, batch: PublishedBatch, person: bytes) -> BookingRecord | None:
        """Cancel; the booking that stood, None if there was none."""
        key = keys.booking(batch.booking_key, batch.booking_buckets, person)
        answer = self._dynamo.call("delete_item", TableName=self._table, Key=encode(key), ReturnValues="ALL_OLD")
        if not answer.get("Attributes"):
            return None
        return value_of(self._table, decode(answer["Attributes"]), _record)


def _record(item: Item) -> BookingRecord:
    return BookingRecord(item["n"], item["a"])

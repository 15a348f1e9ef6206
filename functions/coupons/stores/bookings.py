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

from collections.abc import Iterator, Sequence

from coupons.damage import Damaged
from coupons.model.batches import PublishedBatch
from coupons.model.claims import BookingRecord
from coupons.stores import keys
from coupons.stores.dynamodb import Dynamo
from coupons.stores.table import Table
from coupons.stores.values import reader

from_item = reader(BookingRecord, batch_number="n", booked_at_s="a")


class Bookings:
    def __init__(self, dynamo: Dynamo, table: str) -> None:
        self._table = Table(dynamo, table)

    def put(self, batch: PublishedBatch, person: bytes, now_s: int) -> BookingRecord | None:
        """None if booked now, else the booking that is there."""
        item = {**_key(batch, person), "n": batch.number, "a": now_s}
        existing = self._table.refuser(self._table.put("booking", item, "attribute_not_exists(pk)"))
        return None if existing is None else self._table.value(existing, from_item)

    def get(self, batch: PublishedBatch, person: bytes) -> BookingRecord | None:
        return self._table.get(_key(batch, person), from_item, consistent=True)

    def of_person(self, batches: Sequence[PublishedBatch], person: bytes) -> dict[str, BookingRecord | Damaged]:
        """By batch; absent ones are left out."""
        names = {batch.booking_key: batch.batch_id for batch in batches}
        items = self._table.items([_key(batch, person) for batch in batches], consistent=False)
        found = self._table.values(items, from_item)
        return {names[keys.claim_key_of(item["pk"])]: one for item, one in zip(items, found, strict=True)}

    def count(self, batch: PublishedBatch, bucket: int) -> int:
        """Guarded by tests/store/stores/test_strong_reads.py::test_what_decides_is_read_strongly."""
        pk = keys.claim_bucket(batch.booking_key, bucket)
        return sum(1 for _ in self._table.query(pk, keys.BOOKING, consistent=True, only="sk"))

    def in_bucket(self, batch: PublishedBatch, bucket: int) -> Iterator[BookingRecord | Damaged]:
        """Every booking of one bucket, read strongly to the last page."""
        pk = keys.claim_bucket(batch.booking_key, bucket)
        return self._table.values(self._table.query(pk, keys.BOOKING, consistent=True), from_item)

    def delete(self, batch: PublishedBatch, person: bytes) -> BookingRecord | None:
        """Cancel: the booking that was there, None if there was none."""
        deleted = self._table.send(self._table.delete("booking", _key(batch, person)), returns="ALL_OLD")
        return self._table.value(deleted, from_item) if deleted else None


def _key(batch: PublishedBatch, person: bytes) -> keys.Key:
    return keys.booking(batch.booking_key, batch.booking_buckets, person)

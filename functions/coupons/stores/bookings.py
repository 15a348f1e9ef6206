"""Booking items (table `claims`, always under `B#batch`).

| access | request | units |
|---|---|---|
| book, or enter a lottery | PutItem `attribute_not_exists` | 1 |
| read | GetItem, strong | 1 read unit |
| one person's of several batches | BatchGetItem, 100 a request | half a read unit a batch, absent ones too |
| some persons' of a batch | BatchGetItem, strong | 1 read unit each |
| cancel, remove the identity | DeleteItem, UpdateItem | 1 |
| how many in a bucket | Query, strong, all pages | 1 read unit each 4 KB |

An item is `pk, sk`, `n` batch number and `a` booked at; of a lottery also `e` entry, `w` weight, `s` share and `p`, the
person's identity sealed for the notary, until it is removed. The longest has 760 bytes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

from coupons.damage import Damaged
from coupons.model.batches import PublishedBatch
from coupons.model.claims import Booked, BookingRecord, Entered
from coupons.stores import keys
from coupons.stores.attributes import Item
from coupons.stores.dynamodb import Dynamo, NoAnswer, NotApplied
from coupons.stores.table import Table
from coupons.stores.values import reader

PUT_ATTEMPTS = 3
_NAMES = {"entry": "e", "weight": "w", "share": "s"}
_entered: Callable[[Item], Entered] = reader(Entered, **_NAMES, sealed=lambda item: item.get("p"))
from_item: Callable[[Item], BookingRecord] = reader(
    BookingRecord, batch_number="n", booked_at_s="a", entered=lambda item: _entered(item) if "e" in item else None
)


class Bookings:
    """`spike` sends each request once: `enter` counts its own attempts. `patient` tries again."""

    def __init__(self, spike: Dynamo, patient: Dynamo, table: str) -> None:
        self._spike = Table(spike, table)
        self._table = Table(patient, table)

    def put(self, batch: PublishedBatch, person: bytes, now_s: int) -> BookingRecord | None:
        """None if booked now, else the booking that is there."""
        item = {**_key(batch, person), "n": batch.number, "a": now_s}
        existing = self._table.refuser(self._table.put("booking", item, "attribute_not_exists(pk)"))
        return None if existing is None else self._table.value(existing, from_item)

    def enter(
        self,
        batch: PublishedBatch,
        person: bytes,
        booking: BookingRecord,
        still_young: Callable[[], bool],
    ) -> BookingRecord | None:
        """The same for a lottery. `still_young` is asked right before each attempt: none is sent too late.

        Raises NotApplied (no attempt was, or will be, applied) and NoAnswer (one may be: a repeat finds it).

        Guarded by tests/store/stores/test_entered_bookings.py::test_no_attempt_is_sent_when_the_request_is_old.
        """
        put = self._spike.put("booking", to_item(batch, person, booking), "attribute_not_exists(pk)")
        unknown = False
        for _ in range(PUT_ATTEMPTS):
            if not still_young():
                break
            try:
                existing = self._spike.refuser(put)
            except NotApplied:
                if unknown:
                    break
                raise
            except NoAnswer:
                unknown = True
            else:
                found = None if existing is None else self._spike.value(existing, from_item)
                return None if unknown and found == booking else found
        if unknown:
            raise NoAnswer(detail="The booking may or may not have been written; ask GET …/booking.")
        raise NotApplied(detail="The request took too long; nothing was booked.")

    def get(self, batch: PublishedBatch, person: bytes) -> BookingRecord | None:
        return self._table.get(_key(batch, person), from_item, consistent=True)

    def damaged(self, batch: PublishedBatch, person: bytes, reason: str) -> Damaged:
        """The person's booking, which cannot be what it says."""
        return Damaged(self._table.name, **_key(batch, person), reason=reason)

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

    def with_persons(self, batch: PublishedBatch, bucket: int) -> Iterator[Booked | Damaged]:
        """The same, each with its person."""
        pk = keys.claim_bucket(batch.booking_key, bucket)
        return self._table.values(self._table.query(pk, keys.BOOKING, consistent=True), _booked)

    def of_persons(self, batch: PublishedBatch, persons: Iterable[bytes]) -> dict[bytes, BookingRecord | Damaged]:
        """By person, read strongly; absent ones are left out."""
        items = self._table.items([_key(batch, person) for person in persons], consistent=True)
        found = self._table.values(items, from_item)
        return {keys.person_of(item["sk"]): one for item, one in zip(items, found, strict=True)}

    def forget(self, batch: PublishedBatch, person: bytes) -> None:
        """The booking no longer names its person to the notary; entry, weight and share stay."""
        self._table.tries(self._table.update("booking", _key(batch, person), "REMOVE p", "attribute_exists(p)"))

    def delete(self, batch: PublishedBatch, person: bytes) -> BookingRecord | None:
        """Cancel: the booking that was there, None if there was none."""
        deleted = self._table.send(self._table.delete("booking", _key(batch, person)), returns="ALL_OLD")
        return self._table.value(deleted, from_item) if deleted else None


def _booked(item: Item) -> Booked:
    return Booked(keys.person_of(item["sk"]), from_item(item))


def to_item(batch: PublishedBatch, person: bytes, booking: BookingRecord) -> Item:
    item: dict[str, Any] = {**_key(batch, person), "n": booking.batch_number, "a": booking.booked_at_s}
    if (entered := booking.entered) is not None:
        item |= {short: getattr(entered, name) for name, short in _NAMES.items()}
        if entered.sealed is not None:
            item["p"] = entered.sealed
    return item


def _key(batch: PublishedBatch, person: bytes) -> keys.Key:
    return keys.booking(batch.booking_key, batch.booking_buckets, person)

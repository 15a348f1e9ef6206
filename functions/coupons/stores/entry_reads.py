"""Entries of a lottery, many at a time (table `claims`): of a booking only what the list holds, without its identity.

| access | request | units |
|---|---|---|
| the records of a bucket | Query, strong, all pages | 1 read unit each 4 KB |

A booking of a lottery has about 200 bytes, so a million takes 50,000 units.
"""

from __future__ import annotations

from collections.abc import Iterator

from coupons.damage import Damaged
from coupons.model.batches import PublishedBatch
from coupons.model.entries import HASH_BYTES, SHARES_MAX, WEIGHT_MAX
from coupons.stores import keys
from coupons.stores.attributes import Item
from coupons.stores.dynamodb import Dynamo
from coupons.stores.table import Table

_TAILS = [[bytes((weight, share)) for share in range(SHARES_MAX + 1)] for weight in range(WEIGHT_MAX + 1)]


class EntryReads:
    def __init__(self, dynamo: Dynamo, table: str) -> None:
        self._table = Table(dynamo, table)

    def in_bucket(self, batch: PublishedBatch, bucket: int) -> Iterator[bytes | Damaged]:
        """The record of each booking of a bucket, read strongly; `Damaged` takes the place of one that has none.

        Guarded by tests/store/stores/test_strong_reads.py::test_what_decides_is_read_strongly.
        """
        pk = keys.claim_bucket(batch.booking_key, bucket)
        for item in self._table.query(pk, keys.BOOKING, consistent=True, only="sk, e, w, s"):
            yield _record(item) or Damaged(self._table.name, pk, item["sk"], "its entry, weight or share is missing")


def _record(item: Item) -> bytes:
    """34 bytes; none if the item is no booking of a lottery. Without the checks of `values.py`: it is read a million
    times.
    """
    entry, weight, share = item.get("e"), item.get("w"), item.get("s")
    if type(entry) is not bytes or type(weight) is not int or type(share) is not int:
        return b""
    is_sound = len(entry) == HASH_BYTES and 1 <= weight <= WEIGHT_MAX and 0 <= share <= SHARES_MAX
    return entry + _TAILS[weight][share] if is_sound else b""

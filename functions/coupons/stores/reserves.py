"""Reserves of batches, and the ledger's records (table `catalog`).

| access | request | units |
|---|---|---|
| a batch's reserve | GetItem, strong | 1 read unit |
| begin or end a reservation | PutItem | 1 |
| change it, with the record of the movement | parts of the transaction that moves the money | 2 each |
| records of a campaign, a page or all | Query, strong | 1 read unit each 4 KB |
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from itertools import islice

from coupons.damage import Damaged
from coupons.model.ledger import LedgerRecord
from coupons.model.reserves import PendingReservation, Reserve
from coupons.money import Amounts
from coupons.stores import keys
from coupons.stores.attributes import Item
from coupons.stores.dynamodb import Dynamo
from coupons.stores.parts import Part
from coupons.stores.table import Table, unchanged
from coupons.stores.values import by_funder, fields_of, reader
from coupons.times import wall_clock


class Reserves:
    def __init__(self, dynamo: Dynamo, table: str) -> None:
        self._table = Table(dynamo, table)

    def get(self, batch_id: str) -> Reserve:
        """Strongly consistent; empty before the batch is published."""
        return self._table.get(keys.reserve(batch_id), _reserve, consistent=True) or Reserve()

    def put(self, batch_id: str, read: Reserve, new: Reserve) -> bool:
        """`new` in place of the reserve that was `read`; False if it changed since."""
        return self._table.tries(self.part(batch_id, read, new))

    def part(self, batch_id: str, read: Reserve, new: Reserve) -> Part:
        """A transaction part: `new` in place of the reserve that was `read`."""
        condition, values = unchanged("version", read.version)
        return self._table.put("reserve", {**keys.reserve(batch_id), **asdict(new)}, condition, **values)

    def still(self, batch_id: str, read: Reserve) -> Part:
        """A transaction part that refuses if the reserve is not the one that was `read`."""
        condition, values = unchanged("version", read.version)
        return self._table.check("reserve", keys.reserve(batch_id), condition, **values)

    def moving(self, campaign_id: str, read: Reserve, new: Reserve, record: LedgerRecord) -> list[Part]:
        """Transaction parts: `new` in place of the reserve that was `read`, and the record of the movement, once."""
        return [self.part(record.batch_id, read, new), self._record(campaign_id, record)]

    def _record(self, campaign_id: str, record: LedgerRecord) -> Part:
        item = {**keys.ledger(campaign_id, record.key), **fields_of(record, "key")}
        return self._table.put("ledger", item, "attribute_not_exists(pk)")

    def page(self, campaign_id: str, after: str, limit: int) -> list[LedgerRecord | Damaged]:
        """Up to `limit` records after the key `after`."""
        pk = keys.ledger(campaign_id, "")["pk"]
        found = self._table.query(pk, consistent=True, after=after, page=limit)
        return list(self._table.values(islice(found, limit), _record))

    def records(self, campaign_id: str) -> Iterator[LedgerRecord]:
        """In order of batch and change."""
        items = self._table.query(keys.ledger(campaign_id, "")["pk"], consistent=True)
        return (self._table.value(item, _record) for item in items)


def _record(item: Item) -> LedgerRecord:
    wall_clock(item["at_s"], "UTC")  # raises for a second that no calendar has
    return _as_stored(item)


def _pending(item: Item) -> PendingReservation | None:
    return _reservation(item["pending"]) if item["pending"] else None


def _owed(item: Item) -> Amounts | None:
    return None if item["owed"] is None else by_funder(item["owed"])


_as_stored = reader(LedgerRecord, key="sk", amounts=lambda item: by_funder(item["amounts"]))
_reservation = reader(
    PendingReservation, left=lambda fields: by_funder(fields["left"]), taken=lambda fields: by_funder(fields["taken"])
)
_reserve = reader(
    Reserve,
    reserved=lambda item: by_funder(item["reserved"]),
    released=lambda item: by_funder(item["released"]),
    pending=_pending,
    owed=_owed,
)

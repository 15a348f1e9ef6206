"""What is published and read all the time (table `catalog`): published batches, their index, suspended districts.

| access | request |
|---|---|
| list published batches | Query `INDEX` |
| a published batch, the batch of a number, suspended districts | GetItem |

`documents.py` writes all of it.
"""

from __future__ import annotations

from contextlib import AbstractContextManager
from typing import NamedTuple

from coupons.damage import Damaged, expected
from coupons.model.batches import PublishedBatch
from coupons.stores import keys
from coupons.stores.batch_items import batch_of
from coupons.stores.dynamodb import Dynamo
from coupons.stores.table import Table
from coupons.stores.values import amounts, reader, strings, sure


class ListedBatch(NamedTuple):
    """A batch's line of the index: what wallets and the schedule need to know whether the batch concerns them.

    `campaign_ends_at_s` as the campaign document states it now. `last_expiry_s`: when the last coupon that can be
    claimed expires, with the extension.
    """

    batch_id: str
    campaign_id: str
    number: int
    claim_key: str
    buckets: int
    campaign_ends_at_s: int
    last_expiry_s: int
    pays_venues: bool = False
    """Nobody claims it."""


class Catalog:
    def __init__(self, dynamo: Dynamo, table: str) -> None:
        self._table = Table(dynamo, table)

    def published(self, *, consistent: bool = False) -> list[ListedBatch | Damaged]:
        """All published batches, and the damaged lines of the index.

        If a campaign's line is damaged, its batches are listed with 0 as its end: their coupons stay in wallets.
        """
        items = list(self._table.query(keys.INDEX, consistent=consistent))
        campaigns = [item for item in items if item["sk"].startswith(keys.INDEX_CAMPAIGN)]
        found = list(self._table.values(campaigns, lambda item: (item["sk"], sure(item["ends_at_s"], int))))
        damaged = [one for one in found if isinstance(one, Damaged)]
        ends = dict(one for one in found if not isinstance(one, Damaged)) | {one.sk: 0 for one in damaged}
        batches = [item for item in items if item["sk"].startswith(keys.INDEX_BATCH)]
        read = reader(
            ListedBatch,
            batch_id=lambda item: item["sk"].removeprefix(keys.INDEX_BATCH),
            campaign_ends_at_s=lambda item: ends[f"{keys.INDEX_CAMPAIGN}{item['campaign_id']}"],
            pays_venues=lambda item: item.get("pays_venues", False),
        )
        return [*damaged, *self._table.values(batches, read)]

    def published_ids(self) -> list[str]:
        """From the keys of the index alone, so that a damaged line does not hide its batch."""
        items = self._table.query(keys.INDEX, keys.INDEX_BATCH, consistent=False, only="sk")
        return [item["sk"].removeprefix(keys.INDEX_BATCH) for item in items]

    def listing(self, batch_id: str) -> AbstractContextManager[None]:
        """The index lists this batch: a batch that is not found in this block is reported as damage of its line."""
        return expected(self._table.name, **keys.index_batch(batch_id))

    def listed_by(self, line: Damaged) -> str | None:
        """The batch of a damaged line of the index, from its key; None for a campaign's line."""
        return line.sk.removeprefix(keys.INDEX_BATCH) if line.sk.startswith(keys.INDEX_BATCH) else None

    def suspended_districts(self, campaign_id: str) -> frozenset[str]:
        """Not part of the document's item: tills read it every second, and a document may be 100 times as large."""
        found = self._table.get(keys.suspended(campaign_id), lambda i: strings(i["districts"]), consistent=False)
        return frozenset(found or ())

    def ceilings(self, campaign_id: str) -> dict[str, int]:
        """By merchant: the most that the campaign pays it for check-ins. In the item of the suspended districts."""
        found = self._table.get(keys.suspended(campaign_id), lambda i: amounts(i.get("ceilings", {})), consistent=False)
        return found or {}

    def batch(self, batch_id: str) -> PublishedBatch | None:
        return self._table.get(keys.batch(batch_id), batch_of, consistent=True)

    def batch_id(self, number: int) -> str | None:
        return self._table.get(keys.number(number), lambda i: sure(i["batch_id"], str), consistent=True)

    def buckets(self, claim_key: str) -> int | None:
        """The frozen number of buckets of a claim key, None before its first batch."""
        return self._table.get(keys.claim_key(claim_key), lambda i: sure(i["buckets"], int), consistent=True)

"""What operators declare (table `catalog`): campaigns and releases.

| access | request |
|---|---|
| list campaigns / published batches | Query `INDEX` |
| a campaign, a release, suspended districts | GetItem |
| apply a document | one transaction: document, index, districts, changed budgets, merchants that join or leave |
| publish | one transaction: release, control, stock, number, claim key, index, each funder's reservation |
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from functools import partial
from typing import Any

from coupons.damage import Damaged, expected
from coupons.model.batches import Control, PublishedBatch
from coupons.model.campaigns import Campaign
from coupons.model.shards import spread
from coupons.refusals import Busy, Malformed, RevisionConflict
from coupons.stores import keys
from coupons.stores.batch_items import batch_fields, batch_of
from coupons.stores.budgets import below_reserved, declare
from coupons.stores.controls import control_item
from coupons.stores.dynamodb import TRANSACT_MAX, Dynamo, Item, TransactionFailed, encode
from coupons.stores.registry import enrol_merchant, withdraw_merchant
from coupons.stores.stock import stock_item
from coupons.stores.values import strings, sure, value_of, values_of
from coupons.times import epoch_s


@dataclass(frozen=True, slots=True)
class Standing:
    """A stored campaign document. `published` counts its published batches, so that freezing cannot race an edit."""

    document: Campaign
    published: int

    @property
    def revision(self) -> int:
        return self.document.revision or 0


@dataclass(frozen=True, slots=True)
class Published:
    """A line of the index: enough to know whose wallets and which minute of the schedule a batch concerns.

    `campaign_ends_at_s` as its document says now. `last_expiry_s`: the last coupon's that can be claimed, as extended.
    """

    batch_id: str
    campaign_id: str
    number: int
    claim_key: str
    buckets: int
    campaign_ends_at_s: int
    last_expiry_s: int


class Catalog:
    def __init__(self, dynamo: Dynamo, table: str) -> None:
        self._dynamo = dynamo
        self._table = table

    def published(self) -> list[Published | Damaged]:
        """Batches whose campaign's line is damaged are listed as of one that ended: coupons keep them in wallets."""
        items = list(self._dynamo.query(self._table, keys.INDEX, consistent=False))
        campaigns = [item for item in items if item["sk"].startswith(keys.INDEX_CAMPAIGN)]
        found = list(values_of(self._table, campaigns, lambda item: (item["sk"], sure(item["ends_at_s"], int))))
        damaged = [one for one in found if isinstance(one, Damaged)]
        ends = dict(one for one in found if not isinstance(one, Damaged)) | {one.sk: 0 for one in damaged}
        batches = [item for item in items if item["sk"].startswith(keys.INDEX_BATCH)]
        return [*damaged, *values_of(self._table, batches, partial(_published, ends))]

    def published_ids(self) -> list[str]:
        """By the keys of the index alone: no line is so damaged that its batch would be forgotten."""
        items = self._dynamo.query(
            self._table, keys.INDEX, keys.INDEX_BATCH, consistent=False, ProjectionExpression="sk"
        )
        return [item["sk"].removeprefix(keys.INDEX_BATCH) for item in items]

    def listing(self, batch_id: str) -> AbstractContextManager[None]:
        """The index lists this batch, so it is there."""
        return expected(self._table, **keys.index_batch(batch_id))

    def listed_by(self, line: Damaged) -> str | None:
        """The batch of a line of the index that cannot be read, by its key; None for a campaign's."""
        return line.sk.removeprefix(keys.INDEX_BATCH) if line.sk.startswith(keys.INDEX_BATCH) else None

    def declared(self) -> list[tuple[str, list[str]] | Damaged]:
        """Every campaign with the batches that its document declares, published or not."""
        items = self._dynamo.query(self._table, keys.INDEX, keys.INDEX_CAMPAIGN, consistent=True)
        return list(values_of(self._table, items, _declared))

    def campaign(self, campaign_id: str, *, consistent: bool = False) -> Standing | None:
        item = self._dynamo.get(self._table, keys.campaign(campaign_id), consistent=consistent)
        return value_of(self._table, item, _standing) if item else None

    def campaigns(self, campaign_ids: Iterable[str]) -> list[Standing | Damaged]:
        wanted = {self._table: [keys.campaign(campaign_id) for campaign_id in campaign_ids]}
        items = self._dynamo.get_many(wanted, consistent=False)[self._table]
        return list(values_of(self._table, items, _standing))

    def suspended_districts(self, campaign_id: str) -> frozenset[str]:
        """An item of its own: tills ask every second, and a document may be a hundred times as large."""
        item = self._dynamo.get(self._table, keys.suspended(campaign_id), consistent=False)
        return value_of(self._table, item, lambda i: frozenset(strings(i["districts"]))) if item else frozenset()

    def apply(self, document: Campaign, *, standing: Standing | None, also: Sequence[dict[str, Any]] = ()) -> Campaign:
        """Store `document` in place of `standing`, with the budgets and merchants that differ, all or nothing.

        The stored one. `also` are parts that hold while nobody is publishing what it changes; Busy if somebody is.

        Raises RevisionConflict if another revision stands by now, or a batch was published since `standing` was read,
        BudgetExceeded if a budget falls below what is reserved of it, Malformed if it changes more than one transaction
        holds.
        """
        campaign_id = document.campaign_id
        stood = {m.merchant_id for m in standing.document.merchants} if standing else set()
        joined = [merchant for merchant in document.merchants if merchant.merchant_id not in stood]
        left = sorted(stood - {merchant.merchant_id for merchant in document.merchants})
        stored = document.model_copy(update={"revision": standing.revision + 1 if standing else 1})
        before = {f.funder_id: f.budget_minor for f in standing.document.funders} if standing else {}
        funders = [f for f in document.funders if before.get(f.funder_id) != f.budget_minor]
        index = {"batch_ids": [b.batch_id for b in document.batches], "ends_at_s": epoch_s(document.ends_at)}
        parts = [
            self._put_campaign(stored, standing),
            self._put(keys.index_campaign(campaign_id), index),
            *[declare(self._table, campaign_id, f.funder_id, f.budget_minor) for f in funders],
            *[part for m in joined for part in enrol_merchant(self._table, campaign_id, m)],
            *[withdraw_merchant(self._table, campaign_id, merchant_id) for merchant_id in left],
            self._put(keys.suspended(campaign_id), {"districts": document.suspended_districts}),
            *also,
        ]
        if len(parts) > TRANSACT_MAX:
            much = f"{len(funders)} changed budgets, {len(joined)} new merchants and {len(left)} that left"
            raise Malformed(errors=[{"place": "body", "message": f"{much} are too much for one revision; send two"}])
        try:
            self._dynamo.transact(parts)
        except TransactionFailed as failure:
            if 0 in failure.items:
                raise _moved_on(failure.items[0]) from failure
            if min(failure.items) >= len(parts) - len(also):
                raise Busy(detail="A batch that the document changes is being published; try again.") from failure
            raise below_reserved(failure, funders, first=2, currency=document.currency) from failure
        return stored

    def batch(self, batch_id: str) -> PublishedBatch | None:
        item = self._dynamo.get(self._table, keys.batch(batch_id), consistent=True)
        return value_of(self._table, item, batch_of) if item else None

    def batch_id(self, number: int) -> str | None:
        item = self._dynamo.get(self._table, keys.number(number), consistent=True)
        return value_of(self._table, item, lambda i: sure(i["batch_id"], str)) if item else None

    def buckets(self, claim_key: str) -> int | None:
        """The frozen number of buckets of a claim key, None before its first batch."""
        item = self._dynamo.get(self._table, keys.claim_key(claim_key), consistent=True)
        return value_of(self._table, item, lambda i: sure(i["buckets"], int)) if item else None

    def still_declared(self, batch_id: str, standing: Standing) -> list[dict[str, Any]]:
        """Transaction parts that hold until the batch is published, or its document is at another revision."""
        batch = {"TableName": self._table, "Key": encode(keys.batch(batch_id))}
        campaign = {"TableName": self._table, "Key": encode(keys.campaign(standing.document.campaign_id))}
        same = {
            "ConditionExpression": "revision = :read",
            "ExpressionAttributeValues": encode({":read": standing.revision}),
        }
        return [
            {"ConditionCheck": {**batch, "ConditionExpression": "attribute_not_exists(pk)"}},
            {"ConditionCheck": campaign | same},
        ]

    def publish(self, batch: PublishedBatch, standing: Standing, also: Sequence[dict[str, Any]] = ()) -> bool:
        """Freeze `release` and lay out its stock, with `also`; all or nothing.

        False if it is published already, if its number or claim key was taken differently meanwhile, or if a part of
        `also` moved on (the caller reads again). Raises RevisionConflict if the document moved on. That all batches of
        a claim key have the same buckets is guarded by
        tests/store/stores/test_catalog.py::test_a_number_names_one_batch.
        """
        batch_id, control = batch.batch_id, Control("open", 1, batch.document.quantity)
        frozen = [
            self._put(keys.batch(batch_id), batch_fields(batch), unless="attribute_exists(pk)"),
            self._put_same(keys.number(batch.number), "batch_id", batch_id),
            self._put_same(keys.claim_key(batch.claim_key), "buckets", batch.buckets),
            self._count_published(standing),
            self._put(keys.control(batch_id), control_item(control)),
            self._put(keys.index_batch(batch_id), _index_fields(batch)),
        ]
        shards = enumerate(spread(control.quantity, batch.shards))
        stock = [self._put(keys.stock(batch_id, shard), stock_item(packs, control.round)) for shard, packs in shards]
        try:
            self._dynamo.transact([*frozen, *stock, *also])
        except TransactionFailed as failure:
            if 3 in failure.items and not failure.items.keys() & {0, 1, 2}:
                raise _moved_on(failure.items[3]) from failure
            return False
        return True

    def _put(self, key: keys.Key, fields: Item, unless: str = "") -> dict[str, Any]:
        put = {"TableName": self._table, "Item": encode({**key, **fields})}
        if unless:
            put |= {"ConditionExpression": f"NOT {unless}", "ReturnValuesOnConditionCheckFailure": "ALL_OLD"}
        return {"Put": put}

    def _put_same(self, key: keys.Key, name: str, value: str | int) -> dict[str, Any]:
        """A put that another value already there refuses."""
        put = self._put(key, {name: value})
        put["Put"] |= {
            "ConditionExpression": f"attribute_not_exists(pk) OR {name} = :same",
            "ExpressionAttributeValues": encode({":same": value}),
            "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
        }
        return put

    def _put_campaign(self, stored: Campaign, standing: Standing | None) -> dict[str, Any]:
        fields = {
            "revision": stored.revision,
            "published": standing.published if standing else 0,
            "document": stored.model_dump_json(exclude={"revision"}, exclude_unset=True),
        }
        if standing is None:
            return self._put(keys.campaign(stored.campaign_id), fields, unless="attribute_exists(pk)")
        put = self._put(keys.campaign(stored.campaign_id), fields)
        put["Put"] |= {
            "ConditionExpression": "revision = :read AND published = :published",
            "ExpressionAttributeValues": encode({":read": standing.revision, ":published": standing.published}),
            "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
        }
        return put

    def _count_published(self, standing: Standing) -> dict[str, Any]:
        """The document is still the one that was read, and one more of its batches is published."""
        return {
            "Update": {
                "TableName": self._table,
                "Key": encode(keys.campaign(standing.document.campaign_id)),
                "UpdateExpression": "SET published = published + :one",
                "ConditionExpression": "revision = :read",
                "ExpressionAttributeValues": encode({":one": 1, ":read": standing.revision}),
                "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
            }
        }


def _moved_on(standing: Item | None) -> RevisionConflict:
    return RevisionConflict(
        revision=standing["revision"] if standing else 0, detail="The campaign was changed meanwhile; read it again."
    )


def _declared(item: Item) -> tuple[str, list[str]]:
    return item["sk"].removeprefix(keys.INDEX_CAMPAIGN), strings(item["batch_ids"])


def _standing(item: Item) -> Standing:
    document = Campaign.model_validate_json(item["document"])
    return Standing(document.model_copy(update={"revision": item["revision"]}), item["published"])


def _index_fields(batch: PublishedBatch) -> Item:
    return {
        "campaign_id": batch.campaign_id,
        "number": batch.number,
        "claim_key": batch.claim_key,
        "buckets": batch.buckets,
        "last_expiry_s": batch.last_expiry_s,
    }


def _published(ends: Mapping[str, int], item: Item) -> Published:
    return Published(
        batch_id=item["sk"].removeprefix(keys.INDEX_BATCH),
        campaign_id=item["campaign_id"],
        number=item["number"],
        claim_key=item["claim_key"],
        buckets=item["buckets"],
        campaign_ends_at_s=ends[f"{keys.INDEX_CAMPAIGN}{item['campaign_id']}"],
        last_expiry_s=item["last_expiry_s"],
    )

"""What operators declare (table `catalog`): campaign documents, and what publishing a batch writes beside them.

| access | request |
|---|---|
| list campaigns | Query `INDEX` |
| a campaign | GetItem |
| apply a document | one transaction: document, index, districts, changed budgets, merchants that join or leave |
| publish | one transaction: batch, control, stock, number, claim key, index, due list, each funder's reservation |
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from itertools import chain

from coupons.damage import Damaged
from coupons.model.accounts import changed_budgets
from coupons.model.batches import Control, PublishedBatch
from coupons.model.campaigns import Campaign
from coupons.model.shards import spread
from coupons.refusals import Busy, Malformed, RevisionConflict
from coupons.stores import keys
from coupons.stores.attributes import Item
from coupons.stores.batch_items import batch_fields
from coupons.stores.budgets import Budgets, first_below_reserved
from coupons.stores.due_list import DueListStore
from coupons.stores.dynamodb import TRANSACT_MAX, Dynamo, TransactionFailed
from coupons.stores.parts import Part
from coupons.stores.registry import Registry
from coupons.stores.stock import Shard
from coupons.stores.table import Table
from coupons.stores.values import fields_of, strings
from coupons.times import epoch_s


@dataclass(frozen=True, slots=True)
class StoredCampaign:
    """A campaign document as stored. `published` counts its published batches: an edit is refused if one was added.

    `text` is the document as it is stored, of which it was read.
    """

    document: Campaign
    published: int
    text: str = field(default="", repr=False, compare=False)

    @property
    def revision(self) -> int:
        return self.document.revision or 0


class CampaignDocuments:
    def __init__(self, dynamo: Dynamo, table: str) -> None:
        self._table = Table(dynamo, table)
        self._budgets, self._registry = Budgets(dynamo, table), Registry(dynamo, table)
        self._due_list = DueListStore(dynamo, table)

    def declared(self) -> list[tuple[str, list[str]] | Damaged]:
        """Each campaign id, with the batches that its document declares, published or not."""
        return list(self._table.values(self._table.query(keys.INDEX, keys.INDEX_CAMPAIGN, consistent=True), _declared))

    def campaign(self, campaign_id: str, *, consistent: bool = False) -> StoredCampaign | None:
        return self._table.get(keys.campaign(campaign_id), _stored_campaign, consistent=consistent)

    def campaigns(
        self, campaign_ids: Iterable[str], known: Mapping[str, StoredCampaign]
    ) -> dict[str, StoredCampaign | Damaged]:
        """By campaign; a document whose text is the one that is `known` is not validated again."""
        items = self._table.items([keys.campaign(campaign_id) for campaign_id in campaign_ids], consistent=False)
        names = [keys.campaign_of(item["pk"]) for item in items]
        found = (
            self._table.values([item], partial(_stored_campaign, known=known.get(name)))
            for name, item in zip(names, items, strict=True)
        )
        return dict(zip(names, chain.from_iterable(found), strict=True))

    def apply(self, document: Campaign, *, read: StoredCampaign | None, also: Sequence[Part] = ()) -> Campaign:
        """Store `document` in place of `read`, with the budgets and merchants that differ, all or nothing.

        Returns it as stored. `also` are parts that hold while no batch that it changes is being published, and its
        programme stays; else Busy.

        Raises RevisionConflict if the campaign was edited, or a batch was published, since `read` was read,
        BudgetExceeded if a budget falls below what is reserved of it, Malformed as `applying`.
        """
        stored, parts = self.applying(document, read=read, also=also)
        try:
            self._table.dynamo.transact(parts)
        except TransactionFailed as failure:
            if "campaign" in failure.kinds:
                raise _moved_on(failure) from failure
            if "budget" in failure.kinds:
                raise first_below_reserved(failure, document.funders, currency=document.currency) from failure
            raise Busy(detail="The programme, or the publishing of a batch, changed meanwhile; try again.") from failure
        return stored

    def applying(
        self, document: Campaign, *, read: StoredCampaign | None, also: Sequence[Part]
    ) -> tuple[Campaign, list[Part]]:
        """The document as it will be stored, and the transaction parts; nothing is sent.

        Raises Malformed if it changes more than one transaction holds.
        """
        campaign_id = document.campaign_id
        enrolled = {m.merchant_id for m in read.document.merchants} if read else set()
        joined = [merchant for merchant in document.merchants if merchant.merchant_id not in enrolled]
        left = sorted(enrolled - {merchant.merchant_id for merchant in document.merchants})
        stored = document.model_copy(update={"revision": read.revision + 1 if read else 1})
        funders = changed_budgets(document, read.document if read else None)
        index = {"batch_ids": [b.batch_id for b in document.batches], "ends_at_s": epoch_s(document.ends_at)}
        most = {one.merchant_id: one.subsidy_max_minor for one in document.merchants}
        ceilings = {merchant_id: minor for merchant_id, minor in most.items() if minor is not None}
        tills = {"districts": document.suspended_districts} | ({"ceilings": ceilings} if ceilings else {})
        parts = [
            self._put_campaign(stored, read),
            self._table.put("index", {**keys.index_campaign(campaign_id), **index}),
            *[self._budgets.declare(campaign_id, f.funder_id, f.budget_minor) for f in funders],
            *[part for m in joined for part in self._registry.enrol(campaign_id, m)],
            *[self._registry.withdraw(campaign_id, merchant_id) for merchant_id in left],
            self._table.put("suspended", {**keys.suspended(campaign_id), **tills}),
            *also,
        ]
        if read and read.published and read.document.ends_at != document.ends_at:
            because = f"document {stored.revision}"
            parts.append(self._due_list.ending(campaign_id, epoch_s(document.ends_at), because))
        if len(parts) > TRANSACT_MAX:
            much = f"{len(funders)} changed budgets, {len(joined)} new merchants and {len(left)} that left"
            raise Malformed(errors=[{"place": "body", "message": f"{much} are too much for one revision; send two"}])
        return stored, parts

    def still_declared(self, batch_id: str, read: StoredCampaign) -> list[Part]:
        """Transaction parts that refuse if the batch is published, or its document is at another revision."""
        return [self._table.check("batch", keys.batch(batch_id), "attribute_not_exists(pk)"), self.still(read)]

    def still(self, read: StoredCampaign, *, published: bool = False) -> Part:
        """A transaction part that refuses if the campaign is at another revision than the one that was read.

        `published`: also if a batch of it was published since.
        """
        key, condition, values = keys.campaign(read.document.campaign_id), "revision = :read", {"read": read.revision}
        if published:
            condition, values = f"{condition} AND published = :published", values | {"published": read.published}
        return self._table.check("campaign", key, condition, **values)

    def publish(self, batch: PublishedBatch, read: StoredCampaign, also: Sequence[Part] = ()) -> bool:
        """Freeze `batch` and lay out its stock, with `also`; all or nothing.

        False if it is published already, if another batch took its number or gave its claim key other buckets
        meanwhile, or if a part of `also` was refused: the caller reads again. Raises RevisionConflict if the document
        was edited since it was read. All batches of a claim key have the same buckets, guarded by
        tests/store/stores/test_documents.py::test_a_number_names_one_batch.
        """
        batch_id, control = batch.batch_id, Control("open", 1, batch.document.quantity)
        number = {**keys.number(batch.number), "batch_id": batch_id}
        claim_key = {**keys.claim_key(batch.claim_key), "buckets": batch.buckets}
        free_number = "attribute_not_exists(pk) OR batch_id = :same"
        same_buckets = "attribute_not_exists(pk) OR buckets = :same"
        frozen = [
            self._table.put("batch", {**keys.batch(batch_id), **batch_fields(batch)}, "attribute_not_exists(pk)"),
            self._table.put("number", number, free_number, same=batch_id),
            self._table.put("claim key", claim_key, same_buckets, same=batch.buckets),
        ]
        changing = [
            self._count_published(read),
            self._table.put("control", {**keys.control(batch_id), **fields_of(control)}),
            self._table.put("index", {**keys.index_batch(batch_id), **_index_fields(batch)}),
        ]
        ends_at_s, because = epoch_s(read.document.ends_at), f"publish {batch_id}"
        due = self._due_list.entering(batch, batch.last_expiry_s, ends_at_s, because, batch.published_at_s)
        stock = [
            self._table.put("shard", {**keys.stock(batch_id, shard), **fields_of(Shard(packs, control.round))})
            for shard, packs in enumerate(spread(control.quantity, batch.shards))
        ]
        try:
            self._table.dynamo.transact([*(part.returning_old() for part in frozen), *changing, *due, *stock, *also])
        except TransactionFailed as failure:
            if "campaign" in failure.kinds and not failure.kinds & {"batch", "number", "claim key"}:
                raise _moved_on(failure) from failure
            return False
        return True

    def _put_campaign(self, stored: Campaign, read: StoredCampaign | None) -> Part:
        item = {
            **keys.campaign(stored.campaign_id),
            "revision": stored.revision,
            "published": read.published if read else 0,
            "document": stored.model_dump_json(exclude={"revision"}, exclude_unset=True),
        }
        if read is None:
            return self._table.put("campaign", item, "attribute_not_exists(pk)").returning_old()
        condition, published = "revision = :read AND published = :published", read.published
        part = self._table.put("campaign", item, condition, read=read.revision, published=published)
        return part.returning_old()

    def _count_published(self, read: StoredCampaign) -> Part:
        """A transaction part: one more batch of the document is published, if it is the document that was read."""
        key, update = keys.campaign(read.document.campaign_id), "SET published = published + :one"
        part = self._table.update("campaign", key, update, "revision = :read", one=1, read=read.revision)
        return part.returning_old()


def _moved_on(failure: TransactionFailed) -> RevisionConflict:
    item = failure.item("campaign")
    return RevisionConflict(
        revision=item["revision"] if item else 0, detail="The campaign was changed meanwhile; read it again."
    )


def _declared(item: Item) -> tuple[str, list[str]]:
    return item["sk"].removeprefix(keys.INDEX_CAMPAIGN), strings(item["batch_ids"])


def _stored_campaign(item: Item, known: StoredCampaign | None = None) -> StoredCampaign:
    text, revision = item["document"], item["revision"]
    if known is not None and (known.text, known.revision) == (text, revision):
        return replace(known, published=item["published"])
    document = Campaign.model_validate_json(text)
    return StoredCampaign(document.model_copy(update={"revision": revision}), item["published"], text)


def _index_fields(batch: PublishedBatch) -> Item:
    names = ("campaign_id", "number", "claim_key", "buckets", "last_expiry_s")
    told = {name: getattr(batch, name) for name in names}
    return told | {"pays_venues": True} if batch.pays_venues else told

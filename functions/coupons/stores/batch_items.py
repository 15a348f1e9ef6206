"""What publishing froze, as the item that holds it (table `catalog`)."""

from __future__ import annotations

from pydantic import TypeAdapter

from coupons.model.batches import PublishedBatch
from coupons.model.campaigns import Batch
from coupons.model.limits import Limit
from coupons.model.terms import Terms
from coupons.stores.dynamodb import Item
from coupons.times import wall_clock

_LIMIT: TypeAdapter[Limit] = TypeAdapter(Limit)


def batch_fields(batch: PublishedBatch) -> Item:
    return {
        "campaign_id": batch.campaign_id,
        "timezone": batch.timezone,
        "currency": batch.currency,
        "number": batch.number,
        "claim_key": batch.claim_key,
        "buckets": batch.buckets,
        "booking_buckets": batch.booking_buckets,
        "shards": batch.shards,
        "published_at_s": batch.published_at_s,
        "batch": batch.document.model_dump_json(exclude_unset=True),
        # Each of the pack's terms once: eight times a long one would come near an item's 400 KB.
        "terms": {terms.terms_id: terms.model_dump_json(exclude_unset=True) for terms in batch.terms},
        "from_stock": batch.from_stock,
        "limits": [limit.model_dump_json() for limit in batch.limits],
    }


def batch_of(item: Item) -> PublishedBatch:
    document = Batch.model_validate_json(item["batch"])
    wall_clock(item["published_at_s"], item["timezone"])  # else every clock of its readers fails
    terms = {terms_id: Terms.model_validate_json(text) for terms_id, text in item["terms"].items()}
    return PublishedBatch(
        campaign_id=item["campaign_id"],
        timezone=item["timezone"],
        currency=item["currency"],
        number=item["number"],
        claim_key=item["claim_key"],
        buckets=item["buckets"],
        booking_buckets=item["booking_buckets"],
        shards=item["shards"],
        published_at_s=item["published_at_s"],
        document=document,
        terms=tuple(terms[terms_id] for terms_id in document.terms),
        from_stock=item["from_stock"],
        limits=tuple(_LIMIT.validate_json(text) for text in item["limits"]),
    )

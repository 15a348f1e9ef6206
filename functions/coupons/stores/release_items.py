"""What publishing froze, as the item that holds it (table `catalog`)."""

from __future__ import annotations

from pydantic import TypeAdapter

from coupons.documents import Batch
from coupons.limits import Limit
from coupons.moments import wall_clock
from coupons.releases import Release
from coupons.stores.dynamodb import Item
from coupons.terms import Terms

_LIMIT: TypeAdapter[Limit] = TypeAdapter(Limit)


def release_fields(release: Release) -> Item:
    return {
        "campaign_id": release.campaign_id,
        "timezone": release.timezone,
        "currency": release.currency,
        "number": release.number,
        "claim_key": release.claim_key,
        "buckets": release.buckets,
        "booking_buckets": release.booking_buckets,
        "shards": release.shards,
        "published_at_s": release.published_at_s,
        "batch": release.batch.model_dump_json(exclude_unset=True),
        # Each of the pack's terms once: eight times a long one would come near an item's 400 KB.
        "terms": {terms.terms_id: terms.model_dump_json(exclude_unset=True) for terms in release.terms},
        "from_stock": release.from_stock,
        "limits": [limit.model_dump_json() for limit in release.limits],
    }


def release_of(item: Item) -> Release:
    batch = Batch.model_validate_json(item["batch"])
    wall_clock(item["published_at_s"], item["timezone"])  # else every clock of its readers fails
    terms = {terms_id: Terms.model_validate_json(text) for terms_id, text in item["terms"].items()}
    return Release(
        campaign_id=item["campaign_id"],
        timezone=item["timezone"],
        currency=item["currency"],
        number=item["number"],
        claim_key=item["claim_key"],
        buckets=item["buckets"],
        booking_buckets=item["booking_buckets"],
        shards=item["shards"],
        published_at_s=item["published_at_s"],
        batch=batch,
        terms=tuple(terms[terms_id] for terms_id in batch.terms),
        from_stock=item["from_stock"],
        limits=tuple(_LIMIT.validate_json(text) for text in item["limits"]),
    )

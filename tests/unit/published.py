"""A published batch without a store."""

from __future__ import annotations

from coupons.model.batches import PublishedBatch
from coupons.model.campaigns import Campaign


def published(document: Campaign) -> PublishedBatch:
    """The document's first batch as publishing freezes it: number 1, with the document's terms."""
    batch = document.batches[0]
    return PublishedBatch(
        campaign_id=document.campaign_id,
        timezone=document.timezone,
        currency=document.currency,
        number=1,
        claim_key=f"B#{batch.batch_id}",
        buckets=16,
        booking_buckets=16,
        shards=2,
        published_at_s=0,
        document=batch,
        terms=tuple(document.terms),
    )

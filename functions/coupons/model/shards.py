"""The number of a batch's stock shards and claim buckets, chosen when it is published, and packs spread over shards."""

from __future__ import annotations

SHARDS_MIN, SHARDS_MAX, ENVIRONMENTS_PER_SHARD = 2, 16, 64
BUCKETS_MIN, BUCKETS_MAX, CLAIMS_PER_BUCKET = 16, 65_536, 1_000


def shards_for(expected_environments: int) -> int:
    """One stock shard for 64 environments, from 2 to 16 (so that one transaction can reopen a batch)."""
    return min(max(expected_environments // ENVIRONMENTS_PER_SHARD, SHARDS_MIN), SHARDS_MAX)


def buckets_for(expected_claims: int, claims_per_bucket: int = CLAIMS_PER_BUCKET) -> int:
    """A power of two with about `claims_per_bucket` expected claims a bucket, at least 16."""
    buckets = BUCKETS_MIN
    while buckets < BUCKETS_MAX and buckets * claims_per_bucket < expected_claims:
        buckets *= 2
    return buckets


def spread(packs: int, shards: int) -> list[int]:
    """Packs over shards, as even as integers allow."""
    return [packs // shards + (1 if shard < packs % shards else 0) for shard in range(shards)]

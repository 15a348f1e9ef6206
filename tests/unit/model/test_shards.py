"""The number of shards and buckets of a batch, and packs spread over shards."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coupons.model.shards import buckets_for, shards_for, spread


@pytest.mark.parametrize(
    ("claims", "buckets"),
    [(1, 16), (16_000, 16), (16_001, 32), (32_000, 32), (2_000_000, 2048), (65_536_000, 65_536), (10**9, 65_536)],
)
def test_buckets(claims: int, buckets: int) -> None:
    """A power of two, at least 16, about 1,000 expected claims each, and bounded."""
    assert buckets_for(claims) == buckets


@pytest.mark.parametrize(
    ("environments", "shards"), [(1, 2), (8, 2), (191, 2), (192, 3), (1_000, 15), (1_024, 16), (100_000, 16)]
)
def test_shards(environments: int, shards: int) -> None:
    """One for 64 environments, from 2 to 16."""
    assert shards_for(environments) == shards


@given(st.integers(0, 10**9), st.integers(1, 16))
def test_spread_is_even_and_loses_nothing(packs: int, shards: int) -> None:
    """As many parts as shards, their sum the packs, no two further apart than one."""
    parts = spread(packs, shards)
    assert (len(parts), sum(parts)) == (shards, packs)
    assert max(parts) - min(parts) <= 1

"""Lotteries of forty people whose lists take several runs and places; a beacon is checked once in a run of pytest."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from unittest.mock import patch

import pytest

from coupons import drand
from coupons.lottery import listing
from tests.store.lottery.lots import a_town, count
from tests.world import World

_verified = cache(drand.verified)


@pytest.fixture(autouse=True)
def _checked_once() -> Iterator[None]:
    """What it says of a text never changes, and each check takes a fifth of a second."""
    with patch.object(drand, "verified", _verified):
        yield


@pytest.fixture
def short_runs() -> Iterator[None]:
    """Several runs and places also for few people."""
    with patch.object(listing, "RUN_SPAN", 8), patch.object(listing, "PARTS_TOGETHER", 64):
        yield


@pytest.fixture
def town(short_runs: None) -> World:
    """Forty entries in 64 buckets, counted, in the first second after the fence."""
    made = a_town()
    count(made)
    return made

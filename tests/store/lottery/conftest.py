"""Lotteries of forty people whose lists take several runs and places."""

from __future__ import annotations

from collections.abc import Iterator
from unittest.mock import patch

import pytest

from coupons.lottery import listing
from tests.store.lottery.lots import a_town, count
from tests.world import World


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

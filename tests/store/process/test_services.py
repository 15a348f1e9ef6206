"""Services hand their chance and their pause to the clients of DynamoDB."""

from __future__ import annotations

import random

import pytest

from coupons.process.services import Services
from coupons.refusals import Busy
from tests.store.faults import Faulty, throttled
from tests.world import World


def test_retries_wait_as_long_as_the_given_chance_draws(world: World) -> None:
    """A run whose chance and pause are handed in decides every wait, so it can be repeated."""
    waits: list[float] = []
    client = Faulty(world.client, "get_item", *[throttled] * 3)
    services = Services(world.settings, boto_client=client, rng=random.Random(1), pause=waits.append)
    with pytest.raises(Busy):
        services.catalog.batch("pack")
    rng = random.Random(1)
    assert waits == [rng.uniform(0.01, 0.03) * 2**attempt for attempt in range(2)]

"""The store suite: moto in this process, one thread (moto is not atomic across threads)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from moto import mock_aws

from coupons.model.batches import PublishedBatch
from tests.machine.engine import Engine, Place
from tests.store import audited, funders
from tests.store.ledgers import LAST_SECOND, LINES, file
from tests.world import World, campaign

Items = dict[str, list[dict[str, Any]]]


@pytest.fixture(scope="session")
def client() -> Any:
    """One for all tests: making a client takes longer than most of them."""
    with mock_aws():
        return boto3.client("dynamodb")


@pytest.fixture(scope="session")
def published(client: Any) -> Items:
    """What publishing one batch of ten packs of one coupon stores."""
    with mock_aws():
        world = World(client)
        world.publish(campaign())
        return world.items()


@pytest.fixture
def world(client: Any) -> Iterator[World]:
    """An empty stack at the opening minute."""
    with mock_aws():
        yield World(client)


@pytest.fixture
def season(world: World, published: Items) -> World:
    """The stack with one published batch, `pack`: ten packs of one coupon, on two shards."""
    puts = {table: [{"PutRequest": {"Item": item}} for item in items] for table, items in published.items() if items}
    world.client.batch_write_item(RequestItems=puts)
    return world


@pytest.fixture
def batch(season: World) -> PublishedBatch:
    """The published batch."""
    return season.services.cache.batch("pack")


@pytest.fixture
def filed(season: World) -> World:
    """The diner's two lines of 6 June, at its last second."""
    season.clock.set(LAST_SECOND)
    file(season, *LINES)
    return season


@pytest.fixture(scope="session")
def played() -> dict[Place, Any]:
    """What a season stores that has everything an audit looks at; on the state machine's engine, which is quick."""
    world = World(Engine())
    audited.play(world)
    return dict(world.client.items)


@pytest.fixture
def books(played: dict[Place, Any]) -> World:
    """That season, at noon of 21 June."""
    world = World(Engine())
    world.client.restore(played)
    audited.to(world, audited.NOON)
    return world


@pytest.fixture
def town() -> World:
    """Eighty funders, three batches declared, nothing published."""
    return funders.new_town()

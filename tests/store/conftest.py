"""The store suite: each clause of each condition, on the engine that ENGINE= names."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from coupons.model.batches import PublishedBatch
from infra.virtual.store import Store
from infra.virtual.writes import Place
from tests.engine.elsewhere import elsewhere
from tests.store import audited, funders
from tests.store.ledgers import LAST_SECOND, LINES, file
from tests.world import World, campaign

Items = dict[Place, Any]


@pytest.fixture(scope="session", autouse=True)
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    with elsewhere(tmp_path_factory.mktemp("engine")):
        yield


@pytest.fixture
def client() -> Store:
    return Store()


@pytest.fixture(scope="session")
def published() -> Items:
    """What publishing one batch of ten packs of one coupon stores."""
    world = World(Store())
    world.publish(campaign())
    return world.client.snapshot()


@pytest.fixture
def world(client: Store) -> World:
    """An empty stack at the opening minute."""
    return World(client)


@pytest.fixture
def season(world: World, published: Items) -> World:
    """The stack with one published batch, `pack`: ten packs of one coupon, on two shards."""
    world.client.restore(published)
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
    world = World(Store())
    audited.play(world)
    return dict(world.client.items)


@pytest.fixture
def books(played: dict[Place, Any]) -> World:
    """That season, at noon of 21 June."""
    world = World(Store())
    world.client.restore(played)
    audited.to(world, audited.NOON)
    return world


@pytest.fixture
def town() -> World:
    """Eighty funders, three batches declared, nothing published."""
    return funders.new_town()

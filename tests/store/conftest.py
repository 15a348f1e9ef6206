"""The store suite: moto in this process, one thread (moto is not atomic across threads)."""

from __future__ import annotations

from collections.abc import Iterator

import boto3
import pytest
from moto import mock_aws

from tests.world import World, campaign


@pytest.fixture
def world() -> Iterator[World]:
    """An empty stack at the opening minute."""
    with mock_aws():
        yield World(boto3.client("dynamodb"))


@pytest.fixture
def season(world: World) -> World:
    """The stack with one published batch, `pack`: ten packs of one coupon."""
    world.publish(campaign())
    return world

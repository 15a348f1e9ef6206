"""A table's parts: what takes the place of an item that was read."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from coupons.model.merchants import MerchantRecord
from coupons.model.reserves import Reserve
from coupons.stores import keys
from coupons.stores.attributes import encode
from coupons.stores.groups import Group
from coupons.stores.keys import Key
from tests.world import World

DINER = MerchantRecord(
    revision=1,
    title="Diner",
    category="catering",
    channels=["offline"],
    stores=[{"store_id": "diner", "region": "beijing"}],
)


def reserve(world: World) -> bool:
    return world.services.reserves.put("pack", Reserve(), Reserve(version=1))


def merchant(world: World) -> bool:
    return world.services.registry.put("diner", DINER, None)


def group(world: World) -> bool:
    return world.services.tries([world.services.groups.granting("all", Group(), "pack", 10)])


@pytest.mark.parametrize(
    ("key", "write"),
    [(keys.reserve("pack"), reserve), (keys.merchant("diner"), merchant), (keys.group("all"), group)],
    ids=["reserve", "merchant", "group"],
)
def test_an_item_without_its_version_is_never_overwritten(
    world: World, key: Key, write: Callable[[World], bool]
) -> None:
    """Where no item was read, one that lacks its version refuses the write; none at all lets it through."""
    damaged = encode({**key, "note": "kept"})
    world.client.put_item(TableName="CatalogTable", Item=damaged)
    assert not write(world)
    assert damaged in world.items()["CatalogTable"]
    world.client.delete_item(TableName="CatalogTable", Key=encode(key))
    assert write(world)

"""What a seed begins with: a published season, one of a few. Each is built once, through the handlers."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import redirect_stdout
from dataclasses import dataclass
from functools import cache
from io import StringIO
from typing import Any
from unittest.mock import patch

from coupons.model import shards
from coupons.model.batches import PublishedBatch
from coupons.stores import points_keys
from coupons.stores.attributes import encode
from infra.local.tables import create_tables
from infra.virtual.store import Store
from infra.virtual.values import Item
from infra.virtual.writes import Place
from tests import court
from tests.points import incentives, partner
from tests.world import KEYS, World, a_batch, campaign, seconds

OPENS_AT, CLOSES_AT = "2020-06-06T10:00:00+08:00", "2020-06-06T10:30:00+08:00"
PEOPLE_MAX = 64
BUCKETS = 2
"""As few as show that there are several: each is a query of every count."""
HOUSEHOLD, PER_HOUSEHOLD = 3, 2
"""People of a household, and the packs that its limit allows."""
PRICE, POINTS, PROGRAM = 30, 50, "sports-points"
"""One pack, and not two."""


@dataclass(frozen=True)
class Scene:
    name: str
    settings: dict[str, str]
    items: Mapping[Place, Item]
    batches: dict[str, PublishedBatch]
    shared: dict[str, Any]
    """What never changes once it is published, so that no process has to parse it anew."""

    def stored(self, now_s: Callable[[], float]) -> Store:
        """A store with the season in it."""
        store = Store(now_s)
        create_tables(store)
        store.restore(self.items)
        return store


def person(number: int) -> bytes:
    return KEYS.person(f"p{number}")


@cache
def scene(kind: str, quantity: int) -> Scene:
    """A batch `pack` of so many packs, and what its kind needs beside it."""
    with redirect_stdout(StringIO()), patch.object(shards, "BUCKETS_MIN", BUCKETS):  # stdout: the handlers' metrics
        world = World(Store(), settings={"EXPECTED_ENVIRONMENTS": "8"})
        world.clock.advance(-3_600)
        batch_ids = _PUBLISH[kind](world, quantity)
    cache_ = world.services.cache
    batches = {batch_id: cache_.batch(batch_id) for batch_id in batch_ids}
    shared = {"_batches": dict(cache_._batches), "_batch_ids": dict(cache_._batch_ids)}
    return Scene(f"{kind} {quantity}", world.settings, world.client.snapshot(), batches, shared)


def _batch(batch_id: str, quantity: int, **more: Any) -> dict[str, Any]:
    return a_batch(batch_id, quantity=quantity, opens_at=OPENS_AT, closes_at=CLOSES_AT, **more)


def _stock(world: World, quantity: int) -> list[str]:
    """Two batches of an exclusive group."""
    group = {"exclusive_group": "one"}
    world.publish(campaign(_batch("pack", quantity, **group), _batch("sister", 4, **group)))
    return ["pack", "sister"]


def _limited(world: World, quantity: int) -> list[str]:
    """A household claims two packs."""
    limit = {"kind": "count", "limit_id": "home", "per": "household", "period": "campaign", "packs_max": PER_HOUSEHOLD}
    world.publish(campaign(_batch("pack", quantity, limits=["home"]), limits=[limit]))
    return ["pack"]


def _granted(world: World, quantity: int) -> list[str]:
    """Everybody of a group fits, so no claim needs a lease."""
    members = {"add": [f"p{number}" for number in range(quantity)], "remove": []}
    world.operator().send("PUT /admin/groups/{group_id}/members", {"group_id": "all"}, body=members)
    world.publish(campaign(_batch("pack", quantity, mode="granted", eligibility={"group_id": "all"})))
    return ["pack"]


def _priced(world: World, quantity: int) -> list[str]:
    """A pack costs points, and everybody has enough for one."""
    world.publish(campaign(_batch("pack", quantity, price_points=PRICE)))
    court.offer(world, incentives=incentives(program_id=PROGRAM, partners=[partner()]))
    lot = {"2020": [seconds("2021-12-31T00:00:00+08:00"), POINTS]}
    for number in range(PEOPLE_MAX):
        key = points_keys.balance(PROGRAM, person(number))
        account = {**key, "v": 1, "l": lot, "d": 0, "m": {}, "n": {}}
        world.client.put_item(TableName=world.settings["POINTS_TABLE"], Item=encode(account))
    return ["pack"]


_PUBLISH: dict[str, Callable[[World, int], list[str]]] = {
    "stock": _stock,
    "limited": _limited,
    "granted": _granted,
    "priced": _priced,
}

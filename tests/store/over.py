"""A short season that is played until its batch is done, or until it has left the due list."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from coupons.model.due_list import LEAVES_AFTER_S
from coupons.stores.due_keys import DUE
from infra.virtual.store import Store
from tests.due import assert_nothing_is_missing
from tests.store.books import CLOSED, claim, redeem, tick
from tests.world import World, a_batch, campaign

ENDS = "2020-07-01T00:00:00+08:00"
EXPIRED = "2020-06-21T10:00:30+08:00"
REST = "2020-06-22T00:00:30+08:00"
"""When the day is closed on which the batch was counted as expired, and its rest is given."""


def season(**changes: Any) -> dict[str, Any]:
    """One batch of a campaign that ends soon after it."""
    return campaign(**{"ends_at": ENDS, **changes})


def western() -> dict[str, Any]:
    """The same in Honolulu: the campaign is `west`, and so is its batch."""
    return season(campaign_id="west", timezone="Pacific/Honolulu", batches=[a_batch("west")])


def new_world() -> World:
    """A season in which Ann and Bob have a coupon each; Ann has redeemed hers."""
    world = World(Store())
    world.publish(season())
    coupons = claim(world, "ann", "bob")
    redeem(world, "ann", coupons[0])
    return world


def ticks(world: World, *moments: str) -> None:
    """Three minutes of the schedule at each moment; nothing is missing after any."""
    for moment in moments:
        world.clock.set(moment)
        for _ in range(3):
            tick(world)
            assert_nothing_is_missing(world.client.items, world.now_s)


def done(world: World) -> None:
    ticks(world, "2020-06-07T00:01:00+08:00", CLOSED, EXPIRED, REST)


def to_leaving(world: World) -> None:
    """The first second in which the campaign can leave."""
    world.clock.set(ENDS)
    world.clock.advance(LEAVES_AFTER_S)


def left(world: World) -> None:
    done(world)
    to_leaving(world)
    tick(world, times=2)
    assert_nothing_is_missing(world.client.items, world.now_s)


def wallet(world: World, name: str = "ann") -> int:
    return len(world.citizen(name).send("GET /wallet").json["coupons"])


def spoil(world: World, sk: str, changes: dict[str, Any]) -> None:
    """Attributes of a line are replaced; None: left out."""
    item = world.client.get_item(TableName="CatalogTable", Key={"pk": {"S": DUE}, "sk": {"S": sk}})["Item"] | changes
    world.client.put_item(TableName="CatalogTable", Item={name: one for name, one in item.items() if one is not None})


def without(world: World, lost: tuple[str, ...] = ("",)) -> None:
    """Lines are lost whose names begin so; all of them: as in an installation that never had a list."""
    kept = {one: item for one, item in world.client.items.items() if one.pk != DUE or not one.sk.startswith(lost)}
    world.client.restore(kept)


@contextmanager
def not_listing(world: World) -> Iterator[None]:
    """What is done meanwhile is done as by a release without the list: all lines stay as they were."""
    before = {one: item for one, item in world.client.items.items() if one.pk == DUE}
    yield
    without(world)
    world.client.restore(dict(world.client.items) | before)


def later_end(world: World, ends_at: str) -> None:
    document = season(ends_at=ends_at, revision=world.services.documents.campaign("season", consistent=True).revision)
    answer = world.operator().send("PUT /admin/campaigns/{campaign_id}", {"campaign_id": "season"}, body=document)
    assert answer.status == 200, answer.text


def published_late(world: World) -> None:
    """An operator adds a batch whose window is over, as nothing forbids."""
    revision = world.services.documents.campaign("season", consistent=True).revision
    world.publish(season(batches=[a_batch(), a_batch("late")], revision=revision))

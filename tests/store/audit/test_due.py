"""An audit finds a batch that the due list misses."""

from __future__ import annotations

import pytest

from coupons.stores import due_keys
from tests.store.audited import ask, wrong
from tests.store.books import tick
from tests.store.over import EXPIRED, done, new_world, ticks
from tests.world import World


@pytest.fixture
def world() -> World:
    return new_world()


def findings(world: World) -> list[str]:
    """What does not hold, of the batch and of its campaign; a campaign's finding names the batch."""
    of_batch, of_campaign = (wrong(ask(world, of)) for of in ("pack", "campaign"))
    assert of_campaign == [f"batch pack: {text}" for text in of_batch]
    return of_batch


def remove(world: World) -> None:
    key = {name: {"S": value} for name, value in due_keys.due_batch("pack").items()}
    world.client.delete_item(TableName="CatalogTable", Key=key)


@pytest.mark.parametrize(
    ("moment", "says"),
    [
        ("2020-06-06T11:00:00+08:00", "steps given back 0, rest through no day, lines until no day"),
        ("2020-06-08T11:00:00+08:00", "steps given back 1, rest through no day, lines until 2020-06-06"),
        (EXPIRED, "steps given back 2, rest through no day, lines until 2020-06-06"),
    ],
)
def test_a_batch_that_is_missing_from_the_due_list_is_found(world: World, moment: str, says: str) -> None:
    """Before any tick has made the list, nothing is said of it."""
    assert findings(world) == []
    for at in ("2020-06-06T10:30:00+08:00", "2020-06-08T10:30:00+08:00", moment):
        if at <= moment:
            ticks(world, at)
    assert findings(world) == []
    remove(world)
    assert findings(world) == [f"{says}: done, or listed as due"]


def test_a_batch_that_is_done_need_not_be_listed(world: World) -> None:
    """Until a later day with lines of it is closed."""
    done(world)
    remove(world)
    assert findings(world) == []
    world.clock.set("2020-06-25T12:00:00+08:00")
    assert world.merchant().reverse("order-ann", "r-1", 2_000).status == 201
    world.clock.set("2020-06-26T00:00:30+08:00")
    world.services.due_list.list_again = lambda *_: None  # type: ignore[method-assign]
    tick(world, world.services)
    said = "steps given back 2, rest through 2020-06-21, lines until 2020-06-25"
    assert findings(world) == [f"{said}: done, or listed as due"]

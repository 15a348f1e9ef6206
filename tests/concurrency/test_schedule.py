"""Eight schedules at once, some of them killed on the way: in the end the same as one that nobody disturbed."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

import pytest

from coupons.refusals import Drained
from tests.concurrency.faults import Killed, Mortal
from tests.concurrency.racing import RECLAIM_S, Arena, at_once
from tests.world import a_batch, campaign

INVOCATIONS = 8
CALLS_MAX = 12
"""An invocation that has work to do sends at least this many requests."""
DAY_S = 86_400
MOMENTS_S = (0, 10, RECLAIM_S, DAY_S, DAY_S + RECLAIM_S, 15 * DAY_S, 15 * DAY_S + RECLAIM_S)
"""After the opening: drained, within and after the fence, closed, after its fence, the last coupon expired, again."""

Tick = Callable[[Arena, int], None]


def two_batches(arena: Arena) -> None:
    """`pack` is drained with two packs stranded, `other` holds three claims of its exclusive group's buckets."""
    arena.publish(
        campaign(a_batch(quantity=5), a_batch("other", exclusive_group="pair"), a_batch("twin", exclusive_group="pair"))
    )
    for person in ("ann", "bo", "cy"):
        arena.claim(arena.services, person)
        arena.claim(arena.services, person, "other")
    for _ in range(2):
        arena.services.leases.take(arena.services.cache.batch("pack"), arena.now_s)
    with pytest.raises(Drained):
        arena.claim(arena.services, "dee")


def season(arena: Arena, tick: Tick) -> dict[str, list[dict[str, Any]]]:
    """Play the moments with `tick` at each; all that is stored at the end, by table."""
    two_batches(arena)
    opened_s = arena.clock.wall
    for number, moment_s in enumerate(MOMENTS_S):
        arena.clock.advance(opened_s + moment_s - arena.clock.wall)
        tick(arena, number)
    items = arena.items()
    return {table.removeprefix(arena.prefix): [_plain(item) for item in items[table]] for table in items}


def one(arena: Arena, _number: int) -> None:
    arena.tick()


def eight(seed: int) -> Tick:
    """Eight at once, three of four killed at a random request, then one that ends what they left."""

    def tick(arena: Arena, number: int) -> None:
        chance = random.Random(f"{seed} {number}")
        mortals = [
            Mortal(client, chance.randrange(1, CALLS_MAX) if i % 4 else 0, applied=chance.random() < 0.5)
            for i, client in enumerate(arena.clients[:INVOCATIONS])
        ]
        environments = [arena.new_services(client=mortal, seed=seed + i) for i, mortal in enumerate(mortals)]
        at_once([lambda e=services: _until_killed(arena, e) for services in environments])
        arena.tick()

    return tick


def _until_killed(arena: Arena, services: Any) -> None:
    try:
        arena.tick(services)
    except Killed:
        return


def _plain(item: dict[str, Any]) -> dict[str, Any]:
    """Less the lease's random name, and the one thing that two worlds cannot share."""
    return {name: value for name, value in item.items() if name != "t"}


def test_eight_schedules_some_of_them_killed_come_to_what_one_comes_to(clients: list[Any]) -> None:
    """Reclaims, final counts, folds and recorded expiries are the same, letter by letter, in every table."""
    alone = Arena(clients, prefix="alone-")
    expected = season(alone, one)
    pack, other, twin = (alone.books(name) for name in ("pack", "other", "twin"))
    assert [(b.control.final, b.unclaimed) for b in (pack, other, twin)] == [(True, 0)] * 3
    assert pack.remaining == 2
    assert pack.control.expired_counts == other.control.expired_counts == {"claims": 3, "expired": 3}
    assert twin.control.expired_counts == {"claims": 0}
    for seed in (1, 2):
        assert season(Arena(clients, prefix=f"eight-{seed}-"), eight(seed)) == expected
    before = alone.items()
    at_once([lambda e=services: alone.tick(e) for services in alone.environments(INVOCATIONS)])
    assert alone.items() == before, "a repeat changes nothing"

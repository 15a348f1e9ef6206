"""The schedule's steps of a batch that pays venues: it ends once, is never counted, and its rest goes back."""

from __future__ import annotations

from typing import Any

import pytest

from coupons.clock import FENCE_S
from coupons.schedule.minute import run_schedule
from infra.virtual.store import Store
from tests.store.books import assert_books
from tests.store.faults import Counting, KilledError, Mortal
from tests.venues import CLOSES, PLACES, act, paying
from tests.world import World, seconds

ENDED = {"batch_id": "courts", "step": "ended"}


@pytest.fixture
def world() -> World:
    return paying(World(Store()))


def tick(world: World, services: Any = None) -> list[dict[str, Any]]:
    """What the schedule did of the batch."""
    report = run_schedule(services or world.services, world.now_s, world.clock.monotonic_s() + 60)
    return [one for one in report.did if one.get("batch_id") == "courts"]


def reserved(world: World) -> int:
    return sum(one.reserved_minor for one in world.services.budgets.of("season", ["city", "platform", "shop"]))


def test_it_is_never_sealed_counted_or_reclaimed(world: World) -> None:
    """From its opening until its terms end the schedule does nothing with it, also once its window has closed."""
    for moment in ("2020-06-08T00:00:00+08:00", "2020-06-12T00:00:00+08:00", CLOSES):
        world.clock.set(moment)
        assert tick(world) == []
    world.clock.set(CLOSES)
    world.clock.advance(FENCE_S - 1)
    assert tick(world) == []
    control = world.services.cache.control_now("courts")
    assert (control.state, control.round, control.final, control.given_back) == ("open", 1, False, 0)


def test_it_ends_once_and_moves_no_money(world: World) -> None:
    """`FENCE_S` after its terms; nothing is given back but the rest, and that when the days are closed."""
    before = reserved(world)
    world.clock.set(CLOSES)
    world.clock.advance(FENCE_S)
    assert tick(world) == [ENDED]
    control = world.services.cache.control_now("courts")
    assert (control.final, control.expired_at_s, control.unused, control.given_back) == (True, world.now_s, (0,), 2)
    assert reserved(world) == before
    assert tick(world) == []
    assert [one.step for one in world.services.reserves.records("season") if one.batch_id == "courts"] == ["publish"]


def test_the_rest_goes_back_when_its_last_day_is_closed(world: World) -> None:
    """Nobody was let in, so all of it does: the night after the day on which it ended."""
    world.clock.set(CLOSES)
    world.clock.advance(FENCE_S)
    tick(world)
    world.clock.set("2020-06-15T23:59:59+08:00")
    assert tick(world) == []
    world.clock.set("2020-06-16T00:00:00+08:00")
    world.clock.advance(FENCE_S)
    [given] = tick(world)
    assert (given["step"], given["amounts"]) == ("gave back rest", {"city": 182_000, "platform": 182_000})
    assert reserved(world) <= 10 * 1_000  # of `pack`
    assert_books(world, "pack")


@pytest.mark.parametrize("applied", [False, True], ids=["before", "after"])
def test_killed_while_it_ends_the_next_call_goes_on(world: World, applied: bool) -> None:
    """It is one write: it ended or it did not."""
    world.clock.set(CLOSES)
    world.clock.advance(FENCE_S)
    dying = world.new_services(client=Mortal(world.client, 1, applied=applied, word="BATCH#courts"))
    with pytest.raises(KilledError):
        tick(world, dying)
    assert tick(world, world.new_services()) == ([] if applied else [ENDED])
    assert world.services.cache.control_now("courts").given_back == 2


def test_a_clock_set_back_takes_the_end_back(world: World) -> None:
    """As with every batch: money that was given back is reserved again, and it ends anew."""
    world.clock.set("2020-06-16T00:01:00+08:00")
    tick(world)
    tick(world)
    world.clock.set("2020-06-14T12:00:00+08:00")
    tick(world)
    control = world.services.cache.control_now("courts")
    assert (control.final, control.expired_at_s, control.given_back) == (False, 0, 0)
    assert reserved(world) >= PLACES * 2_000
    world.clock.set(CLOSES)
    world.clock.advance(FENCE_S)
    assert tick(world) == [ENDED]


def test_its_claims_are_not_read(world: World) -> None:
    """There are none: the steps of other batches read sixteen partitions."""
    world.clock.set(CLOSES)
    world.clock.advance(FENCE_S)
    tick(world)
    counting = Counting(world.client)
    tick(world, world.new_services(client=counting))
    assert counting.requests["query"] <= 4  # the indexes of batches and days, and hours to fold


@pytest.mark.parametrize(("what", "body"), [("extend", {"days": 1}), ("stop", {"issued": "void"})])
def test_it_is_neither_extended_nor_voided(world: World, what: str, body: dict[str, Any]) -> None:
    """Its coverage was reckoned by its window, and who holds a place is paid for."""
    refused = act(world, what, **body)
    assert (refused.status, refused.slug) == (409, "terms-frozen")
    control = world.services.cache.control_now("courts")
    assert (control.extended_s, control.voided, control.stopped) == (0, False, False)
    assert act(world, "stop", issued="keep").status == 200
    assert seconds(CLOSES) == world.services.cache.batch("courts").last_expiry_s

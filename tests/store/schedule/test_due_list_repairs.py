"""A due list that is not as it should be hides nothing, and is made good."""

from __future__ import annotations

from typing import Any

import pytest

from coupons.model.due_list import CHECKED_EACH_S
from coupons.operate.controls import extend
from coupons.schedule.minute import run_schedule
from coupons.settle.day_close import known_zones
from coupons.times import DAY_S
from tests.due import assert_nothing_is_missing, line_of
from tests.store.books import of, opened, tick
from tests.store.faults import KilledError, Mortal, Overtaken
from tests.store.over import (
    done,
    later_end,
    left,
    new_world,
    not_listing,
    spoil,
    ticks,
    wallet,
    western,
    without,
)
from tests.world import World


@pytest.fixture
def world() -> World:
    return new_world()


def test_an_installation_without_a_list_gets_one(world: World) -> None:
    """The first tick makes it of the index, and until then wallets and the close go by the index."""
    world.publish(western())
    without(world)
    assert wallet(world) == 1
    services = world.new_services()
    assert set(known_zones(services, services.due_list.read())) == {"Asia/Shanghai", "Pacific/Honolulu"}
    run_schedule(world.new_services(), world.now_s, float("inf"))
    due = world.services.due_list.read()
    assert (due.due_ids, due.zones) == (["pack", "west"], {"Asia/Shanghai", "Pacific/Honolulu"})
    assert due.check.checked_at_s == world.now_s
    assert_nothing_is_missing(world.client.items, world.now_s)
    left(world)


def test_what_is_over_is_not_listed_anew(world: World) -> None:
    """It needs nothing; its zone stays known."""
    left(world)
    without(world)
    run_schedule(world.new_services(), world.now_s, float("inf"))
    due = world.services.due_list.read()
    assert (due.batches, due.unsure, due.zones) == ({}, [], {"Asia/Shanghai"})


@pytest.mark.parametrize("applied", [False, True], ids=["before", "after"])
def test_killed_at_any_write_the_next_tick_makes_the_list(world: World, applied: bool) -> None:
    """Until it was compared whole, nobody relies on it."""
    world.publish(western())
    without(world)
    stored, died = world.client.snapshot(), 0
    for nth in range(1, 20):
        world.client.restore(dict(stored))
        try:
            tick(world, world.new_services(client=Mortal(world.client, nth, applied=applied)))
        except KilledError:
            died += 1
        world.clock.advance(2)
        assert wallet(world) == 1
        tick(world)
        assert_nothing_is_missing(world.client.items, world.now_s)
    assert 4 < died < 19


def test_a_damaged_batch_leaves_the_list_unmade(world: World) -> None:
    """It may be of any time zone: each minute goes by the index until it is mended."""
    release = {"pk": {"S": "BATCH#pack"}, "sk": {"S": "RELEASE"}}
    item = world.client.get_item(TableName="CatalogTable", Key=release)["Item"]
    without(world)
    world.client.put_item(TableName="CatalogTable", Item={**item, "timezone": {"N": "1"}})
    tick(world)
    assert not world.services.due_list.read().check.checked_at_s
    world.client.put_item(TableName="CatalogTable", Item=item)
    tick(world)
    assert world.services.due_list.read().check.checked_at_s
    assert_nothing_is_missing(world.client.items, world.now_s)


@pytest.mark.parametrize("attribute", ["campaign_id", "number", "claim_key", "buckets", "last_expiry_s", "rest_day"])
@pytest.mark.parametrize("value", [None, {"BOOL": True}], ids=["lost", "of another type"])
def test_a_damaged_line_hides_nothing(world: World, attribute: str, value: Any) -> None:
    """Wallets show its packs, its steps go on, and the next tick writes it anew."""
    tick(world)
    spoil(world, "BATCH#pack", {attribute: value})
    assert wallet(world) == 1
    tick(world)
    assert world.services.due_list.read().unsure == []
    assert_nothing_is_missing(world.client.items, world.now_s)
    left(world)


@pytest.mark.parametrize("sk", ["BATCH#pack", "CAMPAIGN#season"])
@pytest.mark.parametrize("change", ["extended", "its campaign ends later"])
def test_a_line_that_is_written_anew_is_not_older_than_a_change(world: World, sk: str, change: str) -> None:
    """An operator is faster than the minute that read the batch and its campaign before."""
    tick(world)
    spoil(world, sk, {"campaign_id": None, "because": None})

    def changed() -> None:
        if change == "extended":
            extend(world.services, "pack", 60)
        else:
            later_end(world, "2020-09-01T00:00:00+08:00")

    client = Overtaken(world.client, "transact_write_items", "written ", changed)
    run_schedule(world.new_services(client=client), world.now_s, float("inf"))
    assert_nothing_is_missing(world.client.items, world.now_s)
    tick(world)
    assert world.services.due_list.read().unsure == []
    assert_nothing_is_missing(world.client.items, world.now_s)


def test_a_line_that_lacks_its_state_is_due(world: World) -> None:
    """Its batch was done: it is looked at once more, and done again."""
    done(world)
    spoil(world, "BATCH#pack", {"done": {"S": "yes"}})
    tick(world)
    assert line_of(world) == "due"
    ticks(world, "2020-06-25T00:00:30+08:00")
    assert line_of(world) == "done"


def test_a_damaged_end_of_a_campaign_is_written_anew(world: World) -> None:
    """By its document."""
    tick(world)
    for changes in ({"ends_at_s": {"S": "x"}}, {"because": None}):
        spoil(world, "CAMPAIGN#season", changes)
        (line,) = world.new_services().cache.live(world.now_s)
        assert line.campaign_ends_at_s == line.last_expiry_s, "so long bookings are shown, too"
        tick(world)
        assert_nothing_is_missing(world.client.items, world.now_s)


def test_a_damaged_check_has_the_list_compared_each_minute(world: World) -> None:
    """Nothing relies on it then, and an alarm rings."""
    tick(world)
    spoil(world, "CHECK#", {"left_at_s": {"S": "x"}})
    services = world.new_services()
    run_schedule(services, world.now_s, float("inf"))
    assert [(one.pk, one.sk) for one in services.damages.take()[0]] == [("DUE", "CHECK#")]
    assert wallet(world) == 1


@pytest.mark.parametrize("lost", [("BATCH#",), ("CAMPAIGN#",), ("BATCH#", "CAMPAIGN#")])
def test_a_lost_line_is_found_within_an_hour(world: World, lost: tuple[str, ...]) -> None:
    """The list is compared with the index once an hour."""
    tick(world)
    without(world, lost)
    world.clock.advance(CHECKED_EACH_S - 120)
    tick(world)
    assert line_of(world) == ("due" if lost == ("CAMPAIGN#",) else "left")
    world.clock.advance(60)
    tick(world)
    assert line_of(world) == "due"
    assert_nothing_is_missing(world.client.items, world.now_s)


@pytest.mark.parametrize("change", ["extended", "its campaign ends later"])
def test_what_a_release_without_the_list_wrote_is_found(world: World, change: str) -> None:
    """It extended a batch, or moved an end, and the lines did not learn it: wallets show the coupons within an hour."""
    tick(world)
    with not_listing(world):
        if change == "extended":
            extend(world.services, "pack", 60)
        else:
            later_end(world, "2020-09-01T00:00:00+08:00")
    world.clock.advance(CHECKED_EACH_S)
    tick(world)
    assert_nothing_is_missing(world.client.items, world.now_s)
    world.clock.set("2020-07-10T12:00:00+08:00")
    assert wallet(world, "bob") == 1


@pytest.mark.parametrize("state", [done, left], ids=["done", "left"])
def test_a_day_that_a_release_without_the_list_closed_is_given_back(world: World, state: Any) -> None:
    """It listed no batch before the close; within an hour the comparison finds a later day than the rest's."""
    state(world)
    world.clock.set("2020-08-05T12:00:00+08:00")
    tick(world)
    assert world.merchant().reverse("order-ann", "r-1", 4_000).status == 201
    world.clock.set("2020-08-06T00:00:30+08:00")
    with not_listing(world), pytest.raises(KilledError):
        tick(world, world.new_services(client=Mortal(world.client, 1, applied=True, word="closed_at_s = :now")))
    world.clock.advance(CHECKED_EACH_S)
    tick(world, times=2)
    assert_nothing_is_missing(world.client.items, world.now_s)
    assert opened(world, "pack") == of(0)


def test_what_leaves_meanwhile_is_compared_again(world: World) -> None:
    """The comparison is not recorded over the moment at which something left."""
    done(world)
    world.clock.advance(DAY_S)

    def other_is_done() -> None:
        world.services.transact(world.services.due_list.done("pack", "2020-09-09", world.now_s))

    world.services.due_list.list_again("pack", world.now_s)
    before = world.services.due_list.read().check
    client = Overtaken(world.client, "update_item", "checked_at_s", other_is_done)
    run_schedule(world.new_services(client=client), world.now_s, float("inf"))
    after = world.services.due_list.read().check
    assert (after.checked_at_s, after.left_at_s) == (before.checked_at_s, world.now_s)

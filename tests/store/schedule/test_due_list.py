"""The due list: what enters it, is done and leaves, by the cases of `model/due_list.py`; and what a minute costs."""

from __future__ import annotations

import json
import threading
from collections import Counter
from typing import Any

import pytest

from coupons.model.due_list import LEAVES_AFTER_S
from coupons.model.swept_days import OVER_DAYS
from coupons.schedule.due_list import remember
from coupons.schedule.minute import run_schedule
from coupons.times import DAY_S
from infra.virtual.store import Store
from infra.virtual.writes import Place
from tests.due import assert_nothing_is_missing, line_of
from tests.store.books import CLOSED, tick
from tests.store.faults import KilledError, Mortal, Overtaken
from tests.store.over import (
    ENDS,
    EXPIRED,
    REST,
    done,
    later_end,
    new_world,
    published_late,
    season,
    ticks,
    to_leaving,
    wallet,
)
from tests.world import World, a_batch, campaign, seconds


@pytest.fixture
def world() -> World:
    return new_world()


def test_a_batch_enters_with_its_publication() -> None:
    """With its campaign's end and time zone; a draft is not in it."""
    world = World(Store())
    document = campaign(a_batch(), a_batch("draft"))
    world.publish({**document, "batches": document["batches"][:1]})
    due = world.services.due_list.read()
    assert (due.due_ids, due.campaigns["season"].ends_at_s) == (["pack"], seconds(document["ends_at"]))
    assert due.zones == {"Asia/Shanghai"}


def test_a_batch_is_due_until_its_rest_is_given(world: World) -> None:
    """Of the days through that on which it was counted as expired; none after it has lines."""
    for moment in ("2020-06-07T00:01:00+08:00", CLOSED, EXPIRED):
        ticks(world, moment)
        assert line_of(world) == "due"
    ticks(world, REST)
    assert (line_of(world), wallet(world)) == ("done", 1)


@pytest.mark.parametrize("applied", [False, True], ids=["before", "after"])
def test_it_is_done_in_the_transaction_of_its_rest(world: World, applied: bool) -> None:
    """Killed before, neither is; killed after, both are."""
    ticks(world, "2020-06-07T00:01:00+08:00", CLOSED, EXPIRED)
    world.clock.set(REST)
    with pytest.raises(KilledError):
        tick(world, world.new_services(client=Mortal(world.client, 1, applied=applied, word="rest_through")))
    through = world.services.cache.control_now("pack").rest_through
    assert (line_of(world), through) == (("done", "2020-06-21") if applied else ("due", ""))
    tick(world)
    assert line_of(world) == "done"


def test_a_batch_whose_bookings_are_not_counted_is_not_done() -> None:
    """They are counted by the next ticks, and it is done with the next day."""
    world = World(Store())
    window = {"opens_at": "2020-06-01T10:00:00+08:00", "closes_at": "2020-06-05T10:00:00+08:00"}
    world.publish(season(batches=[a_batch(booking=window)]))
    done(world)
    assert line_of(world) == "done"
    control = world.services.cache.control_now("pack")
    world.services.controls.recount_bookings("pack", control)
    world.services.due_list.list_again("pack", world.now_s)
    services = world.new_services()
    services.bookings.count = lambda *_: 1 / 0  # type: ignore[method-assign]
    world.clock.set("2020-06-26T00:00:30+08:00")
    with pytest.raises(ZeroDivisionError):
        run_schedule(services, world.now_s, float("inf"))
    assert line_of(world) == "due"


def test_a_campaign_leaves_when_its_days_can_be_swept(world: World) -> None:
    """Three days after its end, with its batch; no wallet showed it since its end."""
    assert LEAVES_AFTER_S == OVER_DAYS * DAY_S
    done(world)
    world.clock.set(ENDS)
    world.clock.advance(-1)
    assert wallet(world) == 1
    world.clock.advance(1)
    assert wallet(world) == 0
    world.clock.advance(LEAVES_AFTER_S - 1)
    run_schedule(world.new_services(), world.now_s, float("inf"))
    assert line_of(world) == "done"
    world.clock.advance(1)
    run_schedule(world.new_services(), world.now_s, float("inf"))
    due = world.services.due_list.read()
    assert (line_of(world), due.campaigns, due.zones) == ("left", {}, {"Asia/Shanghai"})
    assert_nothing_is_missing(world.client.items, world.now_s)


MEANWHILE = {
    "its end is later": lambda world: later_end(world, "2020-08-01T00:00:00+08:00"),
    "a day with lines of a batch is closed": lambda world: world.services.due_list.list_again("pack", world.now_s),
    "another batch of it is published": published_late,
}


@pytest.mark.parametrize("case", MEANWHILE)
def test_a_campaign_does_not_leave(world: World, case: str) -> None:
    """Nothing of it leaves if it is listed for another reason just before the transaction."""
    done(world)
    to_leaving(world)
    client = Overtaken(world.client, "transact_write_items", "because = :because", lambda: MEANWHILE[case](world))
    run_schedule(world.new_services(client=client), world.now_s, float("inf"))
    assert line_of(world) != "left"
    assert_nothing_is_missing(world.client.items, world.now_s)


def test_what_is_not_swept_or_folded_keeps_its_campaign(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """One facility's day whose slots were not counted is enough, and so is an hour that was not folded."""
    done(world)
    to_leaving(world)
    for name in ("coupons.schedule.no_shows.is_swept", "coupons.schedule.due_list._is_folded"):
        with monkeypatch.context() as patched:
            patched.setattr(name, lambda *_: False)
            tick(world)
            assert line_of(world) == "done"
    tick(world)
    assert line_of(world) == "left"


def copied(world: World, batches: int) -> None:
    """The catalog has so many batches like `b-000` of `season-0`, 40 a campaign."""
    made = dict(world.client.items)
    for place, item in world.client.items.items():
        text = json.dumps([place, item])
        for number in range(batches if place.table == "CatalogTable" else 0):
            other = text.replace("b-000", f"b-{number:03}").replace("season-0", f"season-{number // 40}")
            at, copy = json.loads(other)
            made[Place(*at)] = copy
    world.client.restore(made)


def test_a_minute_costs_what_is_live() -> None:
    """Of two hundred batches that are done it reads lines alone; when they have left, it is as cheap as with none."""
    world = World(Store())
    world.publish({**season(batches=[a_batch("b-000")]), "campaign_id": "season-0"})
    done(world)
    copied(world, 200)
    services = world.new_services()
    run_schedule(services, world.now_s, float("inf"))
    world.clock.advance(60)
    services.meter.take()
    run_schedule(services, world.now_s, float("inf"))
    assert services.meter.take().read_units <= 10, "of campaigns that wallets still show"
    to_leaving(world)
    tick(world, times=2)
    assert line_of(world, "b-199") == "left"
    services = world.new_services()
    run_schedule(services, world.now_s, float("inf"))
    used = services.meter.take()
    assert (used.requests, used.read_units, used.write_units) == (2, 1.0, 0.0), "the list, and the days to close"


@pytest.mark.parametrize("workers", [1, 3])
def test_a_first_minute_reads_side_by_side(workers: int) -> None:
    """As many batches at once as there are workers; each once a process."""
    world = World(Store(), settings={"SWEEP_WORKERS": str(workers)})
    names = [f"b-{place}" for place in range(3)]
    world.publish(season(batches=[a_batch(name) for name in names]))
    together, read = threading.Barrier(workers), Counter[str]()

    class Meeting:
        """A client that answers for a batch when all workers have asked."""

        def __getattr__(self, name: str) -> Any:
            return getattr(world.client, name)

        def get_item(self, **asked: Any) -> Any:
            together.wait(timeout=60)
            read[asked["Key"]["pk"]["S"]] += 1
            return world.client.get_item(**asked)

    services = world.new_services(client=Meeting())
    for _ in range(2):
        remember(services, names)
    assert read == {f"BATCH#{name}": 1 for name in names}

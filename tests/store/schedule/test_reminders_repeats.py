"""Reminders are sent at least once under one id: killed, repeated, extended meanwhile, or with the clock set back."""

from __future__ import annotations

from typing import Any

import pytest

from coupons.model.batches import PublishedBatch
from coupons.operate.controls import extend
from coupons.schedule import reminders
from coupons.schedule.due_list import read_due
from coupons.schedule.minute import run_schedule
from tests.bus import Heard
from tests.store.faults import Faulty, KilledError, Mortal, fault, first
from tests.store.waves import DAY_S, FIRST_DAY, FOREVER, claimed, control, day, tick, told
from tests.world import World, a_batch, campaign, order, terms


@pytest.fixture
def season(world: World) -> World:
    """A batch that is open for a day, with 14 days of validity and reminders three days before the end."""
    world.publish(campaign(a_batch(remind_days=3)))
    return world


def crowd(world: World, people: int = 12) -> set[str]:
    return {claimed(world, f"p{number}") for number in range(people)}


@pytest.fixture
def wide(world: World) -> World:
    """Twelve of forty packs are claimed, in 64 buckets."""
    world.settings["CLAIMS_PER_BUCKET"] = "1"
    world.publish(campaign(a_batch(quantity=40, remind_days=3)))
    return world


@pytest.mark.parametrize("applied", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("nth_write", [1, 40, 65])
def test_a_killed_wave_goes_on_and_repeats_a_spans_events_only(wide: World, nth_write: int, applied: bool) -> None:
    """Killed at a fold or at the record of the horizon, everybody is told, and repeats have the same ids."""
    coupons = crowd(wide)
    wide.clock.set(FIRST_DAY)
    with pytest.raises(KilledError):
        tick(wide, wide.new_services(client=Mortal(wide.client, nth_write, applied=applied)))
    before = {entry["Detail"] for entry in wide.heard.entries}
    wide.clock.advance(0)
    tick(wide, wide.new_services(seed=5))
    events = wide.heard.take()
    assert {coupon["coupon_id"] for event in events for coupon in event["data"]["coupons"]} == coupons
    assert len({event["id"] for event in events}) == len(coupons)
    assert len(coupons) <= len(events) <= len(coupons) + 3, f"a bucket's events at most, after {len(before)}"
    assert control(wide).reminded_until_s == day(21)


def test_a_span_is_recorded_after_its_events_were_put(wide: World) -> None:
    """The bus fails at the third request; the next call announces the rest, and nothing is lost."""
    coupons = crowd(wide)
    wide.clock.set(FIRST_DAY)

    class Failing(Heard):
        def put_events(self, **parameters: Any) -> dict[str, Any]:
            if self.requests == 2:
                raise fault("ThrottlingException")
            return super().put_events(**parameters)

    failing = Failing()
    report = run_schedule(wide.new_services(bus=failing), wide.now_s, FOREVER)
    assert report.more
    assert control(wide).reminded_until_s == 0
    assert tick(wide) == [{"batch_id": "pack", "claims": 12, "coupons": 12}]
    assert len(failing.entries) + len(wide.heard.entries) == len(coupons)
    events = [*failing.take(), *wide.heard.take()]
    assert {event["data"]["coupons"][0]["coupon_id"] for event in events} == coupons


def test_the_same_id_though_a_coupon_was_used_in_between(world: World) -> None:
    """A wave is killed, one coupon of a pack is redeemed, and the wave resumes after midnight with the other one."""
    world.publish(campaign(a_batch(remind_days=3, terms=["ten-off", "two-off"]), terms=[terms(), terms("two-off")]))
    ann = world.citizen("ann")
    coupons = [c["coupon_id"] for c in ann.put_claim("pack").json["coupons"]]
    world.clock.set(FIRST_DAY)
    with pytest.raises(KilledError):
        tick(world, world.new_services(client=Mortal(world.client, 17, applied=False)))
    world.merchant().redeem("o-1", ann.code(coupons[0]), order())
    world.clock.advance(DAY_S)
    tick(world)
    one, other = world.heard.take()
    assert one["id"] == other["id"]
    assert [len(event["data"]["coupons"]) for event in (one, other)] == [2, 1]


def test_two_waves_side_by_side_are_one(season: World) -> None:
    """The slower one records no horizon and reports nothing; both sent the same ids."""
    claimed(season, "ann")
    season.clock.set(FIRST_DAY)
    fast: list[Any] = []
    slow = Faulty(season.client, "put_item", first(lambda: fast.extend(tick(season, season.new_services(seed=2)))))
    assert tick(season, season.new_services(client=slow)) == []
    assert fast == [{"batch_id": "pack", "claims": 1, "coupons": 1}]
    assert len({event["id"] for event in season.heard.take()}) == 1


def test_a_wave_without_time_asks_for_more(season: World) -> None:
    """Half a wave is not recorded."""
    claimed(season, "ann")
    season.clock.set(FIRST_DAY)
    batch: PublishedBatch = season.services.cache.batch("pack")
    assert reminders.remind(season.services, batch, season.now_s, season.clock.monotonic) == (None, True)
    assert (told(season), control(season).reminded_until_s) == ([], 0)
    report = run_schedule(season.services, season.now_s, season.clock.monotonic)
    assert (report.did, report.more) == ([], True)


# what operators and clocks do


def test_an_extension_is_told_with_the_new_end(season: World) -> None:
    """Under another id, on its new day, or at once if that day's wave is over."""
    coupon_id = claimed(season, "ann")
    season.clock.set(FIRST_DAY)
    tick(season)
    (before,) = season.heard.take()
    extend(season.new_services(), "pack", 2)
    season.clock.advance(2 * DAY_S - 1)
    assert tick(season) == []
    season.clock.advance(1)
    tick(season)
    (after,) = season.heard.take()
    assert after["data"]["expires_at"] == "2020-06-22T10:00:00+08:00"
    assert after["data"]["coupons"] == before["data"]["coupons"] == [{"coupon_id": coupon_id, "terms_id": "ten-off"}]
    assert after["id"] != before["id"]
    season.clock.advance(DAY_S)
    tick(season)
    assert (control(season).reminded_until_s, told(season)) == (day(24), [])
    extend(season.new_services(), "pack", 3)
    season.clock.advance(60)
    tick(season)
    assert told(season) == [("2020-06-23T10:00:00+08:00", [coupon_id])]


def test_an_extension_during_a_wave_is_not_passed_over(season: World) -> None:
    """The wave's horizon is not recorded, and the next call uses the new end."""
    coupon_id = claimed(season, "ann")
    season.clock.set("2020-06-19T12:00:00+08:00")
    read_due(season.services, season.now_s)
    meanwhile = first(lambda: extend(season.new_services(), "pack", 1))
    assert tick(season, season.new_services(client=Faulty(season.client, "put_item", meanwhile))) == []
    assert control(season).reminded_until_s == 0
    assert tick(season, season.new_services()) == [{"batch_id": "pack", "claims": 1, "coupons": 1}]
    assert told(season) == [("2020-06-20T10:00:00+08:00", [coupon_id]), ("2020-06-21T10:00:00+08:00", [coupon_id])]


def test_a_stale_control_item_tells_no_old_end(season: World) -> None:
    """The schedule had read the control item before the extension; the wave reads it again, strongly."""
    claimed(season, "ann")
    season.clock.set(FIRST_DAY)
    meanwhile = first(lambda: extend(season.new_services(), "pack", 5))
    assert tick(season, season.new_services(client=Faulty(season.client, "get_item", meanwhile))) == []
    assert told(season) == []


def test_a_clock_set_back_tells_again(season: World) -> None:
    """Set back before the day of the wave, it also announces to people who claimed after that time."""
    coupon_id = claimed(season, "ann")
    season.clock.set(FIRST_DAY)
    tick(season)
    (before,) = season.heard.take()
    season.clock.set("2020-06-06T10:00:00+08:00")
    tick(season)
    assert control(season).reminded_until_s == season.now_s
    for _ in range(3):  # until the reclaim that had begun is through
        season.clock.advance(60)
        tick(season)
    other = claimed(season, "bo", "2020-06-06T10:03:00+08:00")
    assert told(season) == []
    season.clock.set(FIRST_DAY)
    assert tick(season) == [{"batch_id": "pack", "claims": 2, "coupons": 2}]
    events = season.heard.take()
    assert {event["data"]["coupons"][0]["coupon_id"] for event in events} == {coupon_id, other}
    assert before["id"] in {event["id"] for event in events}


@pytest.mark.parametrize(("by_s", "back"), [(60, False), (61, True)])
def test_a_clock_that_is_a_little_behind_is_not_set_back(season: World, by_s: int, back: bool) -> None:
    """Two processes on two sides of midnight, at most a minute apart, do not undo each other's wave."""
    claimed(season, "ann")
    season.clock.set(FIRST_DAY)
    tick(season)
    season.clock.advance(-by_s)
    tick(season)
    assert (control(season).reminded_until_s == day(21)) is not back

"""Reminders: each coupon that is still available is announced on its day, and others do not pay for it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from coupons.damage import Damaged
from coupons.model.claimed_packs import ClaimedPack
from coupons.schedule import reminders
from coupons.schedule.due_list import read_due
from coupons.schedule.minute import run_schedule
from tests.bus import Heard
from tests.store.faults import Counting, fault
from tests.store.waves import DAY_S, FIRST_DAY, FOREVER, claimed, control, day, tick, told, without_folds
from tests.world import World, a_batch, campaign, order, seconds, terms


@pytest.fixture
def season(world: World) -> World:
    """A batch that is open for a day, with 14 days of validity and reminders three days before the end."""
    world.publish(campaign(a_batch(remind_days=3)))
    return world


def due(world: World, at: str, **changes: Any) -> tuple[int, int] | None:
    found = reminders.due(world.services.cache.batch("pack"), replace(control(world), **changes), seconds(at))
    return None if found is None else (found.start, found.stop)


@pytest.mark.parametrize(
    ("at", "until_s", "interval"),
    [
        ("2020-06-16T23:59:59+08:00", 0, None),
        ("2020-06-17T00:00:00+08:00", 0, (day(10), day(21))),
        ("2020-06-17T23:59:59+08:00", 0, (day(10), day(21))),
        ("2020-06-17T23:59:59+08:00", day(21), None),
        ("2020-06-17T23:59:59+08:00", day(21) - 1, (day(21) - 1, day(21))),
        ("2020-06-18T00:00:00+08:00", day(21), (day(21), day(22))),
        # the last coupon, claimed in the last second, ends at 10:00 on the 21st
        ("2020-06-19T00:00:00+08:00", day(22), None),
        ("2020-06-19T00:00:00+08:00", seconds("2020-06-21T10:00:00+08:00"), (day(21) + 36_000, day(23))),
        ("2020-06-19T00:00:00+08:00", seconds("2020-06-21T10:00:01+08:00"), None),
        ("2020-06-21T09:59:59+08:00", 0, (day(10), day(25))),
        ("2020-06-21T10:00:00+08:00", 0, None),
    ],
)
def test_a_wave_is_due_once_a_day_while_a_coupon_can_end_in_it(
    season: World, at: str, until_s: int, interval: tuple[int, int] | None
) -> None:
    """From midnight of the first day, in the campaign's time zone, until the last coupon expires."""
    assert due(season, at, reminded_until_s=until_s) == interval


def test_a_pack_without_an_end_in_the_wave_needs_no_key(season: World) -> None:
    """Its claim can be of a key that this process does not know; one that ends in the wave is damaged then."""
    claimed(season, "ann")
    batch = season.services.cache.batch("pack")
    claim = season.services.claims.get(batch, season.services.keys.person("ann"), consistent=True)
    assert claim is not None
    pack = ClaimedPack(batch, replace(claim, key_version=99), control(season).ruling)
    season.clock.advance(DAY_S)  # a key that is on its way would have come
    assert reminders._expiring(season.services, pack, range(day(10), day(11)), season.now_s) == []
    with pytest.raises(Damaged, match="there is no key of its version"):
        reminders._expiring(season.services, pack, range(day(10), day(22)), season.now_s)


def test_an_extension_moves_the_days(season: World) -> None:
    """By the days of the extension."""
    later = {"extended_s": 2 * DAY_S}
    assert due(season, "2020-06-18T23:59:59+08:00", **later) is None
    assert due(season, "2020-06-19T00:00:00+08:00", **later) == (day(10), day(23))
    assert due(season, "2020-06-23T09:59:59+08:00", **later) == (day(10), day(27))
    assert due(season, "2020-06-23T10:00:00+08:00", **later) is None


def test_what_is_voided_needs_no_reminder(season: World) -> None:
    """A stopped batch whose coupons stay valid does."""
    assert due(season, FIRST_DAY, stopped=True) is not None
    assert due(season, FIRST_DAY, stopped=True, voided=True) is None


def test_a_batch_without_reminders_never_is_due(world: World) -> None:
    """At no time."""
    world.publish(campaign())
    assert all(due(world, f"2020-06-{number:02}T12:00:00+08:00") is None for number in range(1, 30))


def test_who_claims_in_the_last_days_was_just_told(world: World) -> None:
    """Open until the 21st, reminders three days before: a claim of the 17th is announced, a later one not."""
    window = {"kind": "fixed", "starts_at": "2020-06-01T00:00:00+08:00", "ends_at": "2020-06-21T10:00:00+08:00"}
    world.publish(
        campaign(a_batch(remind_days=3, closes_at="2020-06-20T10:00:00+08:00"), terms=[terms(validity=window)])
    )
    coupon_id = claimed(world, "ann", "2020-06-17T23:59:59+08:00")
    assert tick(world) == []
    world.clock.advance(1)
    assert tick(world) == [{"batch_id": "pack", "claims": 1, "coupons": 1}]
    claimed(world, "bo", "2020-06-18T00:00:01+08:00")
    for number in (18, 19, 20, 21):
        world.clock.set(f"2020-06-{number}T01:00:00+08:00")
        assert tick(world) == []
    assert told(world) == [("2020-06-21T10:00:00+08:00", [coupon_id])]


# whom


def test_each_is_told_on_the_day_of_its_coupon(season: World) -> None:
    """Expiries on two sides of midnight are announced a day apart; the calls of one day announce once."""
    early = claimed(season, "ann", "2020-06-06T23:59:59+08:00")
    late = claimed(season, "bo", "2020-06-07T00:00:00+08:00")
    season.clock.set("2020-06-16T23:59:59+08:00")
    tick(season)
    assert told(season) == []
    season.clock.advance(1)
    assert tick(season) == [{"batch_id": "pack", "claims": 1, "coupons": 1}]
    assert told(season) == [("2020-06-20T23:59:59+08:00", [early])]
    season.clock.advance(DAY_S - 1)
    assert tick(season) == []
    season.clock.advance(1)
    assert tick(season) == [{"batch_id": "pack", "claims": 1, "coupons": 1}]
    assert told(season) == [("2020-06-21T00:00:00+08:00", [late])]
    for _ in range(5):
        season.clock.advance(DAY_S)
        assert tick(season) == []
    assert told(season) == []


def test_a_late_first_tick_tells_what_still_lives(season: World) -> None:
    """After missed days a coupon is announced until a second before its end, and not at its end."""
    claimed(season, "ann", "2020-06-06T10:00:00+08:00")
    coupon_id = claimed(season, "bo", "2020-06-06T10:00:01+08:00")
    season.clock.set("2020-06-20T10:00:00+08:00")
    assert tick(season) == [{"batch_id": "pack", "claims": 1, "coupons": 1}]
    assert told(season) == [("2020-06-20T10:00:01+08:00", [coupon_id])]


def redeemed(world: World, coupon_id: str) -> None:
    code = world.citizen("ann").code(coupon_id)
    assert world.merchant().redeem("o-1", code, order()).status == 201


def held(world: World, coupon_id: str) -> None:
    body = {"code": world.citizen("ann").code(coupon_id), "order": order(), "ttl_s": 600}
    assert world.merchant().send("PUT /orders/{order_no}/hold", {"order_no": "o-1"}, body=body).status == 201


def returned(world: World, coupon_id: str) -> None:
    redeemed(world, coupon_id)
    assert world.merchant().reverse("o-1", "r-1", 4000).json["coupon_returned"]


def lapsed(world: World, coupon_id: str) -> None:
    held(world, coupon_id)
    world.clock.advance(600)


@pytest.mark.parametrize(("use", "tells"), [(redeemed, False), (held, False), (returned, True), (lapsed, True)])
def test_what_can_be_used_is_told(season: World, use: Callable[[World, str], None], tells: bool) -> None:
    """Redeemed or held coupons are not; returned ones and those whose hold has lapsed are."""
    coupon_id = claimed(season, "ann")
    season.clock.set(FIRST_DAY)
    use(season, coupon_id)
    tick(season)
    assert [coupons for _, coupons in told(season)] == ([[coupon_id]] if tells else [])


def test_coupons_of_one_pack_are_one_event_a_moment(world: World) -> None:
    """Two coupons expire together; one expires two days later and is announced then."""
    sixteen = {"kind": "days_after_claim", "days": 16}
    pack = a_batch(remind_days=3, terms=["ten-off", "two-off", "later"])
    world.publish(campaign(pack, terms=[terms(), terms("two-off"), terms("later", validity=sixteen)]))
    coupons = [c["coupon_id"] for c in world.citizen("ann").put_claim("pack").json["coupons"]]
    world.clock.set(FIRST_DAY)
    assert tick(world) == [{"batch_id": "pack", "claims": 1, "coupons": 2}]
    assert told(world) == [("2020-06-20T10:00:00+08:00", coupons[:2])]
    world.clock.advance(2 * DAY_S)
    tick(world)
    assert told(world) == [("2020-06-22T10:00:00+08:00", coupons[2:])]


def test_a_sister_of_the_group_is_told_by_her_own_wave(world: World) -> None:
    """Two batches share a claim key; each announces its own coupons, or none."""
    sisters = [a_batch(name, exclusive_group="one", quantity=5) for name in ("pack", "quiet")]
    world.publish(campaign({**sisters[0], "remind_days": 3}, sisters[1]))
    coupon_id = claimed(world, "ann")
    world.citizen("bo").put_claim("quiet")
    world.clock.set(FIRST_DAY)
    assert tick(world) == [{"batch_id": "pack", "claims": 1, "coupons": 1}]
    assert told(world) == [("2020-06-20T10:00:00+08:00", [coupon_id])]


# what it costs, and what it must not cost others


@pytest.mark.parametrize("at", ["2020-06-10T12:00:00+08:00", "2020-06-17T12:00:00+08:00"])
def test_a_tick_with_nothing_to_tell_costs_no_read(world: World, at: str) -> None:
    """Before its days and after the day's wave there are as many requests as without reminders; one asks whether the
    season has a programme, whose slots may be missed.
    """
    counts = []
    world.publish(campaign(a_batch(remind_days=3), a_batch("quiet")))
    claimed(world, "ann")
    for moment in ("2020-06-10T11:00:00+08:00", at):
        world.clock.set(moment)
        for _ in range(3):
            tick(world)
            world.clock.advance(60)
    listed = world.services.due_list.read().batches
    for batch_id in ("pack", "quiet"):
        counting = Counting(world.client)
        services = without_folds(world.new_services(client=counting))
        services.cache.batch("pack")
        services.cache.batch("quiet")
        counting.requests.clear()
        due = replace(world.services.due_list.read(), batches={batch_id: listed[batch_id]})
        services.due_list.read = lambda one=due, **_: one  # type: ignore[method-assign,misc]
        run_schedule(services, world.now_s, FOREVER)
        counts.append(dict(counting.requests))
    assert counts[0] == counts[1] == {"batch_get_item": 1, "query": 1, "get_item": 1}


def test_a_wave_reads_each_bucket_once_and_writes_one_fold_each(season: World) -> None:
    """16 strong reads and one event for the one claim; besides these, the due list and the days to close are read."""
    claimed(season, "ann")
    season.clock.set(FIRST_DAY)
    for _ in range(3):  # the reclaim after the closing, too
        tick(season, season.new_services(bus=Heard()))
        season.clock.advance(60)
    season.clock.set("2020-06-18T00:00:00+08:00")
    read_due(season.services, season.now_s)
    counting = Counting(season.client)
    tick(season, without_folds(season.new_services(client=counting)))
    assert (counting.requests["query"], counting.requests["put_item"]) == (2 + 16, 16)
    assert season.heard.requests == 0


def test_a_bus_that_is_away_keeps_no_batch_waiting(world: World) -> None:
    """The second batch is sealed before the reminders of the first one fail, whatever the failure."""
    closing = a_batch("second", closes_at="2020-06-16T12:00:00+08:00")
    world.publish(campaign(a_batch("pack", remind_days=3), closing))
    claimed(world, "ann")
    world.clock.set(FIRST_DAY)

    class Denied(Heard):
        def put_events(self, **_: Any) -> dict[str, Any]:
            raise fault("AccessDeniedException", 403)

    with pytest.raises(Exception, match="AccessDenied"):
        run_schedule(world.new_services(bus=Denied()), world.now_s, FOREVER)
    assert world.services.controls.get("second").state == "sealing"  # type: ignore[union-attr]

"""Folding and reading: a season is the sum of its minutes, whatever is folded and whatever changes afterwards."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from coupons.count.folds import fold_hours
from coupons.count.reads import season_statistics
from coupons.model.season_statistics import SeasonStatistics
from coupons.model.statistics import Cell, hour_start_s
from coupons.process.refusal_counter import JITTER_S
from coupons.process.season_counts import (
    DAYS_KEPT_MAX,
    HOURS_ALONE_MAX,
    HOURS_KEPT_MAX,
    NOTES_KEPT_MAX,
    hours_from,
    hours_of_days,
)
from coupons.refusals import Malformed, NotFound
from coupons.stores.statistics import MinuteOf
from coupons.times import wall_clock
from infra.virtual.store import Store
from tests.bus import Stream
from tests.store.faults import Counting
from tests.store.played_hour import BATCH, BOOK, DOCUMENT, by_table, played, take
from tests.world import World, seconds

OPENS_S = seconds("2020-06-06T10:00:00+08:00")
BEGAN_S = OPENS_S - 7 * 86_400


def read(world: World, by: Any = "hour", from_s: int | None = 0, to_s: int | None = None) -> SeasonStatistics:
    """Everything, as a process reads it that remembers nothing."""
    return season_statistics(world.new_services(), "season", by, from_s or None, to_s, int(world.clock.wall))


def fold(world: World) -> bool:
    """The schedule's minute folds."""
    services = world.new_services()
    batches = [services.cache.batch("pack")]
    return fold_hours(services, "season", batches, int(world.clock.wall), world.clock.monotonic + 100)


@pytest.fixture
def counted(world: World) -> World:
    """The hour of the opening, counted."""
    for own in by_table(played(world)).values():
        take(world, own, "a")
    return world


def test_the_fold_is_what_the_minutes_say(counted: World) -> None:
    """Before and after the hour is folded the same is read; afterwards no minute is."""
    counted.clock.set("2020-06-06T11:09:59+08:00")
    before = read(counted, "section", BEGAN_S)
    assert fold(counted)
    assert folded(counted) == []
    counted.clock.advance(1)
    assert fold(counted)
    assert folded(counted) == [OPENS_S]
    after = read(counted, "section", BEGAN_S)
    assert (after.rows, after.total, after.packs) == (before.rows, before.total, before.packs)
    assert after.total["claims"] == 3


def folded(world: World) -> list[int]:
    keys = [item["sk"]["S"] for item in world.items()["CatalogTable"] if item["pk"]["S"] == "HOURS#season"]
    return [int(key) for key in keys if key.isdigit()]


def test_what_changes_a_folded_hour_is_read_at_once_and_folded_again(counted: World) -> None:
    """A booking is cancelled a day later: it is taken off its own hour, which readers see before the next fold does."""
    counted.clock.set("2020-06-06T23:00:00+08:00")
    fold(counted)
    assert read(counted, from_s=BEGAN_S).total["bookings"] == 2
    stream = Stream(counted)
    assert counted.citizen("ann").send(BOOK.replace("PUT", "DELETE"), BATCH).status == 200
    take(counted, stream.records(), "late")
    for _ in range(2):
        found = read(counted, from_s=BEGAN_S)
        assert found.total["bookings"] == 1
        assert [row.flows.get("bookings") for row in found.rows if "T10:" in row.name] == [1]
        counted.clock.advance(3600)
        fold(counted)
    assert not counted.services.statistics.hours("season").changed


def test_a_change_while_an_hour_is_folded_is_not_lost(counted: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """The fold is older than the change, and its marks say so."""
    counted.clock.set("2020-06-06T23:00:00+08:00")
    stream = Stream(counted)
    assert counted.citizen("ann").send(BOOK.replace("PUT", "DELETE"), BATCH).status == 200
    late = stream.records()
    store = type(counted.services.statistics)
    real = store.fold

    def between(own: Any, *fields: Any) -> None:
        if late:
            take(counted, [late.pop()], "late")
        real(own, *fields)

    monkeypatch.setattr(store, "fold", between)
    batches = [counted.services.cache.batch("pack")]
    fold_hours(counted.services, "season", batches, int(counted.clock.wall), counted.clock.monotonic + 100)
    monkeypatch.undo()
    assert read(counted, from_s=BEGAN_S).total["bookings"] == 1


def test_a_clock_set_back_counts_on_where_it_stands(counted: World) -> None:
    """What is counted in an hour that was folded before the clock was set back is read, then and later."""
    counted.clock.set("2020-06-06T23:00:00+08:00")
    fold(counted)
    counted.clock.set("2020-06-06T09:30:00+08:00")
    assert [packs.claims for packs in read(counted).packs] == [0]
    counted.clock.set("2020-06-06T10:30:00+08:00")
    stream = Stream(counted)
    assert counted.citizen("dan").put_claim("pack").status == 201
    take(counted, stream.records(), "b")
    found = read(counted, from_s=BEGAN_S)
    assert (found.total["claims"], [packs.claims for packs in found.packs]) == (4, [4])
    fold(counted)
    counted.clock.set("2020-06-07T23:00:00+08:00")
    fold(counted)
    assert read(counted, from_s=BEGAN_S).total["claims"] == 4


def test_months_in_which_nothing_happened_cost_no_request(counted: World) -> None:
    """The clock went ahead, and no schedule ran: only the days in which something was counted are read and folded."""
    counted.clock.set("2021-06-06T10:00:00+08:00")
    counting = Counting(counted.client)
    services, now_s = counted.new_services(client=counting), int(counted.clock.wall)
    services.cache.controls([services.cache.batch("pack").batch_id])
    before = season_statistics(services, "season", "day", None, None, now_s)
    assert counting.requests["query"] <= 8
    assert before.total["claims"] == 3
    counting.requests.clear()
    batches = [services.cache.batch("pack")]
    assert fold_hours(services, "season", batches, now_s, counted.clock.monotonic + 100)
    assert counting.requests["query"] <= 6
    assert read(counted, "day").total == before.total


def test_a_fold_without_time_goes_on_where_it_stopped(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each minute of the schedule has time for one day: no day is read twice, and no sum is wrong meanwhile."""
    world.publish(DOCUMENT)
    store, count = world.services.statistics, Cell("claims", "", "")
    days = [OPENS_S + number * 86_400 for number in range(3)]
    for at_s in days:
        store.note_day("season", at_s // 86_400)
        world.services.tries([store.add(MinuteOf("season", at_s, at_s), 0, {count: 1}, at_s)])
    world.clock.set("2020-06-20T10:00:00+08:00")
    real = type(store).day

    def slow(own: Any, *fields: Any, **options: Any) -> Any:
        world.clock.monotonic += 101
        return real(own, *fields, **options)

    for number in range(3):
        with monkeypatch.context() as patched:
            patched.setattr(type(store), "day", slow)
            assert fold(world) is (number == 2)
        assert folded(world) == days[: number + 1]
        assert read(world, from_s=BEGAN_S).total == {"claims": 3}


def test_rows_by_day_begin_with_the_first_that_was_counted(counted: World) -> None:
    """Neither the day before the season nor one in which nothing happened has a row of zeros."""
    counted.clock.set("2020-06-08T10:00:00+08:00")
    for from_s in (0, OPENS_S - 30 * 86_400):
        found = read(counted, "day", from_s)
        assert [row.name for row in found.rows if not row.flows] == []
        assert found.rows
        assert [row.name for row in found.rows if "claims" in row.flows] == ["2020-06-06"]
        assert read(counted, "hour", OPENS_S - 7200).rows[0].name == "2020-06-06T10:00:00+08:00"


def test_a_process_remembers_few_days(world: World) -> None:
    """Those that it read at once for their many hours, and those that it noted."""
    world.publish(DOCUMENT)
    remembered = world.services.season_counts
    for number in range(2 * DAYS_KEPT_MAX):
        remembered._read("season", OPENS_S + number * 86_400, HOURS_ALONE_MAX + 1)
    assert len(remembered._days._kept) == DAYS_KEPT_MAX
    for number in range(NOTES_KEPT_MAX + 1):
        at_s = OPENS_S + number * 86_400
        remembered.note_days([MinuteOf("season", at_s, at_s)])
    assert len(remembered._noted) <= NOTES_KEPT_MAX


def test_a_process_remembers_the_minutes_of_few_hours(counted: World) -> None:
    """Those read last, however many are asked for."""
    remembered = counted.services.season_counts
    for number in range(2 * HOURS_KEPT_MAX):
        remembered.minutes("season", OPENS_S + number * 3600)
    assert len(remembered._minutes._kept) == HOURS_KEPT_MAX
    counting = Counting(counted.client)
    own = counted.new_services(client=counting).season_counts
    for _ in range(2):
        own.minutes("season", OPENS_S)
    assert counting.requests["query"] == 1


@settings(max_examples=30, deadline=None)
@given(
    from_s=st.integers(OPENS_S - 7200, OPENS_S + 7200),
    length_s=st.integers(1, 10_000),
    by=st.sampled_from(["minute", "hour", "day", "section", "batch", "district"]),
    is_folded=st.booleans(),
)
def test_any_span_is_the_sum_of_its_minutes(kept: Any, from_s: int, length_s: int, by: Any, is_folded: bool) -> None:
    """A minute belongs to the span in which it begins; rows add up to the total."""
    items, minutes = kept
    world = World(Store())
    world.client.restore(items)
    world.clock.set("2020-06-06T23:00:00+08:00")
    if is_folded:
        fold(world)
    found = read(world, by, from_s, from_s + length_s)
    expected = sum(number for minute_s, number in minutes if from_s <= minute_s < from_s + length_s)
    assert found.total.get("redemptions", 0) == expected
    if by != "district" or expected:
        assert sum(row.flows.get("redemptions", 0) for row in found.rows) == expected


@pytest.fixture(scope="module")
def kept() -> tuple[Any, list[tuple[int, int]]]:
    """The counted hour, and the minutes of its redemptions."""
    world = World(Store())
    for own in by_table(played(world)).values():
        take(world, own, "a")
    found = world.services.statistics.minutes("season", OPENS_S, consistent=True)
    return (
        world.client.snapshot(),
        [(minute_s, counts.flows().get("", {}).get("redemptions", 0)) for minute_s, counts in found.items()],
    )


def test_refusals_and_claims_of_each_second(world: World) -> None:
    """Refusals wait in memory, and go out in a turn of their own; claims come from the stream."""
    world.publish(DOCUMENT)
    stream, ann = Stream(world), world.citizen("ann")
    ann.put_claim("pack")
    take(world, stream.records(), "a")
    world.operator().send("POST /admin/batches/{batch_id}/pause", BATCH)
    world.clock.advance(2)
    counter = world.services.refusal_counter
    for _ in range(2):
        ann_refused = world.citizen("bob").put_claim("pack")
        assert ann_refused.slug == "paused"
    world.clock.advance(JITTER_S)
    counter.flush()  # the batch's total
    counter.flush()  # the seconds
    found = season_statistics(world.services, "season", "second", None, None, int(world.clock.wall))
    assert [(row.at_s - OPENS_S, row.claims, row.refused) for row in found.seconds] == [
        (0, 1, {}),
        (2, 0, {"paused": 2}),
    ]
    assert (found.claims_as_of_s, found.refusals_as_of_s) == (OPENS_S, OPENS_S + 2)
    assert [(packs.quantity, packs.claims) for packs in found.packs] == [(10, 1)]


@pytest.mark.parametrize(("days_before", "requests"), [(2, 0), (0, 1)])
def test_seconds_are_read_of_batches_that_open_soon(counted: World, days_before: int, requests: int) -> None:
    """One that opens days later has none, and costs no request."""
    counting = Counting(counted.client)
    services, to_s = counted.new_services(client=counting), OPENS_S - days_before * 86_400
    services.cache.controls([services.cache.batch("pack").batch_id])
    counting.requests.clear()
    season_statistics(services, "season", "second", to_s - 180, to_s, int(counted.clock.wall))
    assert counting.requests["batch_get_item"] == requests


def test_what_is_not_there_or_too_long_is_refused(counted: World) -> None:
    """Another campaign; a span that ends before it begins; more minutes than a day has."""
    with pytest.raises(NotFound):
        season_statistics(counted.services, "other", "hour", None, None, OPENS_S)
    for by, from_s, to_s in (("hour", 5, 5), ("minute", 0, 86_401), ("second", 0, 181), ("hour", 0, 62 * 86_400 + 1)):
        with pytest.raises(Malformed):
            season_statistics(counted.services, "season", by, from_s, to_s, OPENS_S)  # type: ignore[arg-type]


@pytest.mark.parametrize("timezone", ["Asia/Shanghai", "Asia/Kathmandu", "Europe/Paris", "Australia/Lord_Howe"])
def test_each_moment_is_in_one_hour_of_the_wall_clock(timezone: str) -> None:
    """Also where the offset is no whole hour, and over both changes of the clock."""
    for day in ("2020-03-28", "2020-04-04", "2020-10-03", "2020-10-24"):
        first_s = hour_start_s(seconds(f"{day}T12:00:00+00:00"), timezone)
        hours = hours_from(first_s, first_s + 2 * 86_400, timezone)
        moments = range(first_s, first_s + 2 * 86_400 - 3600, 900)
        assert {hour_start_s(moment_s, timezone) for moment_s in moments} <= set(hours)
        assert all(wall_clock(hour_start_s(at, timezone), timezone).minute % 30 == 0 for at in moments)
        today, until_s = first_s // 86_400, first_s + 86_400 + 1_800
        for days in ({today, today + 1}, {today + 1}):
            found = hours_of_days({*days, 1, 90_000}, first_s, until_s, timezone)
            assert found == [hour_s for hour_s in hours if hour_s < until_s and hour_s // 86_400 in days]

"""A recount from the items agrees with what was counted from the streams, to the unit; what differs can be replaced."""

from __future__ import annotations

from typing import Any

import pytest

from coupons.clock import FENCE_S
from coupons.count.folds import fold_hours
from coupons.count.recount import CellDifference, recount, replace_differing
from coupons.count.shards import minute_of
from coupons.model.statistics import Cell, of_claim
from coupons.process.services import Services
from coupons.refusals import NotFound
from coupons.times import epoch_s
from tests.bus import Stream
from tests.store.played_hour import BATCH, BOOK, by_table, played, stored, take
from tests.world import World

LATER = "2020-06-08T10:00:00+08:00"
"""The booking of the batch has closed."""


@pytest.fixture
def counted(world: World) -> World:
    """The hour of the opening, counted."""
    for own in by_table(played(world)).values():
        take(world, own, "a")
    world.clock.set(LATER)
    return world


def fresh(world: World) -> Services:
    return world.new_services()


def again(world: World) -> list[CellDifference]:
    return recount(fresh(world), "season", int(world.clock.wall)).differences


def lose(world: World) -> None:
    """Claims of the first minute are missing in the rows, and another minute has some that nobody made."""
    batch = world.services.cache.batch("pack")
    for at_s, number in ((batch.opens_at_s, -1), (batch.opens_at_s + 1800, 2)):
        minute = minute_of(of_claim(batch, at_s))
        part = world.services.statistics.add(minute, 0, {Cell("claims", "", ""): number}, at_s)
        world.services.statistics._table.send(part)


def test_nothing_differs_after_a_played_hour(counted: World) -> None:
    """Bookings, one of them cancelled, claims, redemptions and reversals; with and without folds."""
    told = recount(fresh(counted), "season", int(counted.clock.wall))
    assert (told.differences, told.minutes) == ([], 2)
    assert recount(fresh(counted), "season", counted.services.cache.batch("pack").opens_at_s + 59).minutes == 0


def test_each_difference_is_named_and_mended(counted: World) -> None:
    """Too few and too many; afterwards the rows say what the items do."""
    before = stored(counted)
    lose(counted)
    told = recount(fresh(counted), "season", int(counted.clock.wall))
    assert [(one.stored, one.recounted) for one in told.differences] == [(0, 1), (2, 0)]
    assert replace_differing(fresh(counted), "season", told, int(counted.clock.wall)) == []
    assert again(counted) == []
    assert {minute: row for minute, row in stored(counted).items() if row} == before


@pytest.mark.parametrize("row", range(8))
def test_a_minute_that_changed_is_not_replaced(counted: World, row: int) -> None:
    """Between the recount and the write a shard counted a record of that minute, in any of its rows.

    Some of them are there already, others not yet.
    """
    lose(counted)
    told = recount(fresh(counted), "season", int(counted.clock.wall))
    batch = counted.services.cache.batch("pack")
    one = of_claim(batch, batch.opens_at_s)
    counted.services.statistics._table.send(counted.services.statistics.add(minute_of(one), row, one.cells, one.at_s))
    left = replace_differing(fresh(counted), "season", told, int(counted.clock.wall))
    assert left == [minute_of(one)]


def test_bookings_that_can_be_cancelled_are_left(counted: World) -> None:
    """A booking was cancelled and its record has not come: a minute without it would be taken off once more."""
    counted.clock.set("2020-06-06T12:00:00+08:00")
    stream = Stream(counted)
    assert counted.citizen("ann").send(BOOK.replace("PUT", "DELETE"), BATCH).status == 200
    told = recount(fresh(counted), "season", int(counted.clock.wall))
    assert {one.cell.flow for one in told.differences} == {"bookings"}
    closes_s = epoch_s(counted.services.cache.batch("pack").document.booking.closes_at)
    for now_s in (int(counted.clock.wall), closes_s + FENCE_S - 1):
        assert len(replace_differing(fresh(counted), "season", told, now_s)) == 1
    take(counted, stream.records(), "a")
    assert again(counted) == []


def test_bookings_are_replaced_where_the_stream_brings_nothing_more(counted: World) -> None:
    """Also while they can be cancelled: a local stack begins its streams anew."""
    counted.clock.set("2020-06-06T12:00:00+08:00")
    assert counted.citizen("ann").send(BOOK.replace("PUT", "DELETE"), BATCH).status == 200
    told = recount(fresh(counted), "season", int(counted.clock.wall))
    assert replace_differing(fresh(counted), "season", told, int(counted.clock.wall), is_read=True) == []
    assert again(counted) == []


def test_a_replaced_minute_of_a_folded_hour_is_read(counted: World) -> None:
    """The fold is older than the replacement, and its marks say so."""
    lose(counted)
    batch = counted.services.cache.batch("pack")
    fold_hours(fresh(counted), "season", [batch], int(counted.clock.wall), counted.clock.monotonic + 60)
    told = recount(fresh(counted), "season", int(counted.clock.wall))
    replace_differing(fresh(counted), "season", told, int(counted.clock.wall))
    hours: dict[int, Any] = fresh(counted).season_counts.hours(
        "season", batch.timezone, batch.begins_at_s, int(counted.clock.wall)
    )
    assert sum(counts.flows()[""]["claims"] for counts in hours.values() if counts.flows()) == 3


def test_a_draft_has_nothing_to_count(world: World) -> None:
    """The campaign is not published."""
    with pytest.raises(NotFound):
        recount(fresh(world), "season", int(world.clock.wall))

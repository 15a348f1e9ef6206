"""The test clock is set back: a batch whose end was recorded is open again, and its stock stays exact."""

from __future__ import annotations

from coupons.claim.catalog import batch as batch_now
from coupons.schedule.minute import run_schedule
from tests.store.schedule.test_reclaim import assert_exact, claimed, control, drained, play_out, remaining, tick
from tests.world import OPENING, World


def over(world: World) -> None:
    """Closed, reclaimed, expired and recorded."""
    world.clock.set("2020-07-01T00:00:00+08:00")
    play_out(world, ticks=3)
    assert control(world).expired_at_s


def test_a_batch_that_was_over_lives_again(season: World) -> None:
    """The clock goes forth, back and forth: the claims and the stock stay exact, and the expiry is recorded again."""
    claimed(season, "ann")
    over(season)
    assert control(season).expired_counts == {"claims": 1, "expired": 1}
    season.clock.set(OPENING)
    tick(season)
    assert (control(season).final, control(season).expired_at_s, control(season).expired_counts) == (False, 0, {})
    assert batch_now(season.services, "pack", season.now_s).remaining == 9
    claimed(season, "bo")
    over(season)
    assert control(season).expired_counts == {"claims": 2, "expired": 2}
    assert_exact(season, 2)


def test_a_batch_that_drains_after_the_clock_was_set_back_is_reclaimed(season: World) -> None:
    """The batch is reclaimed and open again."""
    over(season)
    season.clock.set(OPENING)
    claimed(season, "ann")
    drained(season)
    assert play_out(season)[:2] == ["sealing", "sealed"]
    assert_exact(season, 1)


def test_what_remains_of_an_open_batch_is_read_from_its_shards(season: World) -> None:
    """Also before the schedule has run: a final count matters only after the window has closed."""
    over(season)
    season.clock.set(OPENING)
    claimed(season, "ann")
    assert batch_now(season.services, "pack", season.now_s).remaining == 9


def test_coupons_that_live_again_are_not_over(season: World) -> None:
    """Set back to between closing and the last expiry: the record is removed, and claims are counted again."""
    claimed(season, "ann")
    over(season)
    season.clock.set("2020-06-08T00:00:00+08:00")
    play_out(season, ticks=3)
    assert (control(season).final, control(season).expired_at_s) == (True, 0)
    assert_exact(season, 1)


def test_a_fence_begun_in_the_future_is_begun_anew(season: World) -> None:
    """After sealing, the clock is set back by an hour: the batch waits one fence from now, not an hour and a fence."""
    drained(season)
    season.clock.advance(60)
    assert tick(season) == ["sealing", "sealed"]
    season.clock.advance(-3_600)
    assert tick(season) == ["fence restarted"]
    season.clock.advance(29)
    assert tick(season) == []
    season.clock.advance(1)
    assert tick(season) == ["reopened"]
    assert remaining(season) == 10


def test_what_stands_is_not_taken_back(season: World) -> None:
    """While the clock goes on, a batch whose end is recorded does not change, and nothing is written."""
    over(season)
    before = season.items()
    run_schedule(season.services, season.now_s, float("inf"))
    assert season.items() == before

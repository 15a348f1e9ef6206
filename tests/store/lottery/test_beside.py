"""A draw of millions holds up nobody: the schedule knows nothing of it."""

from __future__ import annotations

from typing import Any

from coupons.clock import FENCE_S
from coupons.schedule.minute import run_schedule
from infra.virtual.store import Store
from tests.store.lottery.lots import CLOSED, FOREVER, draw, enter
from tests.world import World, a_batch, a_lottery, campaign

MINUTE_S = 60
TICKS = 4


def a_town_with_packs() -> World:
    """A lottery whose booking has just closed, and a batch that closed in the same minute with packs leased."""
    world = World(Store(), settings={"STAGE": "local"})
    world.clock.set("2020-06-01T00:00:00+08:00")
    early = {"opens_at": "2020-06-02T10:00:00+08:00", "closes_at": "2020-06-05T10:00:00+08:00"}
    world.publish(campaign(a_lottery(), a_batch("the-other", **early)))
    world.clock.set("2020-06-02T10:00:00+08:00")
    enter(world, "ann")
    assert world.citizen("ben").put_claim("the-other").status == 201
    world.clock.set(CLOSED)
    return world


def test_a_reclaim_due_during_a_draw_finishes_within_four_ticks() -> None:
    """Also if the draw never gets anywhere: its function has a schedule of its own."""
    world = a_town_with_packs()
    for _ in range(TICKS):
        assert draw(world, deadline_s=world.clock.monotonic) == []
        run_schedule(world.services, world.now_s, FOREVER)
        world.clock.advance(MINUTE_S)
    assert world.services.cache.control_now("the-other").final
    assert world.services.cache.control_now("pack").booked < 0


def test_the_schedule_reads_no_entry() -> None:
    """Millions of them would take its whole minute: the draw counts them."""
    world = a_town_with_packs()

    class Watching:
        def __getattr__(self, name: str) -> Any:
            real = getattr(world.client, name)

            def call(**asked: Any) -> Any:
                assert "B#pack#" not in str(asked), f"{name} {asked}"
                return real(**asked)

            return call

    for _ in range(TICKS):
        report = run_schedule(world.new_services(client=Watching()), world.now_s, FOREVER)
        assert not [did for did in report.did if did["step"] == "broken"]
        world.clock.advance(MINUTE_S)


def test_a_stopped_lottery_is_counted_by_the_schedule() -> None:
    """Nothing of it is drawn, and its money goes back as that of any batch."""
    world = a_town_with_packs()
    world.operator().send("POST /admin/batches/{batch_id}/stop", {"batch_id": "pack"}, body={})
    world.clock.advance(FENCE_S)
    run_schedule(world.new_services(), world.now_s, FOREVER)
    assert world.services.cache.control_now("pack").booked == 1

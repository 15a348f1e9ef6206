"""On the local stage a lottery is drawn without anybody's doing, when its round is due."""

from __future__ import annotations

import pytest

from coupons.lottery.minute import run_draws
from coupons.model.draw_state import DrawState
from coupons.times import DAY_S
from tests.store.lottery.lots import DRAWN, FOREVER, batch_of, draw
from tests.world import World


@pytest.fixture
def listed(town: World) -> World:
    """A list that is fixed, a second before its round."""
    town.settings["STAGE"] = "local"
    draw(town)
    town.clock.set(DRAWN)
    town.clock.advance(-1)
    return town


def state(world: World) -> DrawState:
    return world.services.draws.state("pack", consistent=True)


def test_a_lottery_is_drawn_when_its_round_is_due(listed: World) -> None:
    """Not a second earlier, by the one signature of its round, and once."""
    assert draw(listed) == []
    listed.clock.advance(1)
    did = draw(listed)
    batch, beacon = batch_of(listed), state(listed).beacon
    assert batch.draw is not None
    assert did[0] == {"step": "beacon", "round": batch.draw.round}
    assert beacon is not None
    assert (beacon.round, beacon.by, beacon.received_at_s) == (batch.draw.round, "local", listed.now_s)
    assert not [one for one in draw(listed) if one["step"] == "beacon"]


def test_only_the_local_stage_brings_a_beacon(listed: World) -> None:
    """Anywhere else the key of that chain is worth nothing."""
    listed.clock.advance(1)
    listed.settings["STAGE"] = "test"
    run_draws(listed.new_services(), listed.now_s, FOREVER)
    assert state(listed).beacon is None


def test_no_beacon_is_brought_for_a_stopped_lottery(listed: World) -> None:
    """Its draw is abandoned."""
    listed.operator().send("POST /admin/batches/{batch_id}/stop", {"batch_id": "pack"}, body={})
    listed.clock.advance(1)
    draw(listed)
    assert state(listed).beacon is None


def test_a_beacon_that_comes_too_late_holds_up_nothing(listed: World) -> None:
    """A clock was set weeks ahead: the draw is void, and the call goes on."""
    listed.clock.advance(8 * DAY_S)
    assert [one["step"] for one in draw(listed)] == ["void"]

"""The real code of the claim protocol, in many orders, with faults of every kind at every request of every actor."""

from __future__ import annotations

import os
import sys
import time

import pytest

from tests.simulation.aims import Aim
from tests.simulation.run import SeedError, outcomes
from tests.simulation.scenes import scene
from tests.simulation.tally import Tally
from tests.simulation.world import SimulatedWorld

SEEDS = int(os.environ.get("SIMULATION_SEEDS", "2000"))
BEYOND_THE_FENCE_S = (60.0, 150.0)

pytestmark = pytest.mark.timeout(1_200)


@pytest.fixture(scope="module")
def tally() -> Tally:
    """Of all seeds; the first that is red ends it."""
    tally, began_s = Tally(), time.process_time()
    for one in outcomes(range(SEEDS)):
        tally.add(one.tally)
    sys.stdout.write("\n".join(["", *tally.lines(), f"{time.process_time() - began_s:.0f} s of CPU", ""]))
    return tally


def test_nothing_is_oversold_and_nothing_is_lost(tally: Tally) -> None:
    """After each write no pack too many, no person twice, no false sold-out; at the end no pack is missing."""
    assert tally.seeds == SEEDS


def test_what_is_worth_meeting_is_met(tally: Tally) -> None:
    """Each state in one seed of a hundred."""
    assert not tally.rare_states()


def test_every_fault_meets_every_request(tally: Tally) -> None:
    """No fault that a request of an actor can meet is one that it never met."""
    assert not tally.never()


def test_a_put_after_the_fence_oversells() -> None:
    """The assumption of the protocol is one: the check can fail."""
    aim = Aim("stock", likely={"claim": {"late": 0.9}}, late_s=BEYOND_THE_FENCE_S, length_s=250)
    with pytest.raises(SeedError, match=r"oversold|counted"):
        list(outcomes(range(60), aim))


def test_at_its_end_nobody_lives() -> None:
    """Every process has ended, with its greenlet, also those that were killed or never began."""
    scene("stock", 5)
    world = SimulatedWorld(7, Aim("stock", 5))
    made = []
    spawn = world.hub.spawn
    world.hub.spawn = lambda *given: made.append(spawn(*given)) or made[-1]
    world.run()
    assert made
    assert not world.hub.processes
    assert not any(process.greenlet for process in made), "a greenlet is false once it is dead"

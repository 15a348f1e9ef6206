"""The real code of the claim protocol, in many orders, with losses, late puts, deaths and skewed clocks."""

from __future__ import annotations

import os

import pytest

from infra.virtual.store import Store
from tests.simulation.simulator import Simulation
from tests.world import World


@pytest.mark.parametrize("seed", range(int(os.environ.get("SIMULATION_SEEDS", "40"))))
def test_nothing_is_oversold_and_nothing_is_lost(seed: int) -> None:
    """Whatever the order and the faults: no pack too many, none twice, none lost, and no false sold-out."""
    Simulation(World(Store()), seed, packs=3, people=16).run()

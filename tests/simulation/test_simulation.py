"""The real code of the release protocol, in many orders, with losses, late puts, deaths and skewed clocks."""

from __future__ import annotations

import boto3
import pytest
from moto import mock_aws

from tests.simulation.simulator import Simulation
from tests.world import World


@pytest.mark.parametrize("seed", range(6))
def test_nothing_is_oversold_and_nothing_is_lost(seed: int) -> None:
    """Whatever the order and the faults: no pack too many, none twice, none lost, and no false sold-out."""
    with mock_aws():
        Simulation(World(boto3.client("dynamodb")), seed, packs=3, people=16).run()

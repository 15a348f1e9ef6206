"""A seed is the same wherever it runs, and nothing from outside can enter it."""

from __future__ import annotations

import os
import random
import subprocess
import sys
import time
from typing import Any
from unittest.mock import patch

import pytest

from tests.simulation.actors import Schedule
from tests.simulation.run import SeedError, outcome, outcomes
from tests.simulation.sealed import SOURCES, EntropyError, sealed

FIRST, LAST, SOME = 10, 22, 17


def traces(seeds: Any) -> dict[int, str]:
    return {one.seed: one.trace for one in outcomes(seeds)}


def test_a_seed_is_the_same_alone_in_the_middle_and_backwards() -> None:
    """One trace: every request, its parameters, its answer, its time."""
    forwards = traces(range(FIRST, LAST))
    assert traces(reversed(range(FIRST, LAST))) == forwards
    assert traces([SOME]) == {SOME: forwards[SOME]}
    assert len(set(forwards.values())) == LAST - FIRST


@pytest.mark.parametrize("hash_seed", ["0", "1", "77"])
def test_a_seed_is_the_same_whatever_order_sets_have(hash_seed: str) -> None:
    """In a process of its own, with three values of PYTHONHASHSEED."""
    command = [sys.executable, "-m", "tests.simulation.run", "3", "--from", str(SOME), "--traces"]
    environment = {**os.environ, "PYTHONHASHSEED": hash_seed, "PYTHONPATH": os.pathsep.join(sys.path)}
    said = subprocess.run(command, env=environment, capture_output=True, text=True, check=True).stdout
    assert said == "".join(f"{one.seed} {one.trace}\n" for one in outcomes(range(SOME, SOME + 3)))


@pytest.mark.parametrize(
    ("owner", "name"), [(owner, name) for owner, names in SOURCES for name in names if hasattr(owner, name)]
)
def test_what_comes_from_outside_is_refused(owner: Any, name: str) -> None:
    """Clocks, chance, connections, threads."""
    with sealed(), pytest.raises(EntropyError):
        getattr(owner, name)()


def test_chance_without_a_seed_is_refused() -> None:
    """`Random()` takes its seed from the system; one with a seed is chance of the seed's own."""
    with sealed():
        random.Random(1).random()
        with pytest.raises(EntropyError):
            random.Random()


def test_a_seed_that_reads_a_clock_is_red() -> None:
    """The first call from inside ends it."""

    def tick(self: Schedule) -> None:
        time.time()

    with patch.object(Schedule, "tick", tick), pytest.raises(SeedError, match="EntropyError"):
        outcome(SOME)

"""Each guard of the claim protocol is reached, decides otherwise than its absence would, and is missed when removed.

`-s` prints the table.
"""

from __future__ import annotations

import sys
import time

import pytest

from tests.simulation.guards import GUARDS, Guard, Watch
from tests.simulation.run import SeedError, outcome, outcomes

SEEDS = 200
"""In so many a removed guard is found; most in the first."""

pytestmark = pytest.mark.timeout(600)


@pytest.mark.parametrize("guard", GUARDS, ids=lambda guard: guard.name)
def test_a_guard_that_is_removed_is_missed(guard: Guard) -> None:
    """A seed breaks, after the guard would have decided otherwise. With the guard the same seed holds."""
    watch, requests, began_s = Watch(removed=True), 0, time.process_time()
    seed, why = -1, "not found"
    with guard.watched(watch):
        try:
            for one in outcomes(range(SEEDS), guard.aim):
                seed, requests = one.seed, requests + one.tally.requests
        except SeedError as error:
            seed, why = seed + 1, str(error.__cause__)
    took_s = time.process_time() - began_s
    sys.stdout.write(
        f"\n{guard.name}: reached {watch.reached:,}, otherwise {watch.otherwise:,}, seed {seed},"
        f" {requests:,} requests, {took_s:.1f} s: {why}"
    )
    assert watch.otherwise
    assert why != "not found"
    outcome(seed, guard.aim)


def test_a_guard_that_is_watched_changes_nothing() -> None:
    """The trace is the one without a watch, so what is counted is what happens."""
    (without,) = outcomes([3])
    for guard in GUARDS:
        with guard.watched(Watch()):
            assert outcome(3).trace == without.trace

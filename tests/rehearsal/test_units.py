"""What a claim consumes in a rehearsal is what `make costs` and `make bench` print."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from infra.costs import FIRST_CLAIM, played, stocked
from infra.rehearsal.run import rehearsed
from infra.rehearsal.scenario import Scenario
from infra.rehearsal.stack import Stack
from infra.virtual.hub import Hub
from tests.rehearsal.conftest import release

README = Path(__file__).parents[2] / "infra" / "README.md"
CONTROL_READ = 0.5
"""Of the control item, once a second and environment; `make costs` has read it before."""
BENCH = Scenario.of(
    {
        "people": 12_000,
        "concurrency": 8,
        "expected_environments": 8,
        "cpu_s": 0.005,
        "write_s": 0.005,
        "warm_writes": 40_000,
        "gateway_rate": 4_000,
        "window_s": 5,
        "weight": 1,
        **dict.fromkeys(("catalog", "rps_ramp", "early", "again", "lost", "other"), 0),
    }
)
"""As `make bench`: 8 environments that spend 10 ms on an attempt, and 12,000 people who want 10,000 packs."""


def test_the_first_claim_costs_what_make_costs_prints() -> None:
    """A claim, and a repeated one, of an environment that was asked before the opening."""
    rows = dict(played(*stocked()))
    hub, outcomes = Hub(), list[str]()
    stack = Stack(hub, release(100_000), Scenario.of({"people": 10, "cold_s": 0}), 1, 60)
    environment = stack.environment()
    for at_s, person in ((59.5, b"ann"), (60.01, b"bob"), (60.3, b"bob")):
        hub.run(until_s=at_s)
        stack.meter.take()
        environment.serve(person * 8, lambda outcome, _back_s: outcomes.append(outcome))
        hub.run(until_s=at_s + 0.2)
        if person == b"bob":
            asked, consumed = rows[FIRST_CLAIM if at_s < 60.1 else "claim, repeated"], stack.meter.take()
            assert consumed.write_units == asked.write_units
            assert consumed.read_units - asked.read_units in (0, CONTROL_READ)
    assert outcomes == ["not-open", "claimed", "repeat"]


def test_a_spike_costs_what_make_bench_prints() -> None:
    """Write units and requests a claim, within 2 %: leases grow from one pack and shrink to one at the end."""
    printed = re.search(r"ours, steady spike +([0-9.]+) +([0-9.]+)", README.read_text("utf-8"))
    assert printed is not None
    run = rehearsed(release(10_000), BENCH, gone_by_s=60)
    assert run.claimed > 9_800
    assert run.units.write_units / run.claimed == pytest.approx(float(printed[1]), rel=0.02)
    assert run.units.requests / run.claimed == pytest.approx(float(printed[2]), rel=0.02)

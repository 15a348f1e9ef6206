"""A small release that everything can be asked of."""

from __future__ import annotations

import pytest

from infra.rehearsal.run import Run, rehearsed
from infra.rehearsal.scenario import Release, Scenario
from tests.world import a_batch, campaign

PACKS, PEOPLE = 16_000, 40_000


def release(packs: int = PACKS, **changes: object) -> Release:
    document = campaign(a_batch("pack", quantity=packs, **changes))
    document["funders"] = [{**one, "budget_minor": 10**12} for one in document["funders"]]
    return Release.of(document, "pack")


def tight(**changes: float) -> Scenario:
    """A gate of 6,000 requests a second and a cold table: both refuse."""
    return Scenario.of({"people": PEOPLE, "gateway_rate": 6_000, "window_s": 20, "patience_s": 60, **changes})


@pytest.fixture(scope="session")
def run() -> Run:
    """One rehearsal of it, in full."""
    return rehearsed(release(), tight())

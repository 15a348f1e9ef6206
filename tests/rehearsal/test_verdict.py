"""What a run means, and how it is told."""

from __future__ import annotations

from dataclasses import replace

import pytest

from coupons.metering import API_REQUEST, WRITE_UNIT
from infra.rehearsal.report import lines, report
from infra.rehearsal.run import Run
from infra.rehearsal.verdict import REMEDIES, costs, findings, seen
from tests.rehearsal.conftest import PACKS, PEOPLE


def test_everybody_is_among_the_hundred(run: Run) -> None:
    """Who has a pack, who read that there is none, who gave up."""
    people = seen(run)
    assert people.pack + people.none + people.gave_up == pytest.approx(100, abs=0.1)
    assert people.pack == pytest.approx(100 * PACKS / PEOPLE, rel=0.02)
    assert 0 < people.soon <= people.pack


def test_the_limits_that_refuse_are_named_from_their_first_second(run: Run) -> None:
    """The gate from the opening on; the cold table as soon as the gate lets more through than it takes."""
    found = {one.remedy.limit: one for one in findings(run)}
    assert found["gateway"].first_s == 0
    assert found["gateway"].share > 0.5
    assert [one.first_s for one in findings(run)] == sorted(one.first_s for one in findings(run))
    assert {one.raised_by for one in REMEDIES} <= {one.name for one in run.scenario.inputs}


def test_every_limit_of_a_run_has_a_remedy(run: Run) -> None:
    """None is refused by something that nobody can name."""
    assert set(run.refused) <= {one.limit for one in REMEDIES} | {"CatalogTable writes", "CatalogTable reads"}


def test_dollars_are_those_of_the_whole_crowd(run: Run) -> None:
    """Units by their price; what the gateway refused is a range from nothing to a request's price."""
    parts = {one.name: one for one in costs(run)}
    assert parts["DynamoDB"].least >= PACKS * WRITE_UNIT
    refused = sum(run.outcomes["gateway"].values())
    assert parts["429 of the gateway"].least == 0
    assert parts["429 of the gateway"].most >= refused * API_REQUEST
    assert parts["provisioned"].most == parts["warming, once"].most == 0
    assert parts["traces"].least > 0


def test_what_is_kept_ready_costs_by_the_minute(run: Run) -> None:
    """A thousand environments of 1 GB: 0.20 dollars a minute, in steps of five; warming is a range from nothing."""
    raised = replace(run, scenario=run.scenario.but(provisioned=1_000, warm_writes=14_000))
    parts = {one.name: one for one in costs(raised)}
    minutes = -(-(600 + len(run.balance)) // 300) * 5
    assert parts["provisioned"].least == pytest.approx(0.2 * minutes, rel=0.001)
    assert (parts["warming, once"].least, parts["warming, once"].most) == (0, pytest.approx(13.0))


def test_the_answers_come_in_the_order_of_the_questions(run: Run) -> None:
    """A verdict first, and that inputs are assumed before anything else."""
    sections = report([run])
    told = list(lines(sections))
    assert [one.title for one in sections] == ["Verdict", "What binds", "What people see", "Dollars", "Inputs"]
    assert "assumed" in told[1]
    assert told[2].startswith("  Gone at 10:00:")
    assert "have a pack" in told[3]
    assert max(map(len, told)) < 160


def test_several_placements_are_a_range(run: Run) -> None:
    """The first one is told in full."""
    told = list(lines(report([run, run])))
    assert "over 2 placements" in told[2]

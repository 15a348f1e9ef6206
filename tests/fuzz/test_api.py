"""The published document against the running stack, as a fuzzer reads it: schemathesis with all its phases and checks.

Each case is drawn from the document, or is what the document forbids; the seasons' identifiers and tokens make cases
go past the door.
"""

from __future__ import annotations

import pytest

from tests.fuzz.report import PHASES, Report

pytestmark = pytest.mark.timeout(900)
SHARE = 1 / 3


def test_every_phase_ran(report: Report) -> None:
    """None was cut short. The document has no links: the stateful phase infers which identifier of an answer another
    operation asks for.
    """
    assert report.errors == []
    assert set(report.phases) >= set(PHASES)
    assert report.phases["coverage"] > 1_000
    assert report.phases["fuzzing"] > 500
    assert report.phases["stateful"] > 60


def test_no_check_failed(report: Report) -> None:
    """Statuses, headers, media types and bodies are as documented; what is wrong is refused; nothing is a 5xx."""
    assert report.failures == [], "\n\n".join(report.failures[:20])
    assert {status for found in report.statuses.values() for status in found if status >= 500} == set()


def test_every_operation_succeeds_at_least_once(report: Report) -> None:
    """A 2xx of each that the document names."""
    assert [name for name in report.operations if not any(200 <= s < 300 for s in report.statuses[name])] == []


def test_a_third_of_the_cases_pass_scope_and_schema(report: Report) -> None:
    """Of each operation; else the fuzzer would only ever see the door."""
    assert {name: dict(report.statuses[name]) for name in report.operations if report.passed(name) < SHARE} == {}

"""What is recommended holds, a fifth less of it does not, and the table comes before the gate."""

from __future__ import annotations

import pytest

from infra.rehearsal.run import Run, rehearsed
from infra.rehearsal.scenario import Release, Scenario
from infra.rehearsal.search import KNOBS, NoRemedyError, holds, recommended, to_turn, too_large
from infra.rehearsal.verdict import REMEDIES, Finding
from tests.rehearsal.conftest import release, tight

PLACEMENTS = (1, 2, 3, 4, 5)


def on_paper(release: Release, scenario: Scenario) -> Run:
    """Packs leave as fast as the narrowest limit lets them; a table by its placement."""
    run = Run(release, scenario, 1)
    uneven = 1 + scenario.placement / 50
    paces = {
        "ClaimsTable writes, partition": min(scenario.warm_writes, scenario.table_writes) / uneven,
        "lambda": 10 * min(1_000 + scenario.provisioned, scenario.environments_most) / 3,
        "gateway": scenario.gateway_rate / 3,
    }
    asked = 100_000.0
    run.outcomes["attempts"][0] = asked
    for limit, pace in paces.items():
        run.refused[limit][0] = max(asked - pace, 0.0)
    run.gone_s = release.packs / min(paces.values())
    return run


def test_what_is_recommended_holds_and_a_fifth_less_does_not() -> None:
    """In each of five placements; every value is the least, to within 5 %."""
    day, before = release(2_000_000), Scenario.of({"people": 10_000_000})
    wanted = recommended(before, 60, lambda scenario: on_paper(day, scenario), PLACEMENTS)
    assert all(holds(on_paper(day, wanted.but(placement=place)), 60) for place in PLACEMENTS)
    assert too_large(wanted, before, 60, lambda scenario: on_paper(day, scenario)) == []
    assert wanted.warm_writes == pytest.approx(2_000_000 / 60, rel=0.25)
    assert wanted.gateway_rate == pytest.approx(3 * 2_000_000 / 60, rel=0.15)
    assert wanted.provisioned == pytest.approx(0.3 * 2_000_000 / 60 - 1_000, rel=0.2)
    assert wanted.concurrency == wanted.provisioned + 1_000 + wanted.catalog
    assert wanted.table_writes == max(wanted.warm_writes, 40_000)


def test_the_cold_table_is_raised_before_the_gate() -> None:
    """Although the gate refuses more: its refusals cost nothing. A table that refuses few is not what keeps packs."""
    by_limit = {remedy.limit: remedy for remedy in REMEDIES}
    gate = Finding(by_limit["gateway"], 0, 1e6, 0.99)
    for share, knob in ((0.6, KNOBS[0]), (0.05, KNOBS[2])):
        assert to_turn([gate, Finding(by_limit["ClaimsTable writes, partition"], 1, 100.0, share)]) is knob
    assert to_turn([Finding(by_limit["CatalogTable reads, partition"], 1, 100.0, 0.6)]) is None


def test_what_nothing_can_mend_is_said() -> None:
    """Nobody binds, and yet the packs are not gone: fewer people than packs."""
    run = Run(release(100), tight(), 1)
    with pytest.raises(NoRemedyError, match="nothing that can be raised binds"):
        recommended(tight(), 60, lambda _scenario: run, PLACEMENTS)


def test_the_least_gate_of_a_real_rehearsal() -> None:
    """1,000 packs in 10 s behind a gate of 25 a second: the recommendation holds, a fifth less misses."""
    day = release(1_000)
    narrow = {"people": 3_000, "gateway_rate": 25, "gateway_burst": 25, "early": 0, "other": 0, "window_s": 5}
    before = Scenario.of(narrow)

    def play(scenario: Scenario) -> Run:
        return rehearsed(day, scenario, gone_by_s=10)

    wanted = recommended(before, 10, play, (1, 2))
    assert all(holds(play(wanted.but(placement=place)), 10) for place in (1, 2))
    assert wanted.gateway_rate == pytest.approx(1_000 / 10, rel=0.2)
    assert (wanted.warm_writes, wanted.provisioned) == (before.warm_writes, before.provisioned)
    assert too_large(wanted, before, 10, play) == []

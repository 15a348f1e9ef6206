"""Days side by side."""

from __future__ import annotations

from infra.rehearsal.compare import compared, what_ifs
from infra.rehearsal.report import lines
from infra.rehearsal.run import Run
from infra.rehearsal.scenario import Scenario


def test_what_was_raised_is_asked_about_too() -> None:
    """A default account has less to lose; each day differs in one thing."""
    default = Scenario.of({"people": 1_000})
    raised = default.but(gateway_rate=40_000, warm_writes=40_000, provisioned=400, sharp=0)
    names = dict(what_ifs(raised))
    assert set(names) - set(dict(what_ifs(default))) == {
        "the gateway as it is by default",
        "cold tables",
        "nothing provisioned",
        "40 % come in the first 3 s",
    }
    assert 8 <= len(names) <= 12
    assert names["twice the people"].people == 2_000
    assert names["cold tables"].warm_writes == 4_000


def test_a_day_is_a_row(run: Run) -> None:
    """With when it is gone, what people see, what binds first, and dollars."""
    section = compared("Compared", [("as it is", run), ("again", run)])
    assert section.rows[0][1:] == section.rows[1][1:]
    assert section.rows[0][-2] in ("the gateway", "a partition of claims")
    assert sum(int(section.rows[0][place]) for place in (2, 4, 6)) in (99, 100, 101)
    assert any(line.startswith("  as it is") for line in lines([section]))

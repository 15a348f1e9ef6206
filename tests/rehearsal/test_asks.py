"""What is asked of AWS, in which order."""

from __future__ import annotations

from infra.rehearsal.asks import asks, checklist, support_case
from infra.rehearsal.run import Run
from infra.rehearsal.scenario import Scenario

NOW = Scenario.of({"people": 1_000_000})
WANTED = NOW.but(warm_writes=58_020, table_writes=58_020, concurrency=4_450, provisioned=3_400, gateway_rate=90_010)


def test_quotas_come_first_and_the_gate_last_of_what_is_deployed() -> None:
    """A table cannot be warmed beyond its quota; a gate before a warm table is paid for nothing."""
    found = list(asks(NOW, WANTED))
    assert [one.when for one in found] == [
        *["14 days before"] * 3,
        "2 days before",
        "1 day before",
        "10 minutes before",
    ]
    commands = [one.command for one in found]
    assert "--service-code dynamodb --quota-code L-AB614373 --desired-value 58100" in commands[0]
    assert "--service-code lambda --quota-code L-B99A9384 --desired-value 4500" in commands[1]
    assert "--service-code apigateway --quota-code L-8A5B8E43 --desired-value 90100" in commands[2]
    assert commands[3].endswith("WarmWriteUnitsPerSecond=58100")
    assert commands[4].endswith("ApiRateLimit=90100 ApiBurstLimit=45100")
    assert commands[5].endswith("--provisioned-concurrent-executions 3400")


def test_what_the_account_has_is_not_asked_for() -> None:
    """Within the table's quota nothing but warming is needed."""
    assert [one.when for one in asks(NOW, NOW.but(warm_writes=20_000))] == ["2 days before"]
    assert list(asks(NOW, NOW)) == []


def test_the_day_has_a_list(run: Run) -> None:
    """Five metrics with the value that means pause, packs that come back, and what is lowered again."""
    steps = checklist(run, run.scenario.but(warm_writes=8_000, provisioned=100))
    assert [when for when, _ in steps[:4]] == ["2 days before", "1 day before", "10 minutes before", "at the opening"]
    assert sum(when == "at the opening" for when, _ in steps) == 5
    assert steps[0][0] == "2 days before"
    assert steps[-1][0] == "1 day after"
    assert "by 10:0" in steps[-2][1]
    case = "\n".join(support_case(run, run.scenario.but(warm_writes=8_000)))
    assert "4,000 → 8,000" in case

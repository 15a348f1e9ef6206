"""What is asked of AWS, in which order."""

from __future__ import annotations

import re
from dataclasses import replace

from infra.local.tables import load_template
from infra.rehearsal.asks import asks, checklist, support_case
from infra.rehearsal.run import Run
from infra.rehearsal.scenario import Scenario

NOW = Scenario.of({"people": 1_000_000})
WANTED = NOW.but(
    warm_writes=58_100,
    table_writes=58_100,
    concurrency=4_450,
    provisioned=3_400,
    expected_environments=4_400,
    gateway_rate=90_100,
)


def test_quotas_come_first_and_the_gate_last_of_what_is_deployed() -> None:
    """A table cannot be warmed beyond its quota; a gate before a warm table is paid for nothing."""
    found = list(asks(NOW, WANTED))
    assert [one.when for one in found] == [
        *["14 days before"] * 3,
        "before publication",
        "2 days before",
        "1 day before",
        "10 minutes before",
    ]
    commands = [one.command for one in found]
    assert "--service-code dynamodb --quota-code L-AB614373 --desired-value 58100" in commands[0]
    assert "--service-code lambda --quota-code L-B99A9384 --desired-value 4450" in commands[1]
    assert "--service-code apigateway --quota-code L-8A5B8E43 --desired-value 90100" in commands[2]
    assert commands[3].endswith("ExpectedEnvironments=4400")
    assert commands[4].endswith("WarmWriteUnitsPerSecond=58100")
    assert commands[5].endswith("ApiRateLimit=90100 ApiBurstLimit=45050")
    assert commands[6].endswith("ClaimProvisionedConcurrency=3400")


def test_every_command_sets_parameters_that_the_template_has() -> None:
    """A value that nothing takes would be noticed on the day."""
    parameters = load_template()["Parameters"]
    wanted = WANTED.but(reserved=4_400)
    set_to = [name for one in asks(NOW, wanted) for name in re.findall(r" (\w+)=\d+", one.command)]
    assert {"ClaimProvisionedConcurrency", "ClaimReservedConcurrency", "ApiBurstLimit"} < set(set_to) <= set(parameters)


def test_what_the_account_has_is_not_asked_for() -> None:
    """Within the table's quota nothing but warming is needed."""
    assert [one.when for one in asks(NOW, NOW.but(warm_writes=20_000))] == ["2 days before"]
    assert list(asks(NOW, NOW)) == []


def test_a_region_with_a_smaller_gate_asks_for_more_than_that() -> None:
    """5,000 requests a second are no quota to ask for elsewhere, nor where somebody only set a narrower gate."""
    small = NOW.but("documented", gateway_rate=2_500)
    assert [one.when for one in asks(small, small.but(gateway_rate=5_000))] == ["14 days before", "1 day before"]
    assert [one.when for one in asks(NOW.but(gateway_rate=2_500), NOW.but(gateway_rate=5_000))] == ["1 day before"]


def test_the_day_has_a_list(run: Run) -> None:
    """Five metrics with the value that means pause, taken from the raised day, and what is lowered again."""
    now = run.scenario.but(warm_writes=2_000)
    raised = replace(run, scenario=run.scenario.but(provisioned=100))
    steps = checklist(now, raised)
    assert [when for when, _ in steps[:4]] == ["2 days before", "1 day before", "10 minutes before", "at the opening"]
    assert sum(when == "at the opening" for when, _ in steps) == 5
    busiest = sum(number for second, number in run.outcomes["busy"].items() if 0 <= second < 60)
    assert f"outcome busy: {2 * busiest:,.0f} a minute" in steps[4 + 1][1] or busiest < 500
    assert steps[-1][0] == "1 day after"
    assert [what for when, what in steps if when == "after it"][1].endswith("ClaimProvisionedConcurrency=0")
    case = "\n".join(support_case(now, raised))
    assert "2,000 → 4,000" in case

"""What is done before and after the opening: by when, from what to what, and by which command."""

from __future__ import annotations

from collections.abc import Iterator
from math import ceil
from typing import NamedTuple

from infra.rehearsal import quotas
from infra.rehearsal.report import clock
from infra.rehearsal.run import OPENS_S, TICK_S, Run, Seconds
from infra.rehearsal.scenario import Scenario

TWICE = 2
"""Of what was rehearsed: more means that the day is another one than it."""
FEWEST = 1_000
"""A minute, that are worth a pause."""
WHEN = (
    *("14 days before", "before publication", "2 days before", "1 day before", "10 minutes before"),
    *("at the opening", "after it", "1 day after"),
)


class Ask(NamedTuple):
    when: str
    what: str
    now: float
    wanted: float
    command: str


def asks(now: Scenario, wanted: Scenario) -> Iterator[Ask]:
    """In order: a table is warmed up to its quota only, and the gate opens last."""
    for quota, name in (
        (quotas.TABLE_WRITES, "table_writes"),
        (quotas.CONCURRENCY, "concurrency"),
        (quotas.GATEWAY_RATE, "gateway_rate"),
    ):
        has, needs = max(getattr(now, name), _default(quota, now)), ceil(getattr(wanted, name))
        if needs > has:
            yield Ask("14 days before", f"{quota.name} ({quota.code})", has, needs, _quota_command(quota, needs))
    for when, name, parameter, what in (
        (
            "before publication",
            "expected_environments",
            "ExpectedEnvironments",
            "environments for which a batch gets shards of its stock; frozen when it is published",
        ),
        (
            "2 days before",
            "warm_writes",
            "WarmWriteUnitsPerSecond",
            "write units that catalog and claims are warmed for; it is paid once, and never undone",
        ),
        ("1 day before", "reserved", "ClaimReservedConcurrency", "environments that are set aside for claims"),
        ("1 day before", "gateway_rate", "ApiRateLimit", "requests a second of the API, after the tables are warm"),
        (
            "10 minutes before",
            "provisioned",
            "ClaimProvisionedConcurrency",
            "environments of the claim function that are provisioned",
        ),
    ):
        has, needs = getattr(now, name), ceil(getattr(wanted, name))
        if needs > has:
            values = {parameter: needs}
            if parameter == "ApiRateLimit":
                values["ApiBurstLimit"] = ceil(wanted.burst)
            overrides = " ".join(f"{one}={value}" for one, value in values.items())
            yield Ask(when, what, has, needs, f"sam deploy --parameter-overrides {overrides}")


def support_case(now: Scenario, raised: Run) -> Iterator[str]:
    """A text for the support case, and the command lines."""
    release = raised.release
    yield f"# {release.batch_id}: {now.people:,.0f} people, {release.packs:,} packs, at {clock(raised, 0)}"
    yield ""
    yield "A rehearsal of the opening found that these values are needed. Most of the load comes in the first minute."
    yield "A claim is one write of less than 1 KB to the table claims, whose partition keys are spread by a hash."
    yield ""
    for one in asks(now, raised.scenario):
        yield f"- {one.when}: {one.what}: {one.now:,.0f} → {one.wanted:,.0f}"
        yield f"      {one.command}"


def checklist(now: Scenario, raised: Run) -> list[tuple[str, str]]:
    """When, and what, in order. `raised`: the day with what is asked for, from which the values to watch are taken."""
    return sorted(_steps(now, raised), key=lambda step: WHEN.index(step[0]))


def _steps(now: Scenario, raised: Run) -> Iterator[tuple[str, str]]:
    for one in asks(now, raised.scenario):
        yield one.when, f"{one.what}: {one.now:,.0f} → {one.wanted:,.0f}. {one.command}"
    yield "1 day before", "a release for 100 people; couponctl measure; rehearse again with what was measured"
    outcomes = raised.outcomes
    for metric, value in (
        ("DamagedItems", "1: pause, an item cannot be read"),
        ("Errors of the claim function", "1: pause, its code fails"),
        ("outcome busy", f"{_pause(outcomes, 'busy')} a minute: pause, the tables hold less than rehearsed"),
        ("Throttles of the claim function", f"{_pause(outcomes, 'lambda')} a minute: pause, Lambda lets in fewer"),
        ("4xx of the API", f"{_pause(outcomes, 'gateway')} a minute: wait; pause only if claims stop"),
    ):
        yield "at the opening", f"{metric}: {value}"
    returns_s = (raised.gone_s or 0.0) + TICK_S - ((raised.gone_s or 0.0) + OPENS_S) % TICK_S + TICK_S
    batch = raised.release.batch_id
    yield "after it", f"by {clock(raised, returns_s)} packs that were not claimed are back: couponctl watch {batch}"
    if raised.scenario.provisioned:
        yield "after it", "nothing is provisioned: sam deploy --parameter-overrides ClaimProvisionedConcurrency=0"
    yield "1 day after", "the API's limits to what they were"


def _pause(outcomes: dict[str, Seconds], name: str) -> str:
    """Twice what the worst minute of the rehearsal has, from the opening on; metrics come by the minute."""
    by_minute: dict[int, float] = {}
    for second, number in outcomes.get(name, {}).items():
        if second >= 0:
            by_minute[second // TICK_S] = by_minute.get(second // TICK_S, 0.0) + number
    return f"{max(TWICE * max(by_minute.values(), default=0.0), FEWEST):,.0f}"


def _default(quota: quotas.Quota, now: Scenario) -> float:
    """Of an account that never asked. A rate that nobody stated is that of the region."""
    is_stated = now.origins.get("gateway_rate", "documented") != "documented"
    return now.gateway_rate if quota is quotas.GATEWAY_RATE and not is_stated else quota.value


def _quota_command(quota: quotas.Quota, wanted: int) -> str:
    return (
        f"aws service-quotas request-service-quota-increase --service-code {quota.service}"
        f" --quota-code {quota.code} --desired-value {wanted}"
    )

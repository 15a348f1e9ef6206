"""What is done before and after the opening: by when, from what to what, and by which command."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from infra.rehearsal import quotas
from infra.rehearsal.report import clock
from infra.rehearsal.run import OPENS_S, TICK_S, Run
from infra.rehearsal.scenario import Scenario

TWICE = 2
"""Of what was rehearsed: more means that the day is another one than it."""


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
        has, needs = max(getattr(now, name), quota.value), _whole(getattr(wanted, name))
        if needs > has:
            yield Ask("14 days before", f"{quota.name} ({quota.code})", has, needs, _quota_command(quota, needs))
    if wanted.warm_writes > now.warm_writes:
        writes = _whole(wanted.warm_writes)
        yield Ask(
            "2 days before",
            "write units that catalog and claims are warmed for; it is paid once, and never undone",
            now.warm_writes,
            writes,
            f"sam deploy --parameter-overrides WarmWriteUnitsPerSecond={writes}",
        )
    if wanted.gateway_rate > now.gateway_rate:
        rate, burst = _whole(wanted.gateway_rate), _whole(wanted.burst)
        yield Ask(
            "1 day before",
            "requests a second of the API, after the tables are warm",
            now.gateway_rate,
            rate,
            f"sam deploy --parameter-overrides ApiRateLimit={rate} ApiBurstLimit={burst}",
        )
    if wanted.provisioned > now.provisioned:
        yield Ask(
            "10 minutes before",
            "environments of the claim function that are provisioned, on an alias that the API calls",
            now.provisioned,
            _whole(wanted.provisioned),
            "aws lambda put-provisioned-concurrency-config --function-name NAME --qualifier ALIAS"
            f" --provisioned-concurrent-executions {_whole(wanted.provisioned)}",
        )


def support_case(run: Run, wanted: Scenario) -> Iterator[str]:
    """A text for the support case, and the command lines."""
    opens = clock(run, 0)
    yield f"# {run.release.batch_id}: {run.scenario.people:,.0f} people, {run.release.packs:,} packs, at {opens}"
    yield ""
    yield "Raising these quotas was found necessary by a rehearsal of the opening. Most of the load comes in its first"
    yield f"minute. One write a claim, spread over {run.scenario.warmth.partitions} partitions and more by its key."
    yield ""
    for one in asks(run.scenario, wanted):
        yield f"- {one.when}: {one.what}: {one.now:,.0f} → {one.wanted:,.0f}"
        yield f"      {one.command}"


WHEN = (
    *("14 days before", "2 days before", "1 day before", "10 minutes before"),
    *("at the opening", "after it", "1 day after"),
)


def checklist(run: Run, wanted: Scenario) -> list[tuple[str, str]]:
    """When, and what, in order."""
    return sorted(_steps(run, wanted), key=lambda step: WHEN.index(step[0]))


def _steps(run: Run, wanted: Scenario) -> Iterator[tuple[str, str]]:
    for one in asks(run.scenario, wanted):
        yield one.when, f"{one.what}: {one.now:,.0f} → {one.wanted:,.0f}. {one.command}"
    yield "1 day before", "a release for 100 people; rehearse again with what was measured"
    peaks = {name: max(by.values(), default=0.0) for name, by in run.outcomes.items()}
    for metric, value in (
        ("DamagedItems", "1: pause, an item cannot be read"),
        ("Errors of the claim function", "1: pause, its code fails"),
        ("outcome busy", f"{_pause(peaks.get('busy', 0.0)):,.0f} a second: pause, the tables hold less than rehearsed"),
        ("Throttles of the claim function", f"{_pause(peaks.get('lambda', 0.0)):,.0f} a second: pause"),
        ("4xx of the API", f"{_pause(peaks.get('gateway', 0.0)):,.0f} a second: wait; pause only if claims stop"),
    ):
        yield "at the opening", f"{metric}: {value}"
    returns_s = (run.gone_s or 0.0) + TICK_S - ((run.gone_s or 0.0) + OPENS_S) % TICK_S + TICK_S
    yield "after it", f"by {clock(run, returns_s)} packs that were leased and not claimed are back: couponctl watch"
    yield "1 day after", "provisioned environments to 0, the API's limits to what they were"


def _pause(peak: float) -> float:
    return max(TWICE * peak, 100.0)


def _quota_command(quota: quotas.Quota, wanted: int) -> str:
    return (
        f"aws service-quotas request-service-quota-increase --service-code {quota.service}"
        f" --quota-code {quota.code} --desired-value {wanted}"
    )


def _whole(value: float) -> int:
    """Rounded up to a hundred."""
    return -int(-value // 100) * 100

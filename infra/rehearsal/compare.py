"""Days side by side: of several scenarios, or of this one with one thing changed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from infra.rehearsal import quotas, verdict
from infra.rehearsal.report import Section, clock
from infra.rehearsal.run import Run
from infra.rehearsal.scenario import Scenario


def what_ifs(scenario: Scenario) -> Iterator[tuple[str, Scenario]]:
    """What may be otherwise than one thinks, and what was raised."""
    yield "twice the people", scenario.but(people=2 * scenario.people)
    yield "half the people", scenario.but(people=scenario.people / 2)
    if scenario.sharp:
        yield "they come evenly", scenario.but(sharp=0)
    else:
        yield "40 % come in the first 3 s", scenario.but(sharp=0.4)
    yield "nobody comes early", scenario.but(early=0)
    yield (
        "twice the latency",
        scenario.but(write_s=2 * scenario.write_s, read_s=2 * scenario.read_s, cpu_s=2 * scenario.cpu_s),
    )
    if scenario.rps_ramp:
        yield "Lambda scales by environments alone", scenario.but(rps_ramp=0)
    if scenario.gateway_rate > quotas.GATEWAY_RATE.value:
        yield "the gateway as it is by default", scenario.but(gateway_rate=quotas.GATEWAY_RATE.value, gateway_burst=0)
    if scenario.warm_writes > quotas.WARM_WRITES.value:
        yield "cold tables", scenario.but(warm_writes=quotas.WARM_WRITES.value, warm_reads=quotas.WARM_READS.value)
    if scenario.provisioned:
        yield "nothing provisioned", scenario.but(provisioned=0)
    yield "buckets of 100 claims", scenario.but(claims_per_bucket=100)


def compared(title: str, runs: Iterable[tuple[str, Run]]) -> Section:
    """A row for each."""
    header = (
        "day",
        "gone at",
        "have a pack",
        "within 2 s",
        "read none",
        "after s",
        "gave up",
        "binds first",
        "dollars",
    )
    return Section(
        title,
        ("Of 100 people; half of those who read that none is left had read it after so many seconds.",),
        header,
        tuple(map(_row, runs)),
    )


def _row(named: tuple[str, Run]) -> tuple[str, ...]:
    name, run = named
    seen, binding = verdict.seen(run), verdict.findings(run)
    dollars = sum(part.least for part in verdict.costs(run))
    return (
        name,
        "never" if run.gone_s is None else clock(run, run.gone_s),
        f"{seen.pack:.0f}",
        f"{seen.soon:.0f}",
        f"{seen.none:.0f}",
        f"{seen.none_median_s:.0f}",
        f"{seen.gave_up:.0f}",
        binding[0].remedy.called if binding else "nothing",
        f"{dollars:.2f}",
    )

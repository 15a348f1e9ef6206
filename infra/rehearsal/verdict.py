"""What a run means: when the packs are gone, what people see, what binds, and what it costs."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from statistics import median

from coupons.metering import (
    API_REQUEST,
    LAMBDA_GB_SECOND,
    LAMBDA_REQUEST,
    LOG_GB,
    PROVISIONED_GB_SECOND,
    PROVISIONED_STEP_S,
    READ_UNIT,
    TRACE,
    WRITE_UNIT,
)
from infra.rehearsal import quotas
from infra.rehearsal.run import Run
from infra.rehearsal.scenario import Scenario

BINDS_SHARE = 0.001
"""Of the presses that reach it in a second: a limit that never refuses more binds nobody."""
SOON_S = 2.0
PROVISIONED_BEFORE_S = 600
"""It is asked for ten minutes before the opening."""
WARM_WRITE_UNIT, WARM_READ_UNIT = 0.00065, 0.00013
"""At most, once: assumed is an hour of a provisioned unit, because the pages that name a price for warming were not at
hand; what a new table is warm for is free (warm-throughput.html)."""
WARMED_TABLES = 2
"""`catalog` and `claims`."""


@dataclass(frozen=True, slots=True)
class Remedy:
    """What raises a limit: an input of the scenario, and what it is called at AWS."""

    limit: str
    called: str
    raised_by: str
    parameter: str
    quota: quotas.Quota | None = None


REMEDIES = (
    Remedy("ClaimsTable writes", "the claims table", "table_writes", "", quotas.TABLE_WRITES),
    Remedy("ClaimsTable writes, partition", "a partition of claims", "warm_writes", "WarmWriteUnitsPerSecond"),
    Remedy("CatalogTable writes, partition", "a partition of stock", "expected_environments", "ExpectedEnvironments"),
    Remedy(
        "CatalogTable reads, partition", "a partition of the catalogue, read", "warm_reads", "WarmReadUnitsPerSecond"
    ),
    Remedy("lambda", "Lambda's scaling", "provisioned", "provisioned concurrency", quotas.CONCURRENCY),
    Remedy("gateway", "the gateway", "gateway_rate", "ApiRateLimit", quotas.GATEWAY_RATE),
)
"""In the order in which they are worth raising: a wider gate before a cold table turns free refusals into paid ones."""


@dataclass(frozen=True, slots=True)
class Finding:
    """A limit that refused somebody, from the opening on."""

    remedy: Remedy
    first_s: int
    refused: float
    share: float
    """In its worst second, of the presses that reached it."""


@dataclass(frozen=True, slots=True)
class Seen:
    """Of 100 people."""

    pack: float
    soon: float
    """Of those with a pack: within 2 s."""
    none: float
    none_median_s: float
    gave_up: float


@dataclass(frozen=True, slots=True)
class Part:
    """Dollars of one part of the bill; a range where no page says what is billed."""

    name: str
    least: float
    most: float


def seen(run: Run) -> Seen:
    """What people read, and how long they waited for it."""
    of_100 = 100 / run.scenario.people
    packs, told = run.waits_s["claimed"], run.waits_s["told"]
    soon = sum(waited <= SOON_S for waited in packs) / len(packs) if packs else 0.0
    return Seen(
        pack=run.people["claimed"] * of_100,
        soon=run.people["claimed"] * of_100 * soon,
        none=run.people["left"] * of_100,
        none_median_s=median(told) if told else 0.0,
        gave_up=run.people["gave up"] * of_100,
    )


def findings(run: Run) -> list[Finding]:
    """Limits that bind, the first to refuse first."""
    return sorted(_findings(run), key=lambda finding: (finding.first_s, -finding.refused))


def _findings(run: Run) -> Iterator[Finding]:
    until_s = _ends_s(run)
    for remedy in REMEDIES:
        refused = {second: n for second, n in run.refused.get(remedy.limit, {}).items() if 0 <= second <= until_s}
        shares = {second: n / max(_reached(run, remedy.limit, second), n) for second, n in refused.items() if n}
        binding = [second for second, share in shares.items() if share > BINDS_SHARE]
        if binding:
            yield Finding(remedy, min(binding), sum(refused.values()), max(shares.values()))


def _reached(run: Run, limit: str, second: int) -> float:
    """Presses of the second that the limits before this one let through."""
    before = {"gateway": (), "lambda": ("gateway",)}.get(limit, ("gateway", "lambda"))
    return run.outcomes["attempts"][second] - sum(run.outcomes[name][second] for name in before)


def _ends_s(run: Run) -> float:
    """What is refused later delays no pack."""
    return run.gone_s if run.gone_s is not None else float("inf")


def costs(run: Run) -> list[Part]:
    """Of the whole crowd's requests, at list prices of us-east-1; `warming` is paid once, the rest each time."""
    scenario, weight = run.scenario, run.weight
    turned_away = sum(run.outcomes["gateway"].values()) + sum(run.other.values()) - sum(run.other_passed.values())
    passed = sum(run.outcomes["attempts"].values()) + sum(run.other.values()) - turned_away
    throttled = sum(run.outcomes["lambda"].values())
    invoked = passed - throttled
    other_s = sum(run.other_passed.values()) * scenario.cpu_s
    kept_s = -(-(PROVISIONED_BEFORE_S + len(run.balance)) // PROVISIONED_STEP_S) * PROVISIONED_STEP_S
    kept_gb_s = scenario.provisioned * scenario.memory_gb * kept_s
    parts = {
        "DynamoDB": weight * (run.units.write_units * WRITE_UNIT + run.units.read_units * READ_UNIT),
        "gateway": passed * API_REQUEST,
        "Lambda": invoked * LAMBDA_REQUEST + (run.billed_s + other_s) * scenario.memory_gb * LAMBDA_GB_SECOND,
        "logs": invoked * scenario.log_bytes * LOG_GB / 1e9,
        "traces": (invoked * quotas.TRACED_SHARE.value + len(run.balance)) * TRACE,
        "provisioned": kept_gb_s * PROVISIONED_GB_SECOND,
    }
    exact = [Part(name, dollars, dollars) for name, dollars in parts.items()]
    return [
        *exact,
        Part("429 of the gateway", 0.0, turned_away * API_REQUEST),
        Part("throttles of Lambda", 0.0, throttled * LAMBDA_REQUEST),
        Part("warming, once", 0.0, _warming(scenario)),
    ]


def _warming(scenario: Scenario) -> float:
    writes = max(scenario.warm_writes - quotas.WARM_WRITES.value, 0)
    reads = max(scenario.warm_reads - quotas.WARM_READS.value, 0)
    return WARMED_TABLES * (writes * WARM_WRITE_UNIT + reads * WARM_READ_UNIT)

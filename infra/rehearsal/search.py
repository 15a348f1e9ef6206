"""What to raise so that the packs are gone in time, found by rehearsals, and by how little.

First whatever binds is doubled until the target holds; then one after the other is lowered, by bisection, to the least
with which it holds; then all are raised a little until every placement of keys holds.

The table is raised before Lambda, and that before the gateway: a wide gate before a cold table turns refusals that cost
nothing into refusals that are paid for.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from infra.rehearsal import quotas
from infra.rehearsal.run import Run
from infra.rehearsal.scenario import Scenario
from infra.rehearsal.verdict import Finding, findings

DOUBLINGS_MAX, RAISES_MAX = 24, 8
CLOSE = 0.05
"""A value is found to within so much of itself, and raised by so much for a placement that misses."""
LESS = 0.8
"""So much of a value has to miss the target: else it is too large."""
SERIOUS = 0.1
"""Of those who reached it: what refuses fewer is not what keeps packs from people."""


class NoRemedyError(ValueError):
    """Nothing that can be raised makes the target hold."""


@dataclass(frozen=True, slots=True)
class Knob:
    """What is raised as one, because one part of it is worth nothing without the other."""

    name: str
    limits: tuple[str, ...]
    value: Callable[[Scenario], float]
    turned: Callable[[Scenario, float], Scenario]


def _warmed(scenario: Scenario, writes: float) -> Scenario:
    """A table is warmed up to its quota only."""
    return scenario.but(warm_writes=writes, table_writes=max(writes, quotas.TABLE_WRITES.value))


def _units(scenario: Scenario, units: float) -> Scenario:
    """Of Lambda in the first second: what it starts at once, and the rest provisioned; the quota covers both."""
    provisioned = max(units - quotas.SCALING_FIRST.value, 0)
    return scenario.but(provisioned=provisioned, concurrency=max(units, quotas.CONCURRENCY.value) + scenario.catalog)


KNOBS = (
    Knob(
        "write units a second",
        ("ClaimsTable writes", "ClaimsTable writes, partition", "CatalogTable writes, partition"),
        lambda scenario: scenario.warm_writes,
        _warmed,
    ),
    Knob(
        "environments",
        ("lambda",),
        lambda scenario: min(quotas.SCALING_FIRST.value + scenario.provisioned, scenario.environments_most),
        _units,
    ),
    Knob(
        "requests a second",
        ("gateway",),
        lambda scenario: scenario.gateway_rate,
        lambda scenario, rate: scenario.but(gateway_rate=rate),
    ),
)
"""In the order in which they are turned."""
Play = Callable[[Scenario], Run]


def holds(run: Run, gone_by_s: float) -> bool:
    return run.gone_s is not None and run.gone_s <= gone_by_s


def recommended(scenario: Scenario, gone_by_s: float, play: Play, placements: Sequence[int]) -> Scenario:
    """The least that holds the target in each placement. Raises NoRemedyError."""
    wanted = _raised(scenario, gone_by_s, play)
    for knob in KNOBS:
        if knob.value(wanted) > knob.value(scenario):
            wanted = _lowered(scenario, wanted, knob, gone_by_s, play)
    for _ in range(RAISES_MAX):
        if all(holds(play(wanted.but(placement=place)), gone_by_s) for place in placements):
            return wanted
        for knob in KNOBS:
            if knob.value(wanted) > knob.value(scenario):
                wanted = _turned(scenario, wanted, knob, knob.value(wanted) * (1 + CLOSE))
    raise NoRemedyError("placements differ too much")


def _raised(before: Scenario, gone_by_s: float, play: Play) -> Scenario:
    scenario = before
    for _ in range(DOUBLINGS_MAX):
        run = play(scenario)
        if holds(run, gone_by_s):
            return scenario
        knob = to_turn(findings(run))
        if knob is None:
            raise NoRemedyError("nothing that can be raised binds: people come too late, or too few of them")
        scenario = _turned(before, scenario, knob, 2 * knob.value(scenario))
    raise NoRemedyError(f"missed after {DOUBLINGS_MAX} doublings")


def _turned(before: Scenario, scenario: Scenario, knob: Knob, value: float) -> Scenario:
    """No quota becomes less than the account has."""
    turned = knob.turned(scenario, value)
    return turned.but(
        concurrency=max(turned.concurrency, before.concurrency),
        table_writes=max(turned.table_writes, before.table_writes),
    )


def to_turn(binding: Sequence[Finding]) -> Knob | None:
    """The first in order whose limit refuses many of those who reach it; else the first that refuses anybody."""
    for least in (SERIOUS, 0.0):
        limits = {one.remedy.limit for one in binding if one.share > least}
        for knob in KNOBS:
            if limits & set(knob.limits):
                return knob
    return None


def _lowered(before: Scenario, scenario: Scenario, knob: Knob, gone_by_s: float, play: Play) -> Scenario:
    low, high = knob.value(before), knob.value(scenario)
    while high - low > CLOSE * high:
        middle = (low + high) / 2
        if holds(play(_turned(before, scenario, knob, middle)), gone_by_s):
            high = middle
        else:
            low = middle
    return _turned(before, scenario, knob, high)


def too_large(wanted: Scenario, before: Scenario, gone_by_s: float, play: Play) -> list[str]:
    """Knobs of which a fifth less would hold too: nobody should ask for so much."""
    raised = [knob for knob in KNOBS if knob.value(wanted) > knob.value(before)]
    return [knob.name for knob in raised if holds(play(knob.turned(wanted, LESS * knob.value(wanted))), gone_by_s)]

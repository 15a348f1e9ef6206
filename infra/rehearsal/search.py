"""What to raise so that the packs are gone in time, found by rehearsals, and by how little.

First whatever binds is doubled until the target holds; then one after the other is lowered, by bisection, to the least
with which it holds. That is rough: a larger weight, and one placement of keys. What is found is proved at the weight of
the scenario: it holds in every placement, or is raised a little until it does; and a fifth less of each value misses in
some placement, or is lowered again.

The table is raised before Lambda, and that before the gateway: a wide gate before a cold table turns refusals that cost
nothing into refusals that are paid for.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from math import ceil, floor, log10

from infra.rehearsal import quotas
from infra.rehearsal.run import Run
from infra.rehearsal.scenario import Scenario
from infra.rehearsal.verdict import Finding, findings

DOUBLINGS_MAX, RAISES_MAX, LOWERINGS_MAX = 24, 12, 3
CLOSE = 0.05
"""A value is found to within so much of itself, and raised by so much for a placement that misses."""
LESS = 0.8
"""So much of a value has to miss the target: else it is too large."""
SERIOUS = 0.1
"""Of those who reached it: what refuses fewer is not what keeps packs from people."""
DIGITS = 3
"""Of a value: it is asked for as it was rehearsed."""


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
    """Of Lambda in the first second: what it starts at once, and the rest provisioned; the quotas cover both.

    More environments share the stock among more shards.
    """
    provisioned = max(units - quotas.SCALING_FIRST.value, 0)
    turned = scenario.but(provisioned=provisioned, concurrency=units + scenario.catalog, expected_environments=units)
    if not scenario.reserved:
        return turned
    whole = units + scenario.catalog + quotas.UNRESERVED.value
    return turned.but(reserved=units, concurrency=max(turned.concurrency, whole))


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


@dataclass(frozen=True, slots=True)
class Found:
    """Values that were proved."""

    wanted: Scenario
    runs: tuple[Run, ...]
    """One a placement."""
    raised: tuple[Knob, ...]
    too_large: tuple[str, ...]
    """Knobs of which a fifth less would hold too; none, if lowering them ended."""


def holds(run: Run, gone_by_s: float) -> bool:
    return run.gone_s is not None and run.gone_s <= gone_by_s


def recommended(before: Scenario, gone_by_s: float, rough: Play, exact: Play, placements: Sequence[int]) -> Found:
    """The least that holds the target in each placement. Raises NoRemedyError."""
    wanted = _raised(before, gone_by_s, rough)
    for knob in raised(before, wanted):
        wanted = _lowered(before, wanted, knob, gone_by_s, rough)
    for _ in range(LOWERINGS_MAX):
        wanted, runs = _held(before, wanted, gone_by_s, exact, placements)
        knobs = raised(before, wanted)
        spare = [knob for knob in knobs if _is_too_large(before, wanted, knob, gone_by_s, exact, placements)]
        if not spare:
            break
        for knob in spare:
            less = _turned(before, wanted, knob, LESS * knob.value(wanted))
            wanted = _lowered(before, less, knob, gone_by_s, exact)
    return Found(wanted, runs, tuple(knobs), tuple(knob.name for knob in spare))


def raised(before: Scenario, wanted: Scenario) -> list[Knob]:
    return [knob for knob in KNOBS if knob.value(wanted) > knob.value(before)]


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
    """To a value of few digits. No quota becomes less than the account has."""
    turned = knob.turned(scenario, rounded(value))
    return turned.but(
        concurrency=max(turned.concurrency, before.concurrency),
        table_writes=max(turned.table_writes, before.table_writes),
        expected_environments=max(turned.expected_environments, before.expected_environments),
    )


def rounded(value: float) -> float:
    """Up, to three digits."""
    step = 10 ** max(floor(log10(value)) + 1 - DIGITS, 0) if value >= 1 else 1
    return float(ceil(value / step - 1e-9) * step)


def to_turn(binding: Sequence[Finding]) -> Knob | None:
    """The first in order whose limit refuses many of those who reach it; else the first that refuses anybody."""
    for least in (SERIOUS, 0.0):
        limits = {one.remedy.limit for one in binding if one.share > least}
        for knob in KNOBS:
            if limits & set(knob.limits):
                return knob
    return None


def _lowered(before: Scenario, scenario: Scenario, knob: Knob, gone_by_s: float, play: Play) -> Scenario:
    """To the least that holds, which may be what the account has."""
    low, high = knob.value(before), knob.value(scenario)
    as_before = _turned(before, scenario, knob, low)
    if holds(play(as_before), gone_by_s):
        return as_before
    while high - low > CLOSE * high:
        middle = (low + high) / 2
        if holds(play(_turned(before, scenario, knob, middle)), gone_by_s):
            high = middle
        else:
            low = middle
    return _turned(before, scenario, knob, high)


def _held(
    before: Scenario, wanted: Scenario, gone_by_s: float, play: Play, placements: Sequence[int]
) -> tuple[Scenario, tuple[Run, ...]]:
    """Raised by little until every placement holds: by what binds there, and by all if it misses once more."""
    missed = set[float]()
    for _ in range(RAISES_MAX):
        runs = tuple(_until_missed(wanted, gone_by_s, play, placements))
        if holds(runs[-1], gone_by_s):
            return wanted, runs
        place, knobs = runs[-1].scenario.placement, raised(before, wanted)
        binding = [knob for knob in (to_turn(findings(runs[-1])),) if knob in knobs and place not in missed]
        missed.add(place)
        for knob in binding or knobs:
            wanted = _turned(before, wanted, knob, knob.value(wanted) * (1 + CLOSE))
    raise NoRemedyError("placements differ too much")


def _is_too_large(
    before: Scenario, wanted: Scenario, knob: Knob, gone_by_s: float, play: Play, placements: Sequence[int]
) -> bool:
    """A fifth less holds too, in every placement."""
    less = _turned(before, wanted, knob, LESS * knob.value(wanted))
    return holds(list(_until_missed(less, gone_by_s, play, placements))[-1], gone_by_s)


def _until_missed(scenario: Scenario, gone_by_s: float, play: Play, placements: Sequence[int]) -> Iterator[Run]:
    """One run a placement; the last one is the first that misses."""
    for place in placements:
        run = play(scenario.but("assumed", placement=place))
        yield run
        if not holds(run, gone_by_s):
            return

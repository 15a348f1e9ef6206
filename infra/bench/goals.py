"""The goals of `make bench`: each is a function of a row of our protocol."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from math import inf

from infra.bench.spike import Row
from infra.bench.tally import Played, Spent
from infra.bench.trickle import Trickled

PACKS_PER_ENVIRONMENT = 1_000
"""Packs an environment from which requests a claim come down to 1.05: leases start at 1 and end at 1."""


@dataclass(frozen=True)
class Goal:
    name: str
    measured: Callable[[Row], float]
    is_met: Callable[[float], bool]
    full_size: bool = False
    """Judged only with at least 1,000 packs an environment."""


def _at_most(limit: float) -> Callable[[float], bool]:
    return lambda measured: measured <= limit


def _each(spent: Spent, amount: float) -> float:
    """A goal is missed if nothing was measured."""
    return amount / spent.attempts if spent.attempts else inf


def _needless(late: Played) -> float:
    return late.needless if late.refused else inf


GOALS = (
    Goal("at most 1.05 write units a claim", lambda r: _each(r.steady, r.steady.writes), _at_most(1.05), True),
    Goal("at most 1.05 requests a claim", lambda r: _each(r.steady, r.steady.requests), _at_most(1.05), True),
    Goal(
        "no request of a refusal within a cache second",
        lambda r: _needless(r.late),
        _at_most(0),
    ),
    Goal("none oversold", lambda r: r.oversold, _at_most(0)),
    Goal("none double", lambda r: r.double, _at_most(0)),
    Goal("none unsold after the reclaim", lambda r: max(r.packs - r.counted, 0), _at_most(0)),
    Goal("at least 0.9 of the floor's pace", lambda r: r.pace, lambda pace: pace >= 0.9, True),
)


def judged(row: Row, environments: int) -> list[Goal]:
    """The goals that apply to a bench of this size."""
    return [goal for goal in GOALS if not goal.full_size or row.packs >= environments * PACKS_PER_ENVIRONMENT]


def missed(row: Row, goals: Iterable[Goal]) -> list[str]:
    """Each missed goal with the measured value."""
    measured = [(goal, goal.measured(row)) for goal in goals]
    return [f"{goal.name}: {number:.4g}" for goal, number in measured if not goal.is_met(number)]


def lost(rows: Iterable[Trickled]) -> list[str]:
    """Trickles whose stranded packs did not all return."""
    late = [row for row in rows if row.lost]
    return [f"every pack back after a claim each {row.trickle.interval_s:g} s: {row.lost} are not" for row in late]

"""The goals of `make bench`, each a pure question to a row of ours."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from math import inf

from infra.bench.spike import Row
from infra.bench.tally import Played, Spent
from infra.bench.trickle import Trickled

PACKS_PER_ENVIRONMENT = 1_000
"""Leases of 64 and the last packs one by one need about as many to come down to 1.05 (design section 4)."""


@dataclass(frozen=True)
class Goal:
    name: str
    measured: Callable[[Row], float]
    is_met: Callable[[float], bool]
    full_size: bool = False
    """Judged only from 1,000 packs an environment on."""


def _at_most(limit: float) -> Callable[[float], bool]:
    return lambda measured: measured <= limit


def _each(spent: Spent, amount: float) -> float:
    """Nothing measured meets no goal."""
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
    """The goals that a bench of this size can judge."""
    return [goal for goal in GOALS if not goal.full_size or row.packs >= environments * PACKS_PER_ENVIRONMENT]


def missed(row: Row, goals: Iterable[Goal]) -> list[str]:
    """Each missed goal with what was measured."""
    measured = [(goal, goal.measured(row)) for goal in goals]
    return [f"{goal.name}: {number:.4g}" for goal, number in measured if not goal.is_met(number)]


def lost(rows: Iterable[Trickled]) -> list[str]:
    """Trickles whose packs did not all come back."""
    late = [row for row in rows if row.lost]
    return [f"every pack back after a claim each {row.trickle.interval_s:g} s: {row.lost} are not" for row in late]

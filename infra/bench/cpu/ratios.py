"""What was measured, as ratios to the base of the same run, and the goals."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import median

from infra.bench.cpu.cold import BASE
from infra.bench.cpu.warm import BARE


@dataclass(frozen=True, slots=True)
class Ratio:
    """Of one run: to the base's minimum and to its median; milliseconds are this machine's."""

    least: float
    middle: float
    least_ms: float
    middle_ms: float


@dataclass(frozen=True, slots=True)
class Measured:
    """Of all runs: the median of each of their numbers."""

    name: str
    runs: tuple[Ratio, ...]

    @property
    def ratio(self) -> float:
        """By which goals are judged: of the minima, which the other work of a machine disturbs least."""
        return median(run.least for run in self.runs)

    @property
    def middle(self) -> float:
        return median(run.middle for run in self.runs)

    @property
    def least_ms(self) -> float:
        return median(run.least_ms for run in self.runs)

    @property
    def middle_ms(self) -> float:
        return median(run.middle_ms for run in self.runs)


def measured(runs: Sequence[Mapping[str, Sequence[float]]], base: str) -> list[Measured]:
    """Times by name, run for run, in milliseconds → their ratios to `base`."""
    return [Measured(name, tuple(_ratio(run[name], run[base]) for run in runs)) for name in runs[0]]


def _ratio(times_ms: Sequence[float], base_ms: Sequence[float]) -> Ratio:
    least_ms, middle_ms = min(times_ms), median(times_ms)
    return Ratio(least_ms / min(base_ms), middle_ms / median(base_ms), least_ms, middle_ms)


@dataclass(frozen=True, slots=True)
class Goal:
    base: str
    name: str
    most: float


GOALS = (
    Goal(BARE, "claim", 0.5),
    Goal(BARE, "redemption", 1.6),
    Goal(BARE, "refusal", 0.10),
    Goal(BASE, "claim", 0.8),
    Goal(BASE, "verify", 0.8),
    Goal(BASE, "catalog", 0.8),
    Goal(BASE, "expire", 1.5),
)
"""Cold starts are judged by the first answer. `expire` puts events on a bus, and boto3 is how it does so."""


def missed(base: str, rows: Sequence[Measured]) -> list[str]:
    """Each goal against this base that was missed, with what was measured."""
    by_name = {row.name: row.ratio for row in rows}
    return [
        f"{goal.name}: {by_name[goal.name]:.3f} of {base}, at most {goal.most}"
        for goal in GOALS
        if goal.base == base and not by_name[goal.name] <= goal.most
    ]

"""Whether a day with one person for ten is the day itself: five seeds each, by `make nightly`.

    python -m tests.rehearsal.agreement

Figures of both days, how far they are from each other, and half the 95 % interval of that. Exit 1 unless units a claim
and the time until the packs are gone are within 5 %, the curve of claims and the packs that were leased and not claimed
within 2 points of 100, and the time from the last claim to the first "all handed out" within a quarter of a second.
Packs that are stranded are few, and not within 5 % of themselves: a scaled stock has two shards, the whole one fifteen,
and other ends of leases. Exit 1 too if arithmetic (packs ÷ limit) says when they are gone to within 5 %: then nothing
was shown. It says that scaling is right, never that AWS behaves so.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from math import sqrt
from statistics import fmean, variance
from typing import NamedTuple

from infra.rehearsal.run import Run, rehearsed
from infra.rehearsal.scenario import Scenario
from infra.rehearsal.verdict import findings
from tests.rehearsal.conftest import release

SEEDS = range(1, 6)
PACKS, PEOPLE, WEIGHT, TABLE = 50_000, 150_000, 10, 12_000
DAY = Scenario.of({"people": PEOPLE, "gateway_rate": 30_000, "warm_writes": TABLE, "patience_s": 60})
STUDENT_8 = 2.306
"""Of the t distribution with 8 degrees of freedom, 97.5 %."""
WITHIN = 0.05
CURVE_S = (1, 2, 3, 4, 5)


class Figure(NamedTuple):
    of: Callable[[Run], float]
    arithmetic: float
    """What packs ÷ limit says."""
    off: float | None = None
    """At most, in its own unit; None: 5 % of itself."""


def claimed_by(second: int) -> Callable[[Run], float]:
    """The share of the packs that is claimed by then."""
    return lambda run: sum(at_s <= second for at_s in run.claims_s) / len(run.claims_s)


FIGURES = {
    **{f"claimed by {s} s": Figure(claimed_by(s), min(s * TABLE / PACKS, 1), 0.02) for s in CURVE_S},
    "gone at s": Figure(lambda run: run.gone_s or 0.0, PACKS / TABLE),
    "units a claim": Figure(lambda run: run.units.write_units * run.weight / run.claimed, 1.0),
    "stranded, of packs": Figure(lambda run: run.stranded / PACKS, 0.0, 0.02),
    "last pack to drained, s": Figure(lambda run: run.lag_s, 0.0, 0.25),
}


def apart(some: list[float], whole: list[float]) -> tuple[float, float]:
    """The difference of the means, and half its 95 % interval."""
    spread = variance(some) / len(some) + variance(whole) / len(whole)
    return fmean(some) - fmean(whole), STUDENT_8 * sqrt(spread)


def main() -> int:
    day = release(PACKS)
    runs: dict[int, list[Run]] = {WEIGHT: [], 1: []}
    for weight, done in runs.items():
        for seed in SEEDS:
            done.append(rehearsed(day, DAY.but(weight=weight, seed=seed)))
            sys.stderr.write(f"weight {weight}, seed {seed}: {done[-1].cpu_s:.0f} s of CPU\n")
    binding = {one.remedy.called for run in runs[1] for one in findings(run)}
    sys.stdout.write(f"what binds: {', '.join(sorted(binding))}\n")
    sys.stdout.write(f"{'':24}{'one for ten':>12}{'each':>12}{'apart':>9}{'±':>9}{'at most':>9}{'arithmetic':>12}\n")
    wrong = len(binding) < 2
    for name, figure in FIGURES.items():
        some, whole = ([figure.of(run) for run in runs[weight]] for weight in (WEIGHT, 1))
        difference, half = apart(some, whole)
        most = WITHIN * fmean(whole) if figure.off is None else figure.off
        cells = f"{fmean(some):12.4f}{fmean(whole):12.4f}{difference:9.4f}{half:9.4f}{most:9.4f}"
        sys.stdout.write(f"{name:24}{cells}{figure.arithmetic:12.3f}\n")
        wrong |= abs(difference) + half > most
    gone_s = fmean(run.gone_s or 0.0 for run in runs[1])
    is_plain = abs(FIGURES["gone at s"].arithmetic / gone_s - 1) < WITHIN
    return int(wrong or is_plain)


if __name__ == "__main__":
    sys.exit(main())

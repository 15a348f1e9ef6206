"""Whether a day with one person for ten is the day itself: five seeds each, by `make nightly`.

    python -m tests.rehearsal.agreement

Figures of both days, their ratio, and its 95 % interval. Exit 1 unless each interval is within 5 %, or of the curve of
claims within 2 points of 100; or if arithmetic (packs ÷ limit) says the same: then nothing was shown. It says that
scaling is right, never that AWS behaves so.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from math import sqrt
from statistics import fmean, variance

from infra.rehearsal.run import Run, rehearsed
from infra.rehearsal.scenario import Scenario
from infra.rehearsal.verdict import findings
from tests.rehearsal.conftest import release

SEEDS = range(1, 6)
PACKS, PEOPLE, WEIGHT = 50_000, 150_000, 10
DAY = Scenario.of({"people": PEOPLE, "gateway_rate": 9_000, "gateway_burst": 4_500, "patience_s": 60})
STUDENT_8 = 2.306
"""Of the t distribution with 8 degrees of freedom, 97.5 %."""
WITHIN, POINTS = 0.05, 0.02
CURVE_S = (1, 2, 4, 6, 8, 10, 12)
TABLE = 4_000
"""Write units a second of the cold table, by which arithmetic says when the packs are claimed."""


def claimed_by(second: int) -> Callable[[Run], float]:
    """The share of the packs that is claimed by then."""
    return lambda run: sum(at_s <= second for at_s in run.claims_s) / len(run.claims_s)


def units_a_claim(run: Run) -> float:
    return run.units.write_units * run.weight / run.claimed


FIGURES: dict[str, tuple[Callable[[Run], float], float]] = {
    **{f"claimed by {s} s": (claimed_by(s), s * TABLE / PACKS) for s in CURVE_S},
    "gone at s": (lambda run: run.gone_s or 0.0, PACKS / TABLE),
    "units a claim": (units_a_claim, 1.0),
}


def ratio(some: list[float], whole: list[float]) -> tuple[float, float]:
    """Of the means, and half its 95 % interval, by their relative variances."""
    means = fmean(some), fmean(whole)
    spread = variance(some) / len(some) / means[0] ** 2 + variance(whole) / len(whole) / means[1] ** 2
    return means[0] / means[1], STUDENT_8 * sqrt(spread) * means[0] / means[1]


def main() -> int:
    day = release(PACKS)
    runs: dict[int, list[Run]] = {WEIGHT: [], 1: []}
    for weight, done in runs.items():
        for seed in SEEDS:
            done.append(rehearsed(day, DAY.but(weight=weight, seed=seed)))
            sys.stderr.write(f"weight {weight}, seed {seed}: {done[-1].cpu_s:.0f} s of CPU\n")
    binding = {one.remedy.called for run in runs[1] for one in findings(run)}
    sys.stdout.write(f"what binds: {', '.join(sorted(binding))}\n")
    sys.stdout.write(f"{'':20}{'one for ten':>12}{'each':>12}{'ratio':>8}{'±':>7}{'arithmetic':>12}\n")
    wrong, is_plain = len(binding) < 2, True
    for name, (figure, formula) in FIGURES.items():
        some, whole = ([figure(run) for run in runs[weight]] for weight in (WEIGHT, 1))
        of_means, half = ratio(some, whole)
        sys.stdout.write(f"{name:20}{fmean(some):12.3f}{fmean(whole):12.3f}{of_means:8.3f}{half:7.3f}{formula:12.3f}\n")
        off = abs(of_means - 1) + half
        wrong |= off * fmean(whole) > POINTS if name.startswith("claimed by") else off > WITHIN
        is_plain &= abs(formula / fmean(whole) - 1) < WITHIN
    return int(wrong or is_plain)


if __name__ == "__main__":
    sys.exit(main())

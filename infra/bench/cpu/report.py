"""The tables of the bench as text, and what a claim's CPU means on Lambda."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from coupons.metering import API_REQUEST, LAMBDA_GB_SECOND, LAMBDA_REQUEST, LOG_GB, WRITE_UNIT
from infra.bench.cpu.package import Weight
from infra.bench.cpu.profile import METRICS_LINE, OTHER, PARTS
from infra.bench.cpu.ratios import GOALS, Measured
from infra.costs import LOG_BYTES, MEMORY_GB

CLAIMS_A_SECOND = 14_300
VCPU_GB = 1_769 / 1_024
"""So much memory comes with one processor; docs.aws.amazon.com/lambda/latest/dg/configuration-memory.html."""
WRITE_S = 0.005
"""Assumed until measured on AWS: a put, there and back."""


def table(title: str, base: str, rows: Sequence[Measured]) -> str:
    """A line for each kind of request: ratios and milliseconds, the medians of the runs, and the goal."""
    goals = {goal.name: goal.most for goal in GOALS if goal.base == base}
    lines = [
        title,
        f"{'':18}{'by minimum':>11}{'by median':>11}{'runs':>22}{'minimum ms':>12}{'median ms':>11}{'goal':>9}",
    ]
    for row in rows:
        runs = " ".join(f"{run.least:.2f}" for run in row.runs)
        goal = f"≤ {goals[row.name]:g}" if row.name in goals else ""
        lines.append(
            f"{row.name:18}{row.ratio:11.3f}{row.middle:11.3f}{runs:>22}"
            f"{row.least_ms:12.3f}{row.middle_ms:11.3f}{goal:>9}"
        )
    return "\n".join(lines)


def profile_table(samples: Mapping[str, Mapping[str, int]]) -> str:
    """Shares of the CPU of each kind of request, by part."""
    parts = (*(part for part, _ in PARTS), METRICS_LINE, OTHER)
    lines = [
        "where the CPU is used, in % of its samples",
        f"{'':14}{'n':>6}" + "".join(f"{part:>14}" for part in parts),
    ]
    for name, found in samples.items():
        counted = Counter(found)
        whole = counted.total()
        lines.append(f"{name:14}{whole:6}" + "".join(f"{100 * counted[part] / whole:14.1f}" for part in parts))
    return "\n".join(lines)


def weight_table(weights: Sequence[Weight]) -> str:
    """The package by folder, those under 100 KB together."""
    large = [one for one in weights if one.unzipped >= 100_000]
    small = [one for one in weights if one.unzipped < 100_000]
    rows = [*large, _sum(f"{len(small)} others", small), _sum("together", weights)]
    return "\n".join(
        [
            "the package, MB",
            f"{'':34}{'unzipped':>9}{'zipped':>8}",
            *(f"{one.folder:34}{one.unzipped / 1e6:9.2f}{one.zipped / 1e6:8.2f}" for one in rows),
        ]
    )


def _sum(name: str, weights: Sequence[Weight]) -> Weight:
    return Weight(name, sum(one.unzipped for one in weights), sum(one.zipped for one in weights))


def meaning(name: str, cpu_ms: float) -> str:
    """What the CPU of a claim means, as if a processor of Lambda were one of this machine."""
    billed_s = cpu_ms / 1000 * VCPU_GB / MEMORY_GB + WRITE_S
    compute = LAMBDA_REQUEST + billed_s * MEMORY_GB * LAMBDA_GB_SECOND
    whole = compute + API_REQUEST + WRITE_UNIT + LOG_BYTES * LOG_GB / 1e9
    return (
        f"{name:18}{cpu_ms:7.2f} ms of CPU, billed {billed_s * 1000:6.2f} ms:"
        f"{CLAIMS_A_SECOND * billed_s:6.0f} environments busy for {CLAIMS_A_SECOND:,} claims a second;"
        f" a million: Lambda {compute * 1e6:.2f}, in all {whole * 1e6:.2f} dollars"
    )

"""The two tables as text."""

from __future__ import annotations

from collections.abc import Sequence

from infra.bench.people import Size
from infra.bench.spike import Row
from infra.bench.tally import Spent, together
from infra.bench.trickle import Trickled

_UNITS = f"{'W':>8}{'R':>7}{'N':>7}"


def spike_table(rows: Sequence[Row], size: Size, seed: int) -> str:
    """The first table and its notes."""
    head = (
        f"{size.packs:,} packs, {size.people:,} people, {size.repeats:,} of them twice, in one line shuffled by seed"
        f" {seed}, dealt to {size.environments} environments;\nthen {size.late:,} new people after it drained, a fifth"
        " of them for the others.\n"
        f"An attempt is taken to last {size.attempt_s * 1000:.0f} ms by its environment's clock (ATTEMPT_MS): leases"
        " and caches go by it.\n"
        "W write units, R read units, N requests, each on average. Claims a second are this machine's, in turns of\n"
        "about two seconds, so that its noise hits all alike; pace is the median of the turns' ratios to the floor's.\n"
    )
    titles = ("a claim", "a repeat", "a refusal")
    lines = [
        head,
        f"{'':9}" + "".join(f"{title:^22}" for title in titles) + f"{'over-':>7}{'dou-':>6}{'unsold':>8}{'after':>7}",
        f"{'':9}" + _UNITS * 3 + f"{'sold':>7}{'ble':>6}{'':8}{'reclaim':>8}{'claims/s':>9}{'pace':>6}",
    ]
    for row in rows:
        after = "–" if row.unsold_after is None else str(row.unsold_after)
        pace = sorted(row.paces)[len(row.paces) // 2] if row.paces else 0.0
        lines.append(
            f"{row.way:9}{_cells(row.claims)}{_cells(row.spike.of('repeat'))}{_cells(row.late.of('refusal'))}"
            f"{row.oversold:7}{row.double:6}{row.unsold_before:8}{after:>8}{pace:9.0f}{row.pace:6.2f}"
        )
    return "\n".join(lines)


def ours_in_words(row: Row) -> str:
    """The costs of the ramp and of the steady state, and the requests of refusals."""
    late = row.late.of("refusal")
    everything = together([row.spike, row.late, row.back])
    writes = sum(spent.writes for spent in everything.spent.values())
    return (
        f"ours, ramp (leases of 1, 2, 4 …): {row.ramp.attempts} claims,{_cells(row.ramp)} each\n"
        f"ours, steady spike:            {row.steady.attempts:6} claims,{_cells(row.steady)} each\n"
        f"ours, all that was written, repeats and refusals too: {writes / max(row.counted, 1):.3f} units a claim;"
        f" after the reclaim {len(row.back.claimed)} more people got a pack\n"
        f"ours, {late.attempts} refusals made {late.requests} requests (control item once a second and environment,"
        f" statistics once in five), {row.late.needless} others\n"
        f"answers that were `busy` or none, tried again: {everything.tried_again}"
    )


def trickle_table(rows: Sequence[Trickled]) -> str:
    """The second table."""
    lines = [
        "Ours at low demand that suddenly stops (simulated clock, exponential gaps, reads of a cold start included)\n",
        f"{'a claim every':>14}{'environments':>14}{'claims':>8}{_UNITS}  stranded  an environment  after reclaim",
    ]
    for row in rows:
        asked, spent = row.trickle, row.played.of("claim")
        lines.append(
            f"{asked.interval_s:12g} s{asked.environments:14}{spent.attempts:8}{_cells(spent)}{row.stranded:10}"
            f"{row.stranded / asked.environments:16.2f}{row.lost:15}"
        )
    return "\n".join(lines)


def _cells(spent: Spent) -> str:
    if not spent.attempts:
        return f"{'–':>8}{'–':>7}{'–':>7}"
    return f"{spent.each(spent.writes):8.3f}{spent.each(spent.reads):7.3f}{spent.each(spent.requests):7.3f}"

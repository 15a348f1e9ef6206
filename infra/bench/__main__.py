"""Run the bench, print both tables, and exit with 1 if a goal was missed.

make bench                  10,000 packs on a ministack of its own
make bench PACKS=500        smaller and faster
make bench ENGINE=dynamodb-local [ENDPOINT=http://127.0.0.1:8000]
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Mapping

from infra.bench.batches import SHARDS, lay_out, publish
from infra.bench.crew import CrewError, crew
from infra.bench.goals import judged, lost, missed
from infra.bench.people import Size
from infra.bench.report import ours_in_words, spike_table, trickle_table
from infra.bench.spike import WAYS, Row, Spike
from infra.bench.store import StoreError, endpoint_of, store
from infra.bench.trickle import QUANTITY, Trickled, settled, trickles
from infra.local.cloud import CloudError

SEED = 6
PACKS_MIN, PACKS_MAX = 100, 20_000
_started_s = time.monotonic()


def size_of(variables: Mapping[str, str]) -> Size:
    """PACKS, ATTEMPT_MS. Raises StoreError."""
    packs = _whole("PACKS", variables.get("PACKS") or "10000", PACKS_MIN, PACKS_MAX)
    return Size(packs, attempt_s=_whole("ATTEMPT_MS", variables.get("ATTEMPT_MS") or "10", 1, 1_000) / 1000)


def _whole(name: str, text: str, least: int, most: int) -> int:
    if not (text.isascii() and text.isdecimal() and least <= int(text[:9]) <= most):
        raise StoreError(f"{name}={text} is not a number from {least} to {most}")
    return int(text)


def measured(settings: dict[str, str], size: Size) -> tuple[list[Row], list[Trickled]]:
    """The rows of both tables."""
    opens_at_s = 0
    batches = dict.fromkeys(WAYS, size.packs)
    batches |= {trickle.batch_id: QUANTITY for trickle in trickles(opens_at_s, size.packs)}
    services, clock = publish(settings, batches)
    lay_out(services, settings["CATALOG_TABLE"], "textbook", size.packs, 1)
    lay_out(services, settings["CATALOG_TABLE"], "sharded", size.packs, SHARDS)
    wanted = trickles(int(clock.now_s), size.packs)
    with crew(settings, size.environments) as environments:
        rows = Spike(environments, services, clock, size, _say).play(SEED)
        _say("trickles")
        plays, _ = environments.play(wanted)
    return rows, settled(services, clock, list(zip(wanted, plays, strict=True)))


def main() -> int:
    try:
        size = size_of(os.environ)
        endpoint = endpoint_of(os.environ)
        with store(endpoint, size.environments) as settings:
            rows, trickled = measured(settings, size)
    except (StoreError, CloudError, CrewError) as error:
        print(f"bench: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        return 130
    ours = next(row for row in rows if row.way == "ours")
    goals = judged(ours, size.environments)
    misses = missed(ours, goals) + lost(trickled)
    print(spike_table(rows, size, SEED), end="\n\n")
    print(ours_in_words(ours), end="\n\n")
    print(trickle_table(trickled), end="\n\n")
    for miss in misses:
        print(f"MISSED {miss}")
    left_out = [goal.name for goal in judged(ours, 0) if goal not in goals]
    print(f"{len(goals)} goals judged, {len(misses)} missed, {time.monotonic() - _started_s:.0f} s", end="")
    print(f"; too small to judge: {', '.join(left_out)}" if left_out else "")
    return 1 if misses else 0


def _say(what: str) -> None:
    print(f"… {time.monotonic() - _started_s:4.0f} s {what}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())

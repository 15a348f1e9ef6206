"""Seeds one after the other, sealed off; in one process, or by `python -m tests.simulation.run` in several.

    python -m tests.simulation.run 100000       # make nightly; the matrix of faults, the states, exit 1 if one is red
    python -m tests.simulation.run 1 --from 84  # one seed alone
    python -m tests.simulation.run 9 --traces   # a line for each: all that was asked and answered, and when

A seed that fails is named; with the commit, that says all.
"""

from __future__ import annotations

import argparse
import gc
import os
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager

from tests.simulation.aims import ANY, Aim
from tests.simulation.scenes import scene
from tests.simulation.sealed import sealed
from tests.simulation.tally import Tally
from tests.simulation.world import KINDS, QUANTITIES, Outcome, simulated

PART = 250
"""Seeds of one process's turn."""
_COLLECTED_EVERY = 25
"""Seeds."""


@contextmanager
def no_collection() -> Iterator[None]:
    """Nothing is collected inside by itself: when an object ends would otherwise depend on what ran before."""
    gc.collect()
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


def prepare() -> None:
    """All scenes are built, with clocks and chance of their own."""
    for kind in dict.fromkeys(KINDS):
        for quantity in QUANTITIES:
            scene(kind, quantity)


def outcomes(seeds: Iterable[int], aim: Aim = ANY) -> Iterator[Outcome]:
    """Each seed's. Raises SeedError."""
    prepare()
    with no_collection():
        for place, seed in enumerate(seeds):
            if place % _COLLECTED_EVERY == _COLLECTED_EVERY - 1:
                gc.collect()
            yield outcome(seed, aim)


def outcome(seed: int, aim: Aim = ANY) -> Outcome:
    """Of one seed, sealed off. Raises SeedError."""
    try:
        with sealed():
            return simulated(seed, aim)
    except BaseException as error:
        raise SeedError(f"seed {seed}: {error!r}") from error


class SeedError(AssertionError):
    """A seed broke what must hold."""


def tally_of(seeds: range) -> Tally:
    tally = Tally()
    for one in outcomes(seeds):
        tally.add(one.tally)
    return tally


def in_processes(seeds: range, jobs: int) -> Tally:
    """The same in several processes."""
    tally = Tally()
    parts = [seeds[start : start + PART] for start in range(0, len(seeds), PART)]
    with ProcessPoolExecutor(jobs) as pool:
        for done, part in enumerate(pool.map(tally_of, parts), 1):
            tally.add(part)
            sys.stderr.write(f"\r{min(done * PART, len(seeds)):,} of {len(seeds):,} seeds")
    return tally


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("seeds", type=int)
    parser.add_argument("--from", type=int, default=0, dest="first")
    parser.add_argument("--jobs", type=int, default=os.cpu_count())
    parser.add_argument("--traces", action="store_true")
    asked = parser.parse_args()
    seeds = range(asked.first, asked.first + asked.seeds)
    if asked.traces:
        sys.stdout.writelines(f"{one.seed} {one.trace}\n" for one in outcomes(seeds))
        return
    commit = subprocess.run(["git", "rev-parse", "--short", "HEAD"], capture_output=True, text=True, check=False)
    began_s = time.monotonic()
    tally = in_processes(seeds, asked.jobs)
    took = f"{time.monotonic() - began_s:.0f} s, {asked.jobs} processes, commit {commit.stdout.strip() or 'unknown'}"
    sys.stdout.write("\n".join(["", *tally.lines(), took, ""]))
    red = [*tally.rare_states(), *tally.never()] if asked.seeds >= 1_000 else []
    if red:
        sys.exit("too rare: " + "; ".join(red))


if __name__ == "__main__":
    main()

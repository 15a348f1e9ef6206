"""Run the bench of CPU, print its tables, and exit with 1 if a goal was missed.

make bench-cpu               three runs of each kind, about two minutes on two idle cores
make bench-cpu ROUNDS=20     quicker, and less sure
make bench-cpu ONLY=warm     or cold
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from infra.bench.cpu.cold import BASE, Start, starts
from infra.bench.cpu.package import built, weights
from infra.bench.cpu.ratios import Measured, measured, missed
from infra.bench.cpu.report import meaning, profile_table, table, weight_table
from infra.bench.cpu.season import Stage, stage
from infra.bench.cpu.warm import BARE
from infra.local.settings import checkout

RUNS = 3
ROUNDS, COLD_ROUNDS = 150, 4
TRANSPORTS = {"plain HTTP": False, "TLS": True}
_TIMEOUT_S = 600
_started_s = time.monotonic()


def warm(stage: Stage, rounds: int) -> list[Measured]:
    """Prints the tables of warm requests; returns the rows on plain HTTP, by which goals are judged."""
    runs: dict[str, list[Mapping[str, Any]]] = {name: [] for name in TRANSPORTS}
    for number in range(RUNS):
        for name, tls in TRANSPORTS.items():
            _say(f"warm, run {number + 1} of {RUNS}, {name}")
            runs[name].append(_warm_run(stage.environment(tls=tls), rounds))
    rows = {name: measured([run["times"] for run in of_transport], BARE) for name, of_transport in runs.items()}
    for name, found in rows.items():
        print(table(f"warm, {name}: CPU against a bare boto3 put, medians of {RUNS} runs", BARE, found), end="\n\n")
        samples: dict[str, Counter[str]] = {}
        for run in runs[name]:
            for kind, sampled in run["samples"].items():
                samples.setdefault(kind, Counter()).update(sampled)
        print(profile_table(samples), end="\n\n")
    under_tls = {row.name: row for row in rows["TLS"]}
    print("what that means under TLS, if a processor of Lambda were one of this machine, in environments of 1 GB:")
    for name in (BARE, "claim"):
        print(meaning(name, under_tls[name].middle_ms))
    print()
    return rows["plain HTTP"]


def _warm_run(environment: dict[str, str], rounds: int) -> Mapping[str, Any]:
    with tempfile.NamedTemporaryFile() as told:
        subprocess.run(  # noqa: S603
            [sys.executable, "-m", "infra.bench.cpu.warm", told.name, str(rounds), str(rounds)],
            env={**environment, "PATH": os.environ["PATH"], "LANG": "C.UTF-8"},
            cwd=checkout(),
            stdout=subprocess.DEVNULL,
            timeout=_TIMEOUT_S,
            check=True,
        )
        found: Mapping[str, Any] = json.loads(Path(told.name).read_bytes())
    return found


def cold(stage: Stage, rounds: int) -> list[Measured]:
    """Prints the tables of cold starts and of the package; returns the rows of first answers."""
    _say("the package")
    made = built()
    weighed = weights(made.package)
    runs: list[list[Start]] = []
    for number in range(RUNS):
        _say(f"cold, run {number + 1} of {RUNS}")
        runs.append(list(starts(stage, made, rounds, number)))
    answers = measured([_times(run, "answered_s") for run in runs], BASE)
    imports = measured([_times(run, "imported_s", BASE) for run in runs], BASE)
    against = f"CPU against a fresh interpreter that imports boto3 and builds one client, medians of {RUNS} runs"
    print(table(f"cold, to the first answer: {against}", BASE, answers), end="\n\n")
    print(table("cold, to the end of the import", "", [row for row in imports if row.name != BASE]), end="\n\n")
    with_boto3 = sorted({start.name for run in runs for start in run if start.has_boto3 and start.name != BASE})
    print(f"loaded boto3 by then: {', '.join(with_boto3) or 'none'}\n")
    print(weight_table(weighed), end="\n\n")
    return answers


def _times(run: list[Start], field: str, base: str = "") -> dict[str, list[float]]:
    """Milliseconds by name; of the `base` it is always those until its client is built."""
    times: dict[str, list[float]] = {}
    for start in run:
        seconds = start.answered_s if start.name == base else getattr(start, field)
        times.setdefault(start.name, []).append(seconds * 1000)
    return times


def main() -> int:
    only = os.environ.get("ONLY", "")
    rounds = int(os.environ.get("ROUNDS") or ROUNDS)
    misses: list[str] = []
    try:
        with stage() as ready:
            if only != "cold":
                misses += missed(BARE, warm(ready, rounds))
            if only != "warm":
                misses += missed(BASE, cold(ready, min(rounds, COLD_ROUNDS)))
    except KeyboardInterrupt:
        return 130
    for miss in misses:
        print(f"MISSED {miss}")
    print(f"{len(misses)} goals missed, {time.monotonic() - _started_s:.0f} s")
    return 1 if misses else 0


def _say(what: str) -> None:
    print(f"… {time.monotonic() - _started_s:4.0f} s {what}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())

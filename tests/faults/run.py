"""A thousand faults, each at a write of an operation, and what the tables say afterwards: `make faults`.

First every fault at every write of every operation, then the worst of them four times in a row, so that a process gives
up, then chance. 0 lost, 0 doubled, 0 falsely acknowledged or refused, and at the end the books add up. So for the way
that requests of the functions go; of the other ways every fault once. `--all` plays all for each.
"""

from __future__ import annotations

import random
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import islice
from pathlib import Path

from infra.local.cloud import Cloud
from infra.local.engine import dynamodb_engine
from tests.faults.operations import Operation, Play
from tests.faults.points_operations import OPERATIONS
from tests.faults.proxy import Fault, faults
from tests.faults.scene import BATCHES, LATER, MERCHANT, WAYS, Scene, Way, scene

HITS_MIN = 1_000
IN_A_ROW, CHANCES = 4, 60
STUBBORN = tuple(
    Fault(kind, stage)
    for kind, stage in (
        ("cut", "applied"),
        ("reset", "before"),
        ("late", "before"),
        ("broken", "applied"),
        ("crc", "applied"),
        ("throttled", "before"),
        ("conflict", "before"),
        ("in progress", "applied"),
        ("5xx", "applied"),
    )
)
PACKED = ("plain", "limited", "online", "offline")
"""Batches with a stock."""


@dataclass(frozen=True)
class Case:
    operation: Operation
    plan: tuple[Fault | None, ...]

    def __str__(self) -> str:
        return f"{self.operation.name}: {', '.join(str(fault or 'fine') for fault in self.plan)}"


def named(name: str) -> Operation:
    return next(operation for operation in OPERATIONS if operation.name == name)


@dataclass
class Report:
    """`hits`: operation and fault → writes that met it; `red` of those, where something was wrong; `wrong` in words."""

    hits: Counter[tuple[str, Fault]] = field(default_factory=Counter)
    red: set[tuple[str, Fault]] = field(default_factory=set)
    wrong: list[str] = field(default_factory=list)

    @property
    def total(self) -> int:
        return self.hits.total()

    def table(self) -> str:
        """Faults down, operations across: how many writes met it, `!` behind a number that holds a violation."""
        names = [operation.name for operation in OPERATIONS]
        letters = "abcdefghijklmnopqrstuvwxyz"[: len(names)]
        rows = [f"{'':20}" + "".join(f"{letter:>5}" for letter in letters)]
        for fault in faults(is_secure=True):
            cells = [self._cell(name, fault) for name in names]
            rows.append(f"{fault!s:20}" + "".join(f"{cell:>5}" for cell in cells))
        for letter, name in zip(letters, names, strict=True):
            met = sum(hits for (operation, _), hits in self.hits.items() if operation == name)
            verdict = "WRONG" if any(operation == name for operation, _ in self.red) else "right"
            rows.append(f"{letter}  {name:36}{met:5} faults  {verdict}")
        return "\n".join(rows)

    def _cell(self, name: str, fault: Fault) -> str:
        hits = self.hits[name, fault]
        return f"{hits or '·'}{'!' if (name, fault) in self.red else ''}"


def single_faults(way: Way) -> list[Case]:
    """Every fault at every write."""
    return [
        Case(operation, (*[None] * place, fault))
        for operation in OPERATIONS
        for place in range(operation.writes)
        for fault in faults(is_secure=way.is_secure)
    ]


def each_fault_once(way: Way) -> list[Case]:
    """At the write of a hold, which is a transaction, so that it can meet all of them. At last all is closed."""
    hold, late = named("hold"), named("reversal after the expiry")
    return [*(Case(hold, (fault,)) for fault in faults(is_secure=way.is_secure)), Case(late, STUBBORN[:1])]


def stubborn_faults() -> list[Case]:
    return [Case(operation, (fault,) * IN_A_ROW) for operation in OPERATIONS for fault in STUBBORN]


def by_chance(rng: random.Random, way: Way) -> Iterator[Case]:
    """Up to four writes of a play meet a fault each, one after the other or with a whole one between."""
    while True:
        operation = rng.choice(OPERATIONS)
        plan: list[Fault | None] = [None] * rng.randrange(operation.writes)
        for _ in range(rng.randint(2, IN_A_ROW)):
            plan += [rng.choice(faults(is_secure=way.is_secure)), *[None] * rng.choice((0, 0, 1))]
        yield Case(operation, tuple(plan))


def play(made: Scene, cases: Sequence[Case], report: Report) -> None:
    """Each case once; those of late operations at the end, after every coupon has expired."""
    late = [(case, case.operation.prepare(made)) for case in cases if case.operation.is_late]
    for case in (case for case in cases if not case.operation.is_late):
        _play(made, case, case.operation.prepare(made), report)
    if late:
        made.world.clock.set(f"{LATER}T12:00:00+08:00")
        made.world.services.day_marks.mark(MERCHANT, date.fromisoformat(LATER), "Asia/Shanghai")
    for case, prepared in late:
        _play(made, case, prepared, report)


def _play(made: Scene, case: Case, prepared: Play, report: Report) -> None:
    made.proxy.plan.extend(case.plan)
    made.proxy.writes.clear()
    answer = made.ask(prepared.send, anew=sum(map(len, str(case))) % 2 == 0)
    made.proxy.plan.clear()
    met = [seen.fault for seen in made.proxy.writes if seen.fault is not None]
    report.hits.update((case.operation.name, fault) for fault in met)
    wrong = [*prepared.wrong(answer), *(f"a surprise: {text}" for text in made.surprises)]
    made.surprises.clear()
    report.wrong += [f"{case}: {words}" for words in wrong]
    if wrong:
        report.red |= {(case.operation.name, fault) for fault in met}


def books(made: Scene, batch_ids: Sequence[str] = BATCHES) -> Iterator[str]:
    """After everything has closed: no pack too many, none missing after the count, no token in two claims; and what the
    audits say.
    """
    for _ in range(8):
        made.wait(31)
    services = made.world.services
    for batch_id in batch_ids:
        batch = services.cache.batch(batch_id)
        places = range(batch.buckets)
        claims = [found for place in places for found in services.claims.in_bucket(batch.claim_key, place)]
        claims = [claim for claim in claims if claim.batch_number == batch.number]
        if len({claim.token for claim in claims}) != len(claims):
            yield f"doubled: a token is in two claims of {batch_id!r}"
        control = services.cache.control_now(batch_id)
        if batch_id in PACKED:
            left = sum(shard.remaining for shard in services.stock.shards(batch_id, batch.shards))
            if left + len(claims) != control.quantity:
                yield f"oversold or lost: {batch_id!r} has {left} packs left and {len(claims)} claims"
        path = {"batch_id": batch_id}
        audit = made.world.operator().send("GET /admin/batches/{batch_id}/audit", path).json
        yield from (f"audit of {batch_id!r}: {line['equation']}" for line in audit["equations"] if not line["holds"])
        if not audit["complete"]:
            yield f"audit of {batch_id!r}: not complete"


def played(cloud: Cloud, way: Way, cases: Sequence[Case]) -> Report:
    report = Report()
    with scene(cloud, f"{way.name}-{way.is_secure}-", way) as made:
        play(made, cases, report)
        report.wrong += books(made)
    return report


def main() -> int:
    say, is_red = sys.stdout.write, False
    with tempfile.TemporaryDirectory() as directory, dynamodb_engine(Path(directory)) as cloud:
        for way in WAYS:
            is_whole = way == WAYS[0] or "--all" in sys.argv
            chances = islice(by_chance(random.Random(1), way), CHANCES)
            cases = [*single_faults(way), *stubborn_faults(), *chances] if is_whole else each_fault_once(way)
            started_s = time.monotonic()
            report = played(cloud, way, cases)
            took_s = time.monotonic() - started_s
            say(report.table() + "\n" if is_whole else "")
            for words in report.wrong:
                say(words + "\n")
            hit = f"{report.total} faults hit a write, {len(cases)} plays, {took_s:.0f} s"
            say(f"{way}: {hit}: {len(report.wrong)} violations\n")
            is_red |= bool(report.wrong) or report.total < (HITS_MIN if is_whole else len(cases))
    return 1 if is_red else 0


if __name__ == "__main__":
    sys.exit(main())

"""Which tests see a mutant, in what order they are run against it, and what came of it."""

from __future__ import annotations

import hashlib
import json
import re
import tempfile
from collections import Counter, defaultdict, deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import pytest

from tests.mutants import loader
from tests.mutants.children import Outcome, Run, run_all
from tests.mutants.source import Module, Mutant

SUITES = ("unit", "store", "api", "concurrency")
FIRST_S = 4.0
"""Of tests before the others, by their own time: most mutants are red by then."""
OTHERS_S = 30.0
"""Of tests after those; more are not run against one mutant."""


@dataclass(frozen=True)
class Test:
    name: str
    seconds: float
    sites: frozenset[str]

    @property
    def function(self) -> str:
        return self.name.partition("[")[0]


@dataclass(frozen=True)
class Verdict:
    """`test`: which one failed; empty if the mutant survived. `fault`: why the outcome proves nothing."""

    mutant: Mutant
    test: str
    seen_by: int
    run: int
    fault: str = ""

    @property
    def is_red(self) -> bool:
        return bool(self.test)


@dataclass
class _Suite:
    """A share of the suites, run once with probes."""

    modules: list[Module]
    files: list[str]

    def run(self) -> Run:
        return Run(partial(loader.probed, self.modules), self.files, cpu_s=3600, stop_at_first=False)


def reach(root: Path, modules: list[Module], jobs: int, say: Callable[[str], None]) -> list[Test]:
    """Every test of the suites with the sites it passes; kept until a source changes.

    Raises RuntimeError if a test fails.
    """
    digest = _digest(root)
    kept = root / ".mutants" / "reach.json"
    told = json.loads(kept.read_text("utf-8")) if kept.exists() else {}
    if told.get("digest") != digest:
        say("running the suites once, to see which test passes what …")
        files = [str(p) for suite in SUITES for p in sorted((root / "tests" / suite).rglob("test_*.py"))]
        shares = deque(_Suite(modules, files[n::jobs]) for n in range(jobs))
        tests: dict[str, tuple[float, list[str]]] = {}
        with tempfile.TemporaryDirectory() as folder:
            for _, outcome in run_all(shares, Path(folder), jobs):
                if not outcome.is_green:
                    raise RuntimeError(f"the suites are not green: {outcome.failed} {outcome.why}")
                tests |= outcome.tests
        told = {"digest": digest, "tests": {name: found for name, found in sorted(tests.items()) if found[1]}}
        kept.parent.mkdir(exist_ok=True)
        kept.write_text(json.dumps(told), "utf-8")
    return [Test(name, seconds, frozenset(sites)) for name, (seconds, sites) in told["tests"].items()]


def _digest(root: Path) -> str:
    """Of every source that a test may import."""
    found = hashlib.sha256()
    for path in sorted(path for top in ("functions", "infra", "tests") for path in (root / top).rglob("*.py")):
        found.update(f"{path.relative_to(root)} {path.stat().st_size}\n".encode() + path.read_bytes())
    return found.hexdigest()


@dataclass
class _Trial:
    mutant: Mutant
    trials: Trials
    stage: int = 0
    chosen: list[Test] = field(default_factory=list)
    done: set[str] = field(default_factory=set)

    def run(self) -> Run:
        ordered = [test for test in self.trials.ordered(self.mutant) if test.name not in self.done]
        self.chosen = list(_within(ordered, OTHERS_S if self.stage else FIRST_S))
        self.done |= {test.name for test in self.chosen}
        cpu_s = 30 + int(5 * sum(test.seconds for test in self.chosen))
        return Run(partial(loader.mutated, self.mutant), [test.name for test in self.chosen], cpu_s)


class Trials:
    """Runs mutants against the tests that see them: what failed last, named guards, the module's own, the nearest."""

    def __init__(self, tests: Iterable[Test], last: Mapping[str, str], jobs: int) -> None:
        """`last`: mutant → the test that saw it in the last run; an order to try, nothing more."""
        self._jobs = jobs
        self._tests = {test.name: test for test in tests}
        self._by_site: dict[str, set[str]] = defaultdict(set)
        for test in self._tests.values():
            for site in test.sites:
                self._by_site[site].add(test.name)
        self._killers: dict[str, Counter[str]] = defaultdict(Counter)
        self._last = dict(last)

    def of(self, mutants: list[Mutant], short: set[str]) -> Iterator[Verdict]:
        """A verdict each, as they are found; those named in `short` are run against the first tests only."""
        waiting: deque[_Trial] = deque()
        for mutant in mutants:
            if self._seen_by(mutant):
                waiting.append(_Trial(mutant, self))
            else:
                yield Verdict(mutant, "", 0, 0)
        with tempfile.TemporaryDirectory() as folder:
            for trial, outcome in run_all(waiting, Path(folder), self._jobs):
                total = len(self._seen_by(trial.mutant))
                is_more = trial.stage == 0 and trial.mutant.name not in short and len(trial.done) < total
                if outcome.is_green and is_more:
                    trial.stage = 1
                    waiting.append(trial)
                    continue
                yield self._verdict(trial, outcome, total)

    def _verdict(self, trial: _Trial, outcome: Outcome, total: int) -> Verdict:
        mutant = trial.mutant
        if outcome.is_green:
            return Verdict(mutant, "", total, len(trial.done))
        test = outcome.failed or outcome.why
        if outcome.failed:
            self._killers[mutant.module][outcome.failed.partition("[")[0]] += 1
            self._last[_function(mutant)] = outcome.failed
        return Verdict(mutant, test, total, len(trial.done), _fault(mutant, outcome))

    def ordered(self, mutant: Mutant) -> list[Test]:
        killers = self._killers[mutant.module]
        own = f"/test_{mutant.module.rpartition('.')[2].rstrip('s')}"
        last = self._last.get(mutant.name) or self._last.get(_function(mutant))

        def rank(test: Test) -> tuple[object, ...]:
            guard = mutant.guards.index(test.function) if test.function in mutant.guards else len(mutant.guards)
            is_own = own in test.name.partition("::")[0]
            seen = -killers[test.function]
            return test.name != last, guard, seen, not is_own, len(test.sites), test.seconds, test.name

        return sorted((self._tests[name] for name in self._seen_by(mutant)), key=rank)

    def _seen_by(self, mutant: Mutant) -> set[str]:
        return set().union(*(self._by_site.get(site, set()) for site in mutant.sites))


def _function(mutant: Mutant) -> str:
    return mutant.name.rpartition(":")[0]


def _fault(mutant: Mutant, outcome: Outcome) -> str:
    """A test that was not found, or a request that the store refuses for its form, tells nothing about a mutant."""
    if outcome.code in (pytest.ExitCode.USAGE_ERROR, pytest.ExitCode.NO_TESTS_COLLECTED, 70):
        return f"pytest ended with {outcome.code}: {outcome.why}"
    is_condition = mutant.kind in ("clause", "always")
    if is_condition and (found := re.search(r".*(ValidationException|Invalid \w*Expression).*", outcome.why)):
        return found[0].strip()
    return ""


def _within(tests: list[Test], seconds: float) -> Iterator[Test]:
    """Those that fit, in their order; the first in any case."""
    left = seconds
    for test in tests:
        if test.seconds <= left or left == seconds:
            left -= test.seconds
            yield test

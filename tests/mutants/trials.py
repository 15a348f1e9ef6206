"""Which tests see a mutant, in what order they are run against it, and what came of it."""

from __future__ import annotations

import re
import tempfile
from collections import Counter, defaultdict, deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import pytest

from tests.mutants import conditions, loader
from tests.mutants.children import Outcome, Run, run_all
from tests.mutants.kept import Verdict
from tests.mutants.reach import Reached
from tests.mutants.source import Module, Mutant

SUITES = ("unit", "store", "api", "concurrency")
FIRST_S = 4.0
"""Of tests before the others, by their own time: most mutants are red by then."""
OTHERS_S = 30.0
"""Of tests after those; more are not run against one mutant."""
_MISFIT = re.compile(r".*(ValidationException|InvalidError|UnsupportedError|requests that the catalogue).*")


@dataclass(frozen=True)
class Test:
    name: str
    seconds: float
    sites: frozenset[str]
    refused: frozenset[str]

    @property
    def function(self) -> str:
        return self.name.partition("[")[0]


@dataclass
class _Suite:
    """A share of the suites, run once with probes."""

    modules: list[Module]
    files: list[str]

    def run(self) -> Run:
        return Run(partial(loader.probed, self.modules), self.files, cpu_s=3600, stop_at_first=False)


def reach(root: Path, modules: list[Module], jobs: int) -> dict[str, Reached]:
    """Each test that passes a site: its processor time, and the sites. Raises RuntimeError if one fails."""
    files = [str(p) for suite in SUITES for p in sorted((root / "tests" / suite).rglob("test_*.py"))]
    shares = deque(_Suite(modules, files[n::jobs]) for n in range(jobs))
    tests: dict[str, Reached] = {}
    with tempfile.TemporaryDirectory() as folder:
        for _, outcome in run_all(shares, Path(folder), jobs):
            if not outcome.is_green:
                raise RuntimeError(f"the suites are not green: {outcome.failed} {outcome.why}")
            tests |= outcome.tests
    return {name: found for name, found in sorted(tests.items()) if found.sites}


@dataclass
class _Trial:
    mutant: Mutant
    trials: Trials
    is_short: bool
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

    def __init__(self, tests: Mapping[str, Reached], last: Mapping[str, str], jobs: int) -> None:
        """`tests`: see `reach`. `last`: mutant → the test that saw it last; an order to try, nothing more."""
        self._jobs = jobs
        self._tests = {
            name: Test(name, found.seconds, frozenset(found.sites), frozenset(found.refused))
            for name, found in tests.items()
        }
        self._by_site: dict[str, set[str]] = defaultdict(set)
        for test in self._tests.values():
            for site in test.sites:
                self._by_site[site].add(test.name)
        self._killers: dict[str, Counter[str]] = defaultdict(Counter)
        self._last = dict(last)

    def of(self, mutants: list[Mutant], short: set[str]) -> Iterator[tuple[Mutant, Verdict]]:
        """Each with its verdict, as they are found; those named in `short` are run against the first tests only."""
        waiting: deque[_Trial] = deque()
        for mutant in mutants:
            if self._seen_by(mutant):
                waiting.append(_Trial(mutant, self, mutant.name in short))
            else:
                yield mutant, Verdict(mutant.was, mutant.now, "", 0, 0, is_short=False)
        with tempfile.TemporaryDirectory() as folder:
            for trial, outcome in run_all(waiting, Path(folder), self._jobs):
                total = len(self._seen_by(trial.mutant))
                is_more = trial.stage == 0 and not trial.is_short and len(trial.done) < total
                if outcome.is_green and is_more:
                    trial.stage = 1
                    waiting.append(trial)
                    continue
                yield trial.mutant, self._verdict(trial, outcome, total)

    def _verdict(self, trial: _Trial, outcome: Outcome, total: int) -> Verdict:
        mutant, test, fault = trial.mutant, "", ""
        if not outcome.is_green:
            test, fault = outcome.failed or outcome.why, _fault(trial.mutant, outcome)
        if outcome.failed:
            self._killers[mutant.module][outcome.failed.partition("[")[0]] += 1
            self._last[_function(mutant)] = outcome.failed
        return Verdict(mutant.was, mutant.now, test, total, len(trial.done), trial.is_short, fault)

    def ordered(self, mutant: Mutant) -> list[Test]:
        killers = self._killers[mutant.module]
        own = f"/test_{mutant.module.rpartition('.')[2].rstrip('s')}"
        # What a void clause lets through is seen where the store refused.
        is_weaker = mutant.kind == "always" or (mutant.kind == "clause" and conditions.FALSE.encode() not in mutant.new)
        last = self._last.get(mutant.name) or self._last.get(_function(mutant))

        def rank(test: Test) -> tuple[object, ...]:
            guard = mutant.guards.index(test.function) if test.function in mutant.guards else len(mutant.guards)
            is_refused = is_weaker and not test.refused.isdisjoint(mutant.sites)
            is_own = own in test.name.partition("::")[0]
            seen = -killers[test.function]
            return test.name != last, guard, not is_refused, seen, not is_own, len(test.sites), test.seconds, test.name

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
    if is_condition and (found := _MISFIT.search(outcome.why)):
        return found[0].strip()
    return ""


def _within(tests: list[Test], seconds: float) -> Iterator[Test]:
    """Those that fit, in their order; the first in any case."""
    left = seconds
    for test in tests:
        if test.seconds <= left or left == seconds:
            left -= test.seconds
            yield test

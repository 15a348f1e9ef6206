"""A pytest plugin: which sites each test passes, what it costs, and the first that fails.

What a shared fixture passes counts for every test that uses it, what an import passes for every test of the module.
"""

from __future__ import annotations

import time
from collections.abc import Generator
from dataclasses import dataclass, field
from typing import Any

import pytest


@dataclass(eq=False)
class Reach:
    """`passed` is filled by the probes. `tests`: node id → (seconds of processor time, sites)."""

    passed: set[str]
    tests: dict[str, tuple[float, set[str]]] = field(default_factory=dict)
    failed: str = ""
    why: str = ""
    _shared: dict[int, set[str]] = field(default_factory=dict)
    _imported: dict[str, set[str]] = field(default_factory=dict)

    @pytest.hookimpl(wrapper=True)
    def pytest_make_collect_report(
        self, collector: pytest.Collector
    ) -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
        self.passed.clear()
        report = yield
        if isinstance(collector, pytest.Module):
            self._imported[collector.nodeid] = set(self.passed)
        if report.failed:
            self._fail(report)
        return report

    @pytest.hookimpl(wrapper=True)
    def pytest_fixture_setup(self, fixturedef: pytest.FixtureDef[Any]) -> Generator[None, object, object]:
        before = set(self.passed)
        self.passed.clear()
        try:
            return (yield)
        finally:
            if fixturedef.scope != "function":
                self._shared[id(fixturedef)] = set(self.passed)
            self.passed |= before

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Generator[None, object, object]:
        self.passed.clear()
        began_s = time.process_time()
        answer = yield
        sites = set(self.passed) | self._imported.get(item.nodeid.partition("::")[0], set())
        info = getattr(item, "_fixtureinfo", None)
        for used in info.name2fixturedefs.values() if info else ():
            sites |= set().union(*(self._shared.get(id(fixture), set()) for fixture in used))
        self.tests[item.nodeid] = (time.process_time() - began_s, sites)
        return answer

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.failed:
            self._fail(report)

    def _fail(self, report: pytest.CollectReport | pytest.TestReport) -> None:
        if not self.failed:
            self.failed, self.why = report.nodeid, str(report.longrepr)[-2000:]

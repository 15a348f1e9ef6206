"""A pytest plugin: which sites each test passes, at which the store refuses, what it costs, and the first that fails.

What a shared fixture passes counts for every test that uses it, what an import passes for every test of the module.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Generator
from dataclasses import dataclass, field
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.mutants.loader import Passed

_REFUSALS = ("ConditionalCheckFailedException", "TransactionCanceledException")


@dataclass(frozen=True)
class Reached:
    """Processor time, the sites that were passed, and those of them just before a condition was refused."""

    seconds: float
    sites: list[str]
    refused: list[str]


@dataclass(eq=False)
class Reach:
    """`passed` is filled by the probes. `tests`: node id → what was found."""

    passed: Passed
    tests: dict[str, Reached] = field(default_factory=dict)
    failed: str = ""
    why: str = ""
    _refused: set[str] = field(default_factory=set)
    _shared: dict[int, set[str]] = field(default_factory=dict)
    _imported: dict[str, set[str]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        made = ClientError.__init__

        def noted(error: ClientError, response: Any, operation: str) -> None:
            made(error, response, operation)
            if response.get("Error", {}).get("Code") in _REFUSALS:
                self._refused |= set(self.passed.recent)

        ClientError.__init__ = noted  # type: ignore[method-assign, assignment]

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
        self.passed.recent.clear()
        self._refused.clear()
        began_s = time.process_time()
        answer = yield
        sites = set(self.passed) | self._imported.get(item.nodeid.partition("::")[0], set())
        info = getattr(item, "_fixtureinfo", None)
        for used in info.name2fixturedefs.values() if info else ():
            sites |= set().union(*(self._shared.get(id(fixture), set()) for fixture in used))
        self.tests[item.nodeid] = Reached(time.process_time() - began_s, sorted(sites), sorted(self._refused))
        return answer

    @pytest.hookimpl(wrapper=True, trylast=True)
    def pytest_runtest_call(self) -> Generator[None, object, object]:
        """A changed condition is a request that the catalogue of tests/engine cannot know: that proves nothing."""
        try:
            return (yield)
        finally:
            if shapes := sys.modules.get("tests.engine.shapes"):
                shapes.WATCH.take_unknown()

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.failed:
            self._fail(report)

    def _fail(self, report: pytest.CollectReport | pytest.TestReport) -> None:
        if not self.failed:
            self.failed, self.why = report.nodeid, str(report.longrepr)[-2000:]

"""What every test runs on: no way out of this machine, and a strict CI. `tests/__init__.py` sets the environment.

With CI=true a skipped, expected-to-fail or deselected test is a failure, and so is a suite that was asked for and
holds no test: what CI calls passed has been run.
"""

from __future__ import annotations

import os
import sys
from ipaddress import ip_address
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import settings

import infra.verify_draw  # noqa: F401 - first, because py_ecc alone raises the limit of nested calls (its module says more)

if TYPE_CHECKING:
    from collections.abc import Generator, Sequence

from tests.engine.complete import pytest_runtest_call, pytest_sessionfinish, pytest_testnodedown  # noqa: F401

CI = os.environ.get("CI") == "true"

settings.register_profile("laptop", deadline=None)
# Two shared cores are too uneven for deadlines, and a red run must be red again.
settings.register_profile("ci", deadline=None, derandomize=True)
settings.load_profile("ci" if CI else "laptop")


def stay_home(event: str, arguments: tuple[Any, ...]) -> None:
    """Refuse any connection of the tests' own process that leaves this machine."""
    if event != "socket.connect" or not isinstance(arguments[1], tuple):
        return
    host = str(arguments[1][0])
    if host != "localhost" and not ip_address(host).is_loopback:
        raise RuntimeError(f"a test wanted to connect to {host}")


sys.addaudithook(stay_home)


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """In CI: no skip, no xfail, no xpass."""
    report = yield
    if CI and (report.skipped or hasattr(report, "wasxfail")):
        report.longrepr = f"{item.nodeid} did not count in CI: {getattr(report, 'wasxfail', '') or report.longrepr}"
        report.outcome = "failed"
        vars(report).pop("wasxfail", None)
    return report


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report(
    collector: pytest.Collector,
) -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    """In CI: no module that skips itself."""
    report = yield
    if CI and report.skipped:
        report.longrepr = f"{collector.nodeid} was skipped in CI: {report.longrepr}"
        report.outcome = "failed"
    return report


def pytest_deselected(items: Sequence[pytest.Item]) -> None:
    """In CI: all that was collected runs."""
    if CI:
        raise pytest.UsageError(f"{len(items)} tests were deselected in CI, {items[0].nodeid} first")


def pytest_collection_finish(session: pytest.Session) -> None:
    """In CI: every suite that was asked for holds a test. xdist's controller collects nothing, its workers do."""
    config = session.config
    is_controller = config.getoption("numprocesses", None) and not hasattr(config, "workerinput")
    if not CI or is_controller:
        return
    by_default = config.args_source is pytest.Config.ArgsSource.TESTPATHS
    asked = config.getini("testpaths") if by_default else config.args
    for suite in asked:
        folder = config.rootpath / str(suite).partition("::")[0]
        if not any(item.path.is_relative_to(folder) for item in session.items):
            raise pytest.UsageError(f"no test was collected from {Path(suite)}")

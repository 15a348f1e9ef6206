"""Hooks: every request of the functions has a shape that the catalogue knows, and every shape is still sent.

The first is asked after each test, in whatever process it runs. The second is asked once, at the end of a run of all
suites that wrote the catalogue: workers of xdist hand what they saw to the process that started them.
"""

from __future__ import annotations

from collections.abc import Generator
from typing import Any

import pytest

from tests.engine.shapes import WATCH

SUITES = ("tests/store", "tests/api", "tests/season")
_OUTPUT = "request_shapes"


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call() -> Generator[None, Any, Any]:
    result = yield
    unknown = WATCH.take_unknown()
    assert not unknown, f"requests that the catalogue does not know (python -m tests.engine): {sorted(unknown)}"
    return result


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any, error: object) -> None:
    WATCH.seen |= set(getattr(node, "workeroutput", {}).get(_OUTPUT, ()))


@pytest.hookimpl(tryfirst=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    config = session.config
    if hasattr(config, "workeroutput"):
        config.workeroutput[_OUTPUT] = sorted(WATCH.seen)
        return
    is_whole = set(SUITES) <= {argument.rstrip("/") for argument in config.args} and not config.option.keyword
    stale = WATCH.known - WATCH.seen
    if is_whole and stale and session.exitstatus == pytest.ExitCode.OK and WATCH.samples is None:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED
        reporter = config.pluginmanager.get_plugin("terminalreporter")
        reporter.write_line(
            f"\nrequests that no test sends any more (python -m tests.engine): {sorted(stale)}", red=True
        )

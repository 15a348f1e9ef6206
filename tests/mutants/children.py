"""pytest in forked processes: each imports the functions anew, and shares what was imported before the fork."""

from __future__ import annotations

import importlib
import json
import os
import resource
import sys
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Protocol, TypeVar

import pytest

from tests.mutants.loader import Changed
from tests.mutants.reach import Reach, Reached

# Big, and never changed: a child need not import them again.
_SHARED = (
    "aws_lambda_powertools",
    "boto3",
    "hypothesis",
    "hypothesis.stateful",
    "cryptography.hazmat.primitives.ciphers.aead",
    "moto.dynamodb.models",
    "moto.dynamodb.responses",
    "pydantic",
    "yaml",
)
TIMEOUT_S = 60
W = TypeVar("W", bound="Waiting")


@dataclass(frozen=True)
class Run:
    """Tests to run after `prepare`, in at most `cpu_s` of processor time."""

    prepare: Callable[[], Changed]
    tests: list[str]
    cpu_s: int
    stop_at_first: bool = True


@dataclass(frozen=True)
class Outcome:
    """`failed`: the first test that failed, empty if none; `why`: how, or what ended the run instead."""

    code: int
    failed: str
    why: str
    tests: dict[str, Reached]

    @property
    def is_green(self) -> bool:
        return self.code == pytest.ExitCode.OK


def import_shared() -> None:
    for name in _SHARED:
        with suppress(ImportError):
            importlib.import_module(name)


class Waiting(Protocol):
    """What a run is made of, as late as possible: earlier outcomes may change the order of its tests."""

    def run(self) -> Run: ...


def run_all(waiting: deque[W], folder: Path, jobs: int) -> Iterator[tuple[W, Outcome]]:
    """Each with its outcome, as they end; more may be appended meanwhile."""
    running: dict[int, W] = {}
    while waiting or running:
        while waiting and len(running) < jobs:
            ahead = waiting.popleft()
            running[_fork(ahead.run(), folder)] = ahead
        pid, status = os.wait()
        yield running.pop(pid), _outcome(folder / f"{pid}.json", os.waitstatus_to_exitcode(status))


def _outcome(path: Path, code: int) -> Outcome:
    if not path.exists():
        return Outcome(code, "", f"ended by signal {-code}" if code < 0 else f"ended with {code}", {})
    told = json.loads(path.read_text("utf-8"))
    path.unlink()
    tests = {name: Reached(**reached) for name, reached in told["tests"].items()}
    return Outcome(code, told["failed"], told["why"], tests)


def _fork(run: Run, folder: Path) -> int:
    sys.stdout.flush()
    pid = os.fork()
    if pid:
        return pid
    code = 70
    try:
        code = _child(run, folder)
    finally:
        os._exit(code)


def _child(run: Run, folder: Path) -> int:
    resource.setrlimit(resource.RLIMIT_CPU, (run.cpu_s, run.cpu_s + 1))
    log = os.open(folder / f"{os.getpid()}.log", os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
    os.dup2(log, 1)
    os.dup2(log, 2)
    # The same examples in each run, and no test skipped; of the plugins those alone that a test needs.
    os.environ.update(CI="true", PYTEST_DISABLE_PLUGIN_AUTOLOAD="1")
    reach = Reach(run.prepare().passed)
    options = ["-q", "-p", "no:cacheprovider", "-p", "pytest_timeout", "-p", "_hypothesis_pytestplugin"]
    options += [f"--timeout={TIMEOUT_S}", "--tb=short", "-W", "ignore::pytest.PytestAssertRewriteWarning"]
    code = int(pytest.main([*options, *(["-x"] if run.stop_at_first else []), *run.tests], [reach]))
    tests = {name: asdict(reached) for name, reached in reach.tests.items()}
    told = {"failed": reach.failed, "why": reach.why, "tests": tests}
    (folder / f"{os.getpid()}.json").write_text(json.dumps(told), "utf-8")
    if code in (pytest.ExitCode.OK, pytest.ExitCode.TESTS_FAILED):
        (folder / f"{os.getpid()}.log").unlink()
    return code

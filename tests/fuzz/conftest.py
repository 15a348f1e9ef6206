"""A stack of the suite's own, for the fuzzer changes whatever it can."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.e2e.local_stack import LocalStack
from tests.fuzz.report import Report, run
from tests.fuzz.town import Town


@pytest.fixture(scope="session")
def report(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Report]:
    """Of one run over all operations, with the functions' policies enforced."""
    stack = LocalStack(tmp_path_factory.mktemp("stack"))
    try:
        stack.start(fresh=True)
        yield run(Town(stack))
    finally:
        stack.kill()

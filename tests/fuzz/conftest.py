"""Stacks of the suite's own, for the fuzzer changes whatever it can."""

from __future__ import annotations

import pytest

from tests.fuzz.report import Report, run


@pytest.fixture(scope="session")
def report(tmp_path_factory: pytest.TempPathFactory) -> Report:
    """Of one run over all operations."""
    return run(tmp_path_factory.mktemp("stacks"))

"""The end-to-end suite: the stack of `make run`, with the functions' policies enforced, driven over HTTP only.

One stack serves the whole run. Tests set its clock themselves; the season's own story (test_season.py) plays in June
2020, all else in campaigns of 2019, so that no tick of one touches batches of the other.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.e2e.local_stack import LocalStack


@pytest.fixture(scope="session")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalStack]:
    """Running, at 09:59:30 on the opening day; ended by Ctrl-C with exit code 0 and nothing left running.

    In the minutes between it complained of nothing: a start that is over cannot stall.
    """
    running = LocalStack(tmp_path_factory.mktemp("stack"))
    try:
        running.start(fresh=True)
        yield running
        assert running.interrupt() == 0, "".join(running.output)
        ready = next(number for number, line in enumerate(running.output) if line.startswith("ready in "))
        assert not [line for line in running.output[ready:] if "no progress" in line]
    finally:
        running.kill()

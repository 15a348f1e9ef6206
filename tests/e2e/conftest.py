"""The end-to-end suite: the stack of `make run`, with the functions' policies enforced, driven over HTTP only.

One stack serves the whole run, or the files of one worker, in their order. Tests set its clock themselves; the
season's own story (test_season.py) plays in June 2020, all else in campaigns of 2019, so that no tick of one touches
batches of the other. Hubei's story and the sports platform's have a stack each, whose clock begins with their season
(`city.py`).
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.e2e.local_stack import LocalStack, new_stack


@pytest.fixture(scope="session")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalStack]:
    """The one stack of the process. Once it is ready it complains of nothing: a start that is over cannot stall."""
    with new_stack(tmp_path_factory.mktemp("stack")) as one:
        yield one
    ready = next(number for number, line in enumerate(one.output) if line.startswith("ready in "))
    assert not [line for line in one.output[ready:] if "no progress" in line]

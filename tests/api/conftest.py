"""The API suite: real gateway events in, exact JSON out, on moto in this process, in one thread."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.api.stage import Stage, stage
from tests.api.town import Town, town


@pytest.fixture
def fresh() -> Iterator[Stage]:
    """An empty stack at the opening minute; every response must be declared."""
    with stage() as made:
        yield made
        assert made.log.faults == []


@pytest.fixture(scope="module")
def shared() -> Iterator[Town]:
    """A town for the refusals of a module, which must not change it. Not together with `fresh`: there is one AWS."""
    with town() as made:
        before = made.stage.items()
        yield made
        assert made.stage.log.faults == []
        assert made.stage.items() == before

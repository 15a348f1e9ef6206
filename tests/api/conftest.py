"""The API suite: real gateway events in, exact JSON out; moto in this process, one thread."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.api.stage import Stage, stage
from tests.api.town import Town, town


@pytest.fixture
def fresh() -> Iterator[Stage]:
    """An empty stack at the opening minute, whose every answer must be declared."""
    with stage() as made:
        yield made
        assert made.log.faults == []


@pytest.fixture(scope="module")
def shared() -> Iterator[Town]:
    """A town that a module's refusals meet, and leave as it was. Not beside `fresh`: there is one AWS at a time."""
    with town() as made:
        before = made.stage.items()
        yield made
        assert made.stage.log.faults == []
        assert made.stage.items() == before

"""The API suite: real gateway events in, exact JSON out; moto in this process, one thread."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.api.stage import Stage, stage


@pytest.fixture
def fresh() -> Iterator[Stage]:
    """An empty stack at the opening minute, whose every answer must be declared."""
    with stage() as made:
        yield made
        assert made.log.faults == []

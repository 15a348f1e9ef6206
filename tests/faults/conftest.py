"""A real engine for each file: it keeps conditions and transactions whole under threads."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from infra.local.cloud import Cloud
from infra.local.engine import dynamodb_engine


@pytest.fixture(scope="module")
def cloud(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cloud]:
    with dynamodb_engine(tmp_path_factory.mktemp("engine")) as running:
        yield running

"""The concurrency suite: a real engine (ministack's DynamoDB) under sixteen threads, one environment a thread."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from infra.local.engine import dynamodb_engine
from tests.concurrency.racing import THREADS, Arena
from tests.engine.elsewhere import Client, client_at

_numbers = count(1)


@pytest.fixture(scope="session")
def clients(tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[Any]]:
    """A client for each thread: the functions' own, which all of them share, and one for what is not theirs."""
    directory: Path = tmp_path_factory.mktemp("engine")
    with dynamodb_engine(directory) as cloud:
        shared = client_at(cloud.url)
        # Made in one thread, because boto3's default session is not for several.
        made = [Client(shared, cloud.client("dynamodb")) for _ in range(THREADS)]
        yield made
        for client in made:
            client.close()


@pytest.fixture
def arena(clients: list[Any]) -> Arena:
    """An empty stack at the opening minute, with tables of its own."""
    return Arena(clients, prefix=f"t{next(_numbers)}-")

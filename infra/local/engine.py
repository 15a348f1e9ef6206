"""A bare DynamoDB for tests with threads: ministack, unlike moto, keeps conditions and transactions atomic."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from infra.local.cloud import HOST, Cloud, CloudError, start_cloud
from infra.local.tables import create_tables, load_template, table_definitions

__all__ = ["create_tables", "dynamodb_engine", "load_template", "table_definitions"]

_ATTEMPTS = 3


@contextmanager
def dynamodb_engine(directory: Path) -> Iterator[Cloud]:
    """A ministack with an empty DynamoDB only, on a free loopback port, stopped at the end of the block.

    `directory` holds its log and scratch files. `cloud.client("dynamodb")` is a client; `cloud.url` is the endpoint,
    which accepts any key. Raises CloudError.
    """
    for attempt in range(1, _ATTEMPTS + 1):
        try:
            cloud = start_cloud(_free_port(), directory, services=("dynamodb",))
            cloud.wait_until_ready()
            break
        except CloudError:
            cloud.stop()
            # Another program may have taken the port between the search and the start.
            if attempt == _ATTEMPTS:
                raise
    try:
        yield cloud
    finally:
        cloud.stop()


def _free_port() -> int:
    with socket.socket() as asked:
        asked.bind((HOST, 0))
        return int(asked.getsockname()[1])

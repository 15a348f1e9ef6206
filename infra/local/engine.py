"""A bare DynamoDB for tests that moto cannot serve: ministack keeps conditions and transactions under threads."""

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
    """A ministack with nothing but an empty DynamoDB, on a free port of loopback, ended at the end.

    `directory` takes its log and scratch files. `cloud.client("dynamodb")` is a client; `cloud.url` the endpoint, for
    which any key will do. Raises CloudError.
    """
    for attempt in range(1, _ATTEMPTS + 1):
        try:
            cloud = start_cloud(_free_port(), directory, services=("dynamodb",))
            break
        except CloudError:
            # Somebody else may have taken the port between the asking and the start.
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

"""The DynamoDB of the bench: its own ministack, or a DynamoDB Local that is running already."""

from __future__ import annotations

import os
import secrets
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import boto3
from botocore.config import Config
from botocore.exceptions import EndpointConnectionError

from infra.local.cloud import REGION
from infra.local.engine import create_tables, dynamodb_engine

_LOCAL = "http://127.0.0.1:8000"
_LOOPBACK = {"127.0.0.1", "localhost", "::1"}


class StoreError(ValueError):
    """A setting has an invalid value."""


def endpoint_of(variables: Mapping[str, str]) -> str | None:
    """The address of a running engine (ENGINE, ENDPOINT), None for the bench's own. Raises StoreError."""
    engine = variables.get("ENGINE") or "ministack"
    if engine == "ministack":
        return None
    if engine != "dynamodb-local":
        raise StoreError(f"ENGINE={engine} is neither ministack nor dynamodb-local")
    endpoint = variables.get("ENDPOINT") or _LOCAL
    if urlsplit(endpoint).hostname not in _LOOPBACK:
        raise StoreError(f"ENDPOINT={endpoint} is not on loopback, and nothing else is loaded")
    return endpoint


@contextmanager
def store(endpoint: str | None, environments: int) -> Iterator[dict[str, str]]:
    """Settings of services over empty tables, which are removed at the end of the block. Raises CloudError."""
    if endpoint is not None:
        with _tables(endpoint, f"bench-{secrets.token_hex(4)}-", environments) as settings:
            yield settings
        return
    with (
        tempfile.TemporaryDirectory() as scratch,
        dynamodb_engine(Path(scratch)) as cloud,
        _tables(cloud.url, "", environments) as settings,
    ):
        yield settings


@contextmanager
def _tables(url: str, prefix: str, environments: int) -> Iterator[dict[str, str]]:
    _only_this_store(url)
    client = boto3.client("dynamodb", config=Config(retries={"total_max_attempts": 1}))
    try:
        names = create_tables(client, prefix=prefix)
    except EndpointConnectionError as error:
        raise StoreError(f"nothing answers at {url}") from error
    try:
        yield {
            "CATALOG_TABLE": names["CatalogTable"],
            "CLAIMS_TABLE": names["ClaimsTable"],
            "ORDERS_TABLE": names["OrdersTable"],
            "EXPECTED_ENVIRONMENTS": str(environments),
        }
    finally:
        for name in names.values():
            client.delete_table(TableName=name)


def _only_this_store(url: str) -> None:
    """Clients of this process and of its children reach only `url`, with no real key."""
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        del os.environ[name]
    os.environ.update(
        AWS_ENDPOINT_URL_DYNAMODB=url,
        AWS_REGION=REGION,
        AWS_DEFAULT_REGION=REGION,
        AWS_ACCESS_KEY_ID="test",
        AWS_SECRET_ACCESS_KEY="test",  # noqa: S106
        AWS_EC2_METADATA_DISABLED="true",
        AWS_CONFIG_FILE=os.devnull,
        AWS_SHARED_CREDENTIALS_FILE=os.devnull,
        NO_PROXY="127.0.0.1,localhost,::1",
    )

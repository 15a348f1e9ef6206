"""Our engine served over HTTP and TLS answers a client of boto3 as it answers in memory."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError, EndpointConnectionError, SSLError

from infra.local.tables import create_tables
from infra.virtual.server import Endpoints, served
from infra.virtual.store import Store

TABLE = "ClaimsTable"
KEY = {"pk": {"S": "p"}, "sk": {"S": "s"}}
ITEM = {
    **KEY,
    "person": {"B": b"\x00\xff"},
    "B": {"S": "named as a type"},
    "coupons": {"L": [{"M": {"B": {"B": b"x"}}}]},
}
REFUSED = {"ConditionExpression": "attribute_not_exists(pk)", "ReturnValuesOnConditionCheckFailure": "ALL_OLD"}
PUT = {"TableName": TABLE, "Item": ITEM, **REFUSED}
CALLS: list[tuple[str, dict[str, Any]]] = [
    ("put_item", {**PUT, "ReturnConsumedCapacity": "TOTAL"}),
    ("put_item", PUT),
    ("get_item", {"TableName": TABLE, "Key": KEY, "ConsistentRead": True}),
    ("batch_get_item", {"RequestItems": {TABLE: {"Keys": [KEY]}}}),
    ("transact_write_items", {"TransactItems": [{"Put": PUT}]}),
    ("get_item", {"TableName": "no-table", "Key": KEY}),
]


@pytest.fixture(scope="module")
def endpoints() -> Iterator[Endpoints]:
    with served({"keys": '{"1": "x"}'}) as found:
        create_tables(client(found.url))
        yield found


def client(url: str, service: str = "dynamodb", **more: Any) -> Any:
    return boto3.client(service, endpoint_url=url, config=Config(retries={"total_max_attempts": 1}), **more)


def told(send: Any, request: dict[str, Any]) -> Any:
    try:
        answer = send(**request)
    except ClientError as refused:
        answer = refused.response
    return {name: value for name, value in answer.items() if name != "ResponseMetadata"}


@pytest.mark.parametrize("tls", [False, True])
def test_each_answer_and_refusal_is_that_of_the_store(endpoints: Endpoints, tls: bool) -> None:
    """Binary values and old items come back as they are, over both addresses."""
    create_tables(store := Store())
    wire = client(endpoints.tls_url, verify=str(endpoints.certificate)) if tls else client(endpoints.url)
    wire.delete_item(TableName=TABLE, Key=KEY)
    for name, request in CALLS:
        answer, ours = told(getattr(wire, name), request), told(getattr(store, name), request)
        assert {**ours, **answer} == answer, name
        answer.pop("message", None)
        assert answer.keys() == ours.keys()


def test_the_secret_is_read_and_another_is_not_found(endpoints: Endpoints) -> None:
    """By the name under which it was handed in."""
    secrets = client(endpoints.url, "secretsmanager")
    assert secrets.get_secret_value(SecretId="keys")["SecretString"] == '{"1": "x"}'
    with pytest.raises(secrets.exceptions.ResourceNotFoundException):
        secrets.get_secret_value(SecretId="none")


def test_what_it_does_not_know_is_named(endpoints: Endpoints) -> None:
    """Neither an operation nor a service is answered with something empty."""
    for service, call in (("dynamodb", "list_tables"), ("secretsmanager", "list_secrets")):
        with pytest.raises(ClientError, match="UnknownOperationException"):
            getattr(client(endpoints.url, service), call)()


def test_the_certificate_is_trusted_by_those_who_are_told_to() -> None:
    """And the process ends with its block."""
    with served() as found, pytest.raises(SSLError):
        client(found.tls_url).get_item(TableName=TABLE, Key=KEY)
    with pytest.raises(EndpointConnectionError):
        client(found.url).get_item(TableName=TABLE, Key=KEY)

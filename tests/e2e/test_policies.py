"""The execution roles of template.yaml are enforced: a function can do what its role lists, and nothing else."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Callable, Iterator
from typing import Any

import boto3
import pytest

from infra.local.cloud import REGION
from tests.e2e.local_stack import LocalStack

PROBE = "policy-probe"
# Asks the table for what the event says, as the function itself would, and answers with the store's own word.
SOURCE = """
import os
import boto3
from botocore.exceptions import ClientError

def handler(event, context):
    client = boto3.client("dynamodb")
    try:
        getattr(client, event["operation"])(TableName=event["table"], **event["parameters"])
    except ClientError as error:
        return error.response["Error"]["Code"]
    return "allowed"
"""
KEY = {"pk": {"S": "probe"}, "sk": {"S": "probe"}}
READ = ("get_item", {"Key": KEY})
PUT = ("put_item", {"Item": KEY})
DELETE = ("delete_item", {"Key": KEY})
SCAN: tuple[str, dict[str, Any]] = ("scan", {"Limit": 1})

Probe = Callable[[str, str, tuple[str, dict[str, Any]]], str]


def archive() -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as file:
        file.writestr("probe.py", SOURCE)
    return packed.getvalue()


@pytest.fixture(scope="module")
def probe(stack: LocalStack) -> Iterator[Probe]:
    """`probe(area, table, request)`: the answer to a request under the role of an area's function."""
    owner = {"endpoint_url": stack.cloud_url, "region_name": REGION}
    functions = boto3.client("lambda", **owner)
    formation = boto3.client("cloudformation", **owner)
    resources = {
        resource["LogicalResourceId"]: resource["PhysicalResourceId"]
        for page in formation.get_paginator("list_stack_resources").paginate(StackName="coupon-season")
        for resource in page["StackResourceSummaries"]
    }
    made: set[str] = set()

    def ask(area: str, table: str, request: tuple[str, dict[str, Any]]) -> str:
        name = f"{PROBE}-{area}"
        if name not in made:
            role = functions.get_function_configuration(FunctionName=resources[f"{area}Function"])["Role"]
            code = {"ZipFile": archive()}
            functions.create_function(
                FunctionName=name, Role=role, Runtime="python3.13", Handler="probe.handler", Code=code, Timeout=20
            )
            made.add(name)
        event = {"operation": request[0], "table": resources[table], "parameters": request[1]}
        answer = functions.invoke(FunctionName=name, Payload=json.dumps(event).encode())
        return str(json.loads(answer["Payload"].read()))

    yield ask
    for name in made:
        functions.delete_function(FunctionName=name)
    functions.close()
    formation.close()


@pytest.mark.parametrize(
    ("area", "table", "request_", "allowed"),
    [
        ("Catalog", "CatalogTable", READ, True),
        ("Catalog", "CatalogTable", PUT, False),
        ("Catalog", "ClaimsTable", READ, False),
        ("Claim", "ClaimsTable", READ, True),
        ("Claim", "ClaimsTable", SCAN, False),
        ("Claim", "OrdersTable", READ, False),
        ("Verify", "OrdersTable", READ, True),
        ("Verify", "OrdersTable", DELETE, False),
        ("Verify", "CatalogTable", PUT, False),
        ("Admin", "OrdersTable", READ, False),
        ("Expire", "ClaimsTable", DELETE, False),
        ("Events", "CatalogTable", READ, True),
        ("Events", "CatalogTable", PUT, False),
        ("Events", "ClaimsTable", READ, False),
    ],
    ids=lambda value: value[0] if isinstance(value, tuple) else str(value),
)
def test_a_function_does_what_its_role_lists_and_nothing_else(
    probe: Probe, area: str, table: str, request_: tuple[str, dict[str, Any]], allowed: bool
) -> None:
    """A probe under each area's role: reads of its own tables go through, everything else is AccessDenied."""
    assert probe(area, table, request_) == ("allowed" if allowed else "AccessDeniedException")

"""Create the tables of template.yaml on any DynamoDB, so that tests use the tables that are deployed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from samtranslator.yaml_helper import yaml_parse

from infra.local.settings import checkout

_TABLE = "AWS::DynamoDB::Table"
_KEPT = ("AttributeDefinitions", "KeySchema", "BillingMode", "GlobalSecondaryIndexes", "LocalSecondaryIndexes")
"""Properties that decide how a table answers; all others (backups, encryption, warm throughput) are left out."""


def load_template(path: Path | None = None) -> dict[str, Any]:
    """template.yaml of this checkout (or another), its tags in their long forms (`{"Ref": …}`, `{"Fn::Sub": …}`)."""
    template: dict[str, Any] = yaml_parse((path or checkout() / "template.yaml").read_text(encoding="utf-8"))
    return template


def table_definitions(template: Mapping[str, Any] | None = None) -> dict[str, dict[str, Any]]:
    """CreateTable arguments by logical name (`CatalogTable`, `ClaimsTable`, …), without the table's name."""
    resources = (template or load_template())["Resources"]
    return {
        name: {key: resource["Properties"][key] for key in _KEPT if key in resource["Properties"]}
        for name, resource in resources.items()
        if resource["Type"] == _TABLE
    }


@cache
def _own_definitions() -> dict[str, dict[str, Any]]:
    # Tests create tables hundreds of times, and parsing the template takes longer than a test.
    return table_definitions()


def create_tables(client: Any, *, prefix: str = "") -> dict[str, str]:
    """All tables are created through a boto3 DynamoDB client (moto's or ministack's); names by logical name.

    A name is `prefix` and the logical name; tests that share an engine use different prefixes.
    """
    names = {}
    for logical_name, definition in _own_definitions().items():
        names[logical_name] = f"{prefix}{logical_name}"
        client.create_table(TableName=names[logical_name], **definition)
    return names


def scanned(client: Any, table: str) -> Iterator[dict[str, Any]]:
    """Every item of a table, page after page."""
    page = client.scan(TableName=table)
    yield from page["Items"]
    while "LastEvaluatedKey" in page:
        page = client.scan(TableName=table, ExclusiveStartKey=page["LastEvaluatedKey"])
        yield from page["Items"]

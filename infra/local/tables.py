"""The tables of template.yaml on any DynamoDB, so that tests and template cannot drift."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from samtranslator.yaml_helper import yaml_parse

from infra.local.settings import checkout

_TABLE = "AWS::DynamoDB::Table"
_KEPT = ("AttributeDefinitions", "KeySchema", "BillingMode", "GlobalSecondaryIndexes", "LocalSecondaryIndexes")
"""What decides how a table answers; the rest (backups, encryption, warm throughput) is AWS's."""


def load_template(path: Path | None = None) -> dict[str, Any]:
    """template.yaml of this checkout (or another), its tags as the long forms (`{"Ref": …}`, `{"Fn::Sub": …}`)."""
    template: dict[str, Any] = yaml_parse((path or checkout() / "template.yaml").read_text(encoding="utf-8"))
    return template


def table_definitions(template: Mapping[str, Any] | None = None) -> dict[str, dict[str, Any]]:
    """CreateTable arguments by logical name (`CatalogTable`, `ClaimsTable`, …), less the table's name."""
    resources = (template or load_template())["Resources"]
    return {
        name: {key: resource["Properties"][key] for key in _KEPT if key in resource["Properties"]}
        for name, resource in resources.items()
        if resource["Type"] == _TABLE
    }


@cache
def _own_definitions() -> dict[str, dict[str, Any]]:
    # A test makes tables by the hundred, and parsing the template takes longer than all of a test.
    return table_definitions()


def create_tables(client: Any, *, prefix: str = "") -> dict[str, str]:
    """Create every table through a boto3 DynamoDB client (moto's or ministack's); its name by logical name.

    A name is `prefix` and the logical name; another prefix gives a test tables of its own in a shared engine.
    """
    names = {}
    for logical_name, definition in _own_definitions().items():
        names[logical_name] = f"{prefix}{logical_name}"
        client.create_table(TableName=names[logical_name], **definition)
    return names

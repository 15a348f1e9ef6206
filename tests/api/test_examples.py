"""The examples of the OpenAPI document are what the code asks and answers today."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from infra.openapi.examples import EXAMPLES
from tests.api.declared import DOCUMENT, operations, parameters, resolved
from tests.api.example_season import played

Json = dict[str, Any]


def stated() -> Iterator[tuple[str, Json, Any]]:
    """Name, schema and value of each example of the document."""
    contents = [made.get("content", {}) for made in DOCUMENT["components"]["responses"].values()]
    for operation in operations().values():
        contents += [operation.get("requestBody", {}).get("content", {})]
        contents += [response.get("content", {}) for response in operation["responses"].values()]
    for content in contents:
        for made in content.values():
            for name, example in made.get("examples", {}).items():
                yield name, made["schema"], resolved(example)["value"]
    for operation in operations().values():
        for parameter in parameters(operation):
            if "example" in parameter:
                yield parameter["name"], parameter["schema"], parameter["example"]


def test_the_season_gives_the_same_examples_again() -> None:
    """Played anew, each request and answer is what the file says; `make openapi` writes it again."""
    assert played() == json.loads(EXAMPLES.read_text("utf-8"))


@pytest.mark.parametrize("name", dict.fromkeys(name for name, _, _ in stated()))
def test_an_example_fits_its_schema(name: str) -> None:
    """Wherever it is referred to, formats included."""
    found = [(schema, value) for other, schema, value in stated() if other == name]
    for schema, value in found:
        whole = {**schema, "components": DOCUMENT["components"]}
        validator = Draft202012Validator(whole, format_checker=Draft202012Validator.FORMAT_CHECKER)
        assert [fault.message for fault in validator.iter_errors(value)] == []

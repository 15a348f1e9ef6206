"""The declarations of functions/coupons/openapi.json, and whether a response is declared."""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import cache
from typing import Any

from jsonschema import Draft202012Validator

from infra.openapi.document import DOCUMENT as FILE
from tests.world import Answered

DOCUMENT: dict[str, Any] = json.loads(FILE.read_text("utf-8"))
PROBLEM = "application/problem+json"
Said = tuple[str, int, str]
"""Route, status, and the slug of a problem (empty for other responses)."""


def operations(document: dict[str, Any] = DOCUMENT) -> dict[str, dict[str, Any]]:
    """`PUT /batches/{batch_id}/claim` → its operation."""
    return {
        f"{method.upper()} {path}": operation
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
    }


def resolved(made: dict[str, Any]) -> dict[str, Any]:
    """What a reference leads to; anything else as it is."""
    if "$ref" not in made:
        return made
    _, _, kind, name = made["$ref"].split("/")
    return DOCUMENT["components"][kind][name]


def responses(route: str) -> dict[str, Any]:
    """The declared responses of a route by status; `$default` has those for unknown paths and methods."""
    if route == "$default":
        unknown = DOCUMENT["components"]["responses"]
        return {"404": unknown["NotFound"], "405": unknown["MethodNotAllowed"]}
    return {status: resolved(response) for status, response in operations()[route]["responses"].items()}


def parameters(operation: dict[str, Any]) -> list[dict[str, Any]]:
    """The declared parameters of an operation."""
    return [resolved(parameter) for parameter in operation.get("parameters", [])]


def slugs(response: dict[str, Any]) -> list[str]:
    """The slugs of a declared response's problems."""
    schema = response["content"].get(PROBLEM, {}).get("schema", {})
    branches = schema.get("oneOf", [schema] if schema else [])
    names = [branch["$ref"].rpartition("/")[2] for branch in branches]
    types = [DOCUMENT["components"]["schemas"][name]["properties"]["type"]["const"] for name in names]
    return [kind.removeprefix("/problems/") for kind in types]


def everything_said() -> Iterator[Said]:
    """Each route with each of its statuses and slugs, without those of the gateway alone."""
    for route in [*operations(), "$default"]:
        for status, response in responses(route).items():
            found = slugs(response)
            if found or status != "429":
                yield from ((route, int(status), slug) for slug in found or [""])


def undeclared(route: str, answered: Answered) -> list[str]:
    """How the response differs from the declarations of `route`; empty if it is declared."""
    response = responses(route).get(str(answered.status))
    if response is None:
        return [f"{route} does not declare {answered.status}: {answered.text[:300]}"]
    media = answered.headers["content-type"].partition(";")[0]
    if media not in response["content"]:
        return [f"{route} {answered.status} does not declare {media}"]
    found = [f"{route} {answered.status} does not declare {name}" for name in _unknown_headers(response, answered)]
    if answered.headers.get("x-content-type-options") != "nosniff":
        found.append(f"{route} {answered.status} lets a browser guess its type")
    schema = response["content"][media].get("schema")
    if media.endswith("json") and schema is not None:
        validator = _validator(json.dumps(schema, sort_keys=True))
        found += [f"{route} {answered.status}: {fault.message[:300]}" for fault in validator.iter_errors(answered.json)]
    return found


def _unknown_headers(response: dict[str, Any], answered: Answered) -> list[str]:
    constant = {"content-type", "cache-control", "x-content-type-options"}
    return sorted(answered.headers.keys() - constant - {name.lower() for name in response.get("headers", {})})


@cache
def _validator(schema: str) -> Draft202012Validator:
    # With the components, so that the references of the schema can be resolved.
    whole = {**json.loads(schema), "components": DOCUMENT["components"]}
    return Draft202012Validator(whole, format_checker=Draft202012Validator.FORMAT_CHECKER)

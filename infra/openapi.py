"""Write functions/coupons/openapi.json from the routes that the functions declare.

    python -m infra.openapi [--check]

OpenAPI 3.1: each route's scope, parameters, body, answers, and every problem it can say, by status and slug. `--check`
writes nothing and exits 1 if the committed document is not what the code says.
"""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import JsonSchemaMode, models_json_schema

import admin
import catalog
import claim
import verify
from coupons import refusals as r
from coupons.api import PATH_PARAMETERS, Route
from coupons.problems import PROBLEMS, Problem

DOCUMENT = Path(__file__).parents[1] / "functions" / "coupons" / "openapi.json"
_REF = "#/components/schemas/{model}"
_EVERYWHERE: tuple[type[r.Refusal], ...] = (r.Busy,)


def routes() -> dict[str, list[Route]]:
    """The routes by function, as the handler files declare them."""
    areas = {"catalog": catalog.api, "claim": claim.api, "verify": verify.api, "admin": admin.api}
    return {area: list(api.routes.values()) for area, api in areas.items()}


def document() -> dict[str, Any]:
    by_area = routes()
    every = [route for declared in by_area.values() for route in declared]
    wanted: list[tuple[type[BaseModel], JsonSchemaMode]] = []
    for route in every:
        if route.body is not None:
            wanted.append((route.body, "validation"))
        wanted += [(model, "serialization") for model in route.answers.values() if not isinstance(model, str)]
    refs, schemas = models_json_schema(list(dict.fromkeys(wanted)), ref_template=_REF)
    paths: dict[str, dict[str, Any]] = {}
    for area, declared in by_area.items():
        for route in declared:
            paths.setdefault(route.path, {})[route.method.lower()] = _operation(area, route, refs)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Coupon Season",
            "version": "1",
            "description": "Claim, verify and expire a city's coupons. Errors are RFC 9457 problem documents.",
        },
        "paths": paths,
        "components": {
            "schemas": {**schemas.get("$defs", {}), "Problem": _problem_schema()},
            "securitySchemes": {"jwt": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}},
        },
    }


def refusals_of(route: Route) -> list[type[r.Refusal]]:
    """Every refusal a route can answer with: its own, and those that come with tokens, input and the store."""
    found = list(route.refusals)
    if route.scope is not None:
        found += [r.Unauthenticated, r.Forbidden]
    if route.body or route.query or "{" in route.path:
        found.append(r.Malformed)
    if route.path != "/openapi.json":
        found += _EVERYWHERE
    return list(dict.fromkeys(found))


def _operation(area: str, route: Route, refs: Any) -> dict[str, Any]:
    operation: dict[str, Any] = {
        "operationId": route.handle.__name__,
        "tags": [area],
        "summary": route.summary,
        "responses": _responses(route, refs),
    }
    parameters = [
        {"name": name, "in": "path", "required": True, "schema": PATH_PARAMETERS[name].json_schema()}
        for name in re.findall(r"\{(\w+)\}", route.path)
    ]
    if route.query is not None:
        schema = route.query.model_json_schema()
        parameters += [
            {"name": name, "in": "query", "required": False, "schema": field}
            for name, field in schema["properties"].items()
        ]
    if parameters:
        operation["parameters"] = parameters
    if route.scope is not None:
        operation["security"] = [{"jwt": [route.scope]}]
    if route.body is not None:
        content = {"application/json": {"schema": refs[route.body, "validation"]}}
        operation["requestBody"] = {"required": route.body.__name__ != "Empty", "content": content}
    return operation


def _responses(route: Route, refs: Any) -> dict[str, Any]:
    responses: dict[str, Any] = {}
    for status, model in sorted(route.answers.items()):
        if isinstance(model, str):
            content: dict[str, Any] = {model: {}}
        else:
            content = {"application/json": {"schema": refs[model, "serialization"]}}
        responses[str(status)] = {"description": _description(status, route), "content": content}
    by_status: dict[int, list[Problem]] = {}
    for refusal in refusals_of(route):
        by_status.setdefault(PROBLEMS[refusal].status, []).append(PROBLEMS[refusal])
    for status, problems in sorted(by_status.items()):
        types = [f"/problems/{problem.slug}" for problem in problems]
        narrowed = {"properties": {"type": {"enum": types}}}
        schema = {"allOf": [{"$ref": _REF.format(model="Problem")}, narrowed]}
        responses[str(status)] = {
            "description": "; ".join(f"`{problem.slug}`: {problem.title}" for problem in problems),
            "content": {"application/problem+json": {"schema": schema}},
        }
    return responses


def _description(status: int, route: Route) -> str:
    if status == 201:
        return "Written now."
    return "As it was written before (`Idempotent-Replay: true`), or changed." if 201 in route.answers else "Done."


def _problem_schema() -> dict[str, Any]:
    """RFC 9457, section 3.1; the facts of each problem are extension members."""
    text = {"type": "string"}
    return {
        "type": "object",
        "required": ["type", "title", "status", "detail", "instance"],
        "properties": {"type": text, "title": text, "status": {"type": "integer"}, "detail": text, "instance": text},
        "additionalProperties": True,
    }


def main(arguments: list[str]) -> int:
    text = json.dumps(document(), indent=1, ensure_ascii=False, sort_keys=False) + "\n"
    if "--check" not in arguments:
        DOCUMENT.write_text(text, encoding="utf-8")
        return 0
    if DOCUMENT.read_text(encoding="utf-8") == text:
        return 0
    print("functions/coupons/openapi.json is not what the code says; run: make openapi", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

"""Write functions/coupons/openapi.json from the routes that the functions declare.

    python -m infra.openapi [--check]

OpenAPI 3.1: each route's scope, parameters, body, responses, headers, and its problems, one schema a slug with the
facts of the refusal. What the gateway refuses itself has the gateway's own body. `--check` writes nothing and exits 1
if the committed document is not current.
"""

from __future__ import annotations

import json
import re
import sys
import typing
from dataclasses import fields
from pathlib import Path
from types import NoneType, UnionType
from typing import Any

from pydantic import BaseModel, TypeAdapter
from pydantic.json_schema import JsonSchemaMode, models_json_schema

import admin
import catalog
import claim
import verify
from coupons import refusals as r
from coupons.fields import PATH_PARAMETERS
from coupons.web.api import Route
from coupons.web.bodies import Empty
from coupons.web.problems import PROBLEMS

DOCUMENT = Path(__file__).parents[1] / "functions" / "coupons" / "openapi.json"
_REF = "#/components/schemas/{model}"
_FILES = {"GET /settlements/{day}": "text/csv"}
"""Routes that respond with a file if `Accept` asks for it."""
_AREAS = {
    "catalog": "What everybody may read, without a token.",
    "claim": "What citizens do: book, claim, and show coupons. The token says which person asks.",
    "verify": "What merchants do, at the till and online. The token says which merchant asks.",
    "admin": "What operators do: declare a season, publish and steer its batches, recount its money.",
}
"""The tags of operations: one a Lambda function."""
_SERVERS = [
    {"url": "http://127.0.0.1:8080", "description": "The local stack, as `make run` starts it."},
    {
        "url": "https://{host}",
        "description": "A deployed stack.",
        "variables": {"host": {"default": "api.example", "description": "The host of the stack's output `ApiUrl`."}},
    },
]
_HEADERS = {
    "Date": "The server's time, for countdowns.",
    "Cache-Control": "`public` if the response is the same for everybody, else `no-store`.",
    "Idempotent-Replay": "`true` if the request is a repeat of an earlier write; nothing was changed.",
    "Retry-After": "Seconds to wait before the next try.",
    "Allow": "The methods of the path.",
    "Link": 'The next page, as `</settlements/…?cursor=…>; rel="next"`.',
    "Content-Disposition": "The name of the file, if the response is one.",
}


def routes() -> dict[str, list[Route]]:
    """The routes by function, as the handler files declare them."""
    areas = {"catalog": catalog.api, "claim": claim.api, "verify": verify.api, "admin": admin.api}
    return {area: list(areas[area].routes.values()) for area in _AREAS}


def document() -> dict[str, Any]:
    by_area = routes()
    every = [route for declared in by_area.values() for route in declared]
    wanted: list[tuple[type[BaseModel], JsonSchemaMode]] = []
    for route in every:
        if route.body is not None:
            wanted.append((route.body, "validation"))
        wanted += [(model, "serialization") for model in route.responses.values() if not isinstance(model, str)]
    refs, schemas = models_json_schema(list(dict.fromkeys(wanted)), ref_template=_REF)
    paths: dict[str, dict[str, Any]] = {}
    for area, declared in by_area.items():
        for route in declared:
            paths.setdefault(route.path, {})[route.method.lower()] = _operation(area, route, refs)
    problems = {_problem_name(refusal): _problem_schema(refusal) for refusal in PROBLEMS}
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Coupon Season",
            "version": "1",
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
            "description": (
                "Claim, verify and expire a city's coupons. Errors are RFC 9457 problem documents; those that the"
                " gateway gives itself have its own body. Paths and methods that are not listed here have the responses"
                " of `components.responses`."
            ),
            "contact": {"name": "Coupon Season"},
        },
        "servers": _SERVERS,
        "tags": [{"name": area, "description": text} for area, text in _AREAS.items()],
        "security": [{"jwt": []}],
        "paths": paths,
        "components": {
            "schemas": {**schemas.get("$defs", {}), **problems, "GatewayRefusal": _gateway_schema()},
            "responses": {
                "UnknownPath": _refused([r.NotFound], by_gateway=False),
                "UnknownMethod": _refused([r.MethodNotAllowed], by_gateway=False),
            },
            "headers": {
                name: {"description": text, "schema": {"type": "integer" if name == "Retry-After" else "string"}}
                for name, text in _HEADERS.items()
            },
            "securitySchemes": {"jwt": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}},
        },
    }


def refusals_of(route: Route) -> list[type[r.Refusal]]:
    """Every refusal of a route: its own, and those of tokens, input and the store."""
    found = [*route.refusals, r.Malformed]
    if route.scope is not None:
        found += [r.Unauthenticated, r.Forbidden]
    if route.path != "/openapi.json":
        found.append(r.Busy)
    return list(dict.fromkeys(found))


def _operation(area: str, route: Route, refs: Any) -> dict[str, Any]:
    operation: dict[str, Any] = {
        "operationId": route.handle.__name__,
        "tags": [area],
        "summary": route.summary,
        "responses": {**_responses(route, refs), **_problems(route)},
    }
    parameters = [
        {"name": name, "in": "path", "required": True, "schema": PATH_PARAMETERS[name].json_schema()}
        for name in re.findall(r"\{(\w+)\}", route.path)
    ]
    if route.query is not None:
        parameters += [
            {"name": name, "in": "query", "required": False, "schema": _given(field)}
            for name, field in route.query.model_json_schema()["properties"].items()
        ]
    if parameters:
        operation["parameters"] = parameters
    operation["security"] = [{"jwt": [route.scope]}] if route.scope else []
    if route.body is not None:
        content = {"application/json": {"schema": refs[route.body, "validation"]}}
        operation["requestBody"] = {"required": not issubclass(route.body, Empty), "content": content}
    return operation


def _given(field: dict[str, Any]) -> dict[str, Any]:
    """The schema of a query parameter that is present: without null, which means absent, and without the default."""
    values = [branch for branch in field.get("anyOf", [field]) if branch.get("type") != "null"]
    assert len(values) == 1, "a query parameter has one type"
    return {name: value for name, value in values[0].items() if name not in ("default", "title")}


def _responses(route: Route, refs: Any) -> dict[str, Any]:
    responses: dict[str, Any] = {}
    for status, model in sorted(route.responses.items()):
        if isinstance(model, str):
            content: dict[str, Any] = {model: {}}
        else:
            content = {"application/json": {"schema": refs[model, "serialization"]}}
        names = ["Date", "Cache-Control"]
        if route.method != "GET" and status == 200:
            names.append("Idempotent-Replay")
        if status == 200 and route.key in _FILES:
            content[_FILES[route.key]] = {"schema": {"type": "string"}}
            names += ["Link", "Content-Disposition"]
        description = _description(status, route)
        responses[str(status)] = {"description": description, "headers": _headers(names), "content": content}
    return responses


def _description(status: int, route: Route) -> str:
    if status == 201:
        return "Created."
    return "A repeat (`Idempotent-Replay: true`), or an update." if 201 in route.responses else "Done."


def _problems(route: Route) -> dict[str, Any]:
    by_status: dict[int, list[type[r.Refusal]]] = {}
    for refusal in refusals_of(route):
        by_status.setdefault(PROBLEMS[refusal].status, []).append(refusal)
    responses = {
        str(status): _refused(refusals, by_gateway=route.scope is not None and status in (401, 403))
        for status, refusals in sorted(by_status.items())
    }
    content = {"application/json": {"schema": {"$ref": _REF.format(model="GatewayRefusal")}}}
    return {**responses, "429": {"description": "The gateway's limit of requests is reached.", "content": content}}


def _refused(refusals: list[type[r.Refusal]], *, by_gateway: bool) -> dict[str, Any]:
    """One response for refusals of one status. `by_gateway`: the gateway may refuse first, with its own body."""
    content: dict[str, Any] = {"application/problem+json": {"schema": _one_of(refusals)}}
    if by_gateway:
        content["application/json"] = {"schema": {"$ref": _REF.format(model="GatewayRefusal")}}
    facts = {fact.name for refusal in refusals for fact in fields(refusal)}
    names = [header for fact, header in (("retry_after_s", "Retry-After"), ("allow", "Allow")) if fact in facts]
    description = "; ".join(f"`{refusal.slug}`: {PROBLEMS[refusal].title}" for refusal in refusals)
    return {"description": description, **({"headers": _headers(names)} if names else {}), "content": content}


def _one_of(refusals: list[type[r.Refusal]]) -> dict[str, Any]:
    """The schema of one problem, or of several that `type` tells apart."""
    schemas = {f"/problems/{refusal.slug}": _REF.format(model=_problem_name(refusal)) for refusal in refusals}
    branches = [{"$ref": schema} for schema in schemas.values()]
    if len(branches) == 1:
        return branches[0]
    return {"oneOf": branches, "discriminator": {"propertyName": "type", "mapping": schemas}}


def _headers(names: list[str]) -> dict[str, Any]:
    return {name: {"$ref": f"#/components/headers/{name}"} for name in names}


def _problem_name(refusal: type[r.Refusal]) -> str:
    return f"{refusal.__name__}Problem"


def _problem_schema(refusal: type[r.Refusal]) -> dict[str, Any]:
    """RFC 9457, section 3.1; the facts of the refusal are extension members, times as RFC 3339."""
    problem = PROBLEMS[refusal]
    properties: dict[str, Any] = {
        "type": {"const": f"/problems/{refusal.slug}"},
        "title": {"const": problem.title},
        "status": {"const": problem.status},
        "detail": {"type": "string"},
        "instance": {"type": "string"},
    }
    hints, optional = typing.get_type_hints(refusal), {fact.name for fact in fields(refusal) if fact.default is None}
    for fact in fields(refusal):
        if fact.name.endswith("_at_s"):
            properties[fact.name.removesuffix("_s")] = {"type": "string", "format": "date-time"}
        elif fact.name not in ("detail", "timezone"):
            properties[fact.name] = TypeAdapter(_present(hints[fact.name])).json_schema()
    required = [name for name in properties if name not in optional]
    return {"type": "object", "required": required, "properties": properties}


def _present(hint: Any) -> Any:
    """The type of a fact that is present: `None` is left out."""
    return next(one for one in typing.get_args(hint) if one is not NoneType) if isinstance(hint, UnionType) else hint


def _gateway_schema() -> dict[str, Any]:
    """The body of API Gateway's own refusals: no token, no scope, too many requests."""
    return {"type": "object", "required": ["message"], "properties": {"message": {"type": "string"}}}


def main(arguments: list[str]) -> int:
    text = json.dumps(document(), indent=1, ensure_ascii=False, sort_keys=False) + "\n"
    if "--check" not in arguments:
        DOCUMENT.write_text(text, encoding="utf-8")
        return 0
    if DOCUMENT.read_text(encoding="utf-8") == text:
        return 0
    print("functions/coupons/openapi.json is not current; run: make openapi", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

"""A route as an operation: its parameters, its body and its responses."""

from __future__ import annotations

import re
from collections.abc import Mapping

from pydantic import BaseModel, TypeAdapter

from coupons.fields import PATH_PARAMETERS
from coupons.refusals import RevisionConflict
from coupons.web.api import Route
from coupons.web.bodies.base import Empty
from infra.described import meanings
from infra.openapi.components import Components, Made, camel, reference
from infra.openapi.examples import of_answer, of_body, of_parameter
from infra.openapi.problems import problems_of
from infra.openapi.schemas import Wanted, named_sets
from infra.openapi.words import WORDS

FILES = {"GET /settlements/{day}": "text/csv"}
"""Routes that respond with a file if `Accept` asks for it."""
REDIRECTS = {307}
BYTES = "application/octet-stream"
FILE: Made = {"schema": {"type": "string"}}
HEADERS = {
    "Date": "The server's time, for countdowns.",
    "Cache-Control": "`public` if the response is the same for everybody, else `no-store`.",
    "Idempotent-Replay": "`true` if the request is a repeat of an earlier write; nothing was changed.",
    "Retry-After": "Seconds to wait before the next try.",
    "Allow": "The methods of the path.",
    "Location": "Where it is.",
    "Link": 'The next page, as `</settlements/…?cursor=…>; rel="next"`.',
    "Content-Disposition": "The name of the file, if the response is one.",
}


def models_of(route: Route) -> list[Wanted]:
    """The models of the route's body and responses."""
    bodies: list[Wanted] = [(route.body, "validation")] if route.body is not None else []
    return bodies + [(model, "serialization") for model in route.responses.values() if not isinstance(model, str)]


def operation(area: str, route: Route, refs: Mapping[Wanted, Made], components: Components) -> Made:
    made: Made = {
        "operationId": route.handle.__name__,
        "tags": [area],
        "summary": route.summary,
        "security": [{"jwt": [scope]} for scope in (route.scope, *route.also) if scope],
    }
    if parameters := [*_in_path(route, components), *_in_query(route, components)]:
        made["parameters"] = parameters
    if route.body is not None:
        content = {"application/json": {"schema": refs[route.body, "validation"], **of_body(route, components)}}
        made["requestBody"] = {"required": not issubclass(route.body, Empty), "content": content}
    return {**made, "responses": {**_responses(route, refs, components), **problems_of(route, components)}}


def _in_path(route: Route, components: Components) -> list[Made]:
    return [
        components.add(
            "parameters", camel(name), _parameter(name, "path", WORDS[name], PATH_PARAMETERS[name].json_schema())
        )
        for name in re.findall(r"\{(\w+)\}", route.path)
    ]


def _in_query(route: Route, components: Components) -> list[Made]:
    """Each parameter is named by the model that declares it: `WalletStatus`, `AuditSweep`."""
    query, found = route.query, list[Made]()
    if query is None:
        return found
    for name, field in query.model_fields.items():
        schema = named_sets(_present(TypeAdapter(field.rebuild_annotation()).json_schema()), components)
        made = _parameter(field.alias or name, "query", meanings(query)[name], schema)
        owner = _declaring(query, name).__name__.removesuffix("Query")
        found.append(components.add("parameters", owner + camel(name), made))
    return found


def _parameter(name: str, place: str, meaning: str, schema: Made) -> Made:
    made: Made = {"name": name, "in": place, "required": place == "path", "description": meaning, "schema": schema}
    return made | of_parameter(name)


def _declaring(query: type[BaseModel], name: str) -> type:
    return next(base for base in reversed(query.__mro__) if name in vars(base).get("__annotations__", {}))


def _present(made: Made) -> Made:
    """The schema of a query parameter that is present: without null. A closed set keeps its name beside the empty text,
    which stands for an absent parameter.
    """
    value: Made
    (value,) = [branch for branch in made.get("anyOf", [made]) if branch.get("type") != "null"]
    if "" in value.get("enum", ()):
        members = [member for member in value["enum"] if member]
        return {"anyOf": [{**value, "enum": members}, {"type": "string", "const": ""}]}
    return value


def _responses(route: Route, refs: Mapping[Wanted, Made], components: Components) -> Made:
    responses: Made = {}
    for status, model in sorted(route.responses.items()):
        names = ["Date", "Cache-Control"]
        if isinstance(model, str):
            content: Made = {model: FILE if status in REDIRECTS or model == BYTES else {}}
        else:
            content = {"application/json": {"schema": refs[model, "serialization"]}}
        if status in REDIRECTS:
            names.append("Location")
        if route.method != "GET" and status == 200:
            names.append("Idempotent-Replay")
        if status == 200 and route.key in FILES:
            content[FILES[route.key]] = {"schema": {"type": "string"}}
            names += ["Link", "Content-Disposition"]
        content = {media: made | of_answer(route, status, media, components) for media, made in content.items()}
        headers = {name: reference("headers", name) for name in names}
        responses[str(status)] = {"description": _description(status, route), "headers": headers, "content": content}
    return responses


def _description(status: int, route: Route) -> str:
    if status == 201:
        return "Done for the first time."
    if route.method == "GET":
        return route.summary
    if 201 not in route.responses:
        return "Done."
    repeat = "A repeat (`Idempotent-Replay: true`): the first answer again."
    return f"{repeat} Or an update." if RevisionConflict in route.refusals else repeat

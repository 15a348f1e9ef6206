"""The refusals of a route as responses, and a schema for each problem.

RFC 9457, section 3.1: the facts of the refusal are extension members, times as RFC 3339.
"""

from __future__ import annotations

import typing
from dataclasses import fields
from http import HTTPStatus
from types import NoneType, UnionType
from typing import Any

from pydantic import TypeAdapter

from coupons import refusals as r
from coupons.web.api import Route
from coupons.web.problems import NOT_MEMBERS, PROBLEMS, is_moment, member_of
from infra.described import joined, meanings
from infra.openapi.components import Components, Made, camel, reference
from infra.openapi.examples import of_problems
from infra.openapi.schemas import named_sets

_NAMED_MAX = 3
"""A response of more refusals is named by the first operation that has it."""
_MEMBERS = {
    "type": "Names the refusal.",
    "title": "The refusal in a few words, the same each time.",
    "status": "The status code of the response.",
    "detail": "One sentence about this case.",
    "instance": "The path of the request.",
}
_GATEWAY = {
    "type": "object",
    "description": "The body of the gateway's own refusals: no token, no scope, too many requests.",
    "required": ["message"],
    "properties": {"message": {"type": "string", "description": "The gateway's words."}},
}
_FACT_HEADERS = {"retry_after_s": "Retry-After", "allow": "Allow"}


def problems_of(route: Route, components: Components) -> Made:
    """The responses of a route's refusals by status, each a reference."""
    by_status: dict[int, list[type[r.Refusal]]] = {}
    for refusal in refusals_of(route):
        by_status.setdefault(PROBLEMS[refusal].status, []).append(refusal)
    found = {str(status): _named(route, status, by_status[status], components) for status in sorted(by_status)}
    limited = {"description": "The gateway's limit of requests is reached.", "content": _by_gateway(components)}
    return {**found, "429": components.add("responses", "TooManyRequests", limited)}


def refusals_of(route: Route) -> list[type[r.Refusal]]:
    """Every refusal of a route: its own, and those of tokens, input and the store."""
    found = [*route.refusals, r.Malformed]
    if route.scope is not None:
        found += [r.Unauthenticated, r.Forbidden]
    if route.path != "/openapi.json":
        found.append(r.Busy)
    return [refusal for refusal in PROBLEMS if refusal in found]


def refused(refusals: list[type[r.Refusal]], components: Components) -> Made:
    """One response for refusals of one status."""
    content: Made = {"application/problem+json": {"schema": _one_of(refusals, components)}}
    content["application/problem+json"] |= of_problems(refusals, components)
    if {r.Unauthenticated, r.Forbidden} & {*refusals}:
        content |= _by_gateway(components)
    facts = {fact.name for refusal in refusals for fact in fields(refusal)}
    headers = {header: reference("headers", header) for fact, header in _FACT_HEADERS.items() if fact in facts}
    description = "; ".join(f"`{refusal.slug}`: {PROBLEMS[refusal].title}" for refusal in refusals)
    return {"description": f"{description}.", **({"headers": headers} if headers else {}), "content": content}


def _named(route: Route, status: int, refusals: list[type[r.Refusal]], components: Components) -> Made:
    name = "Or".join(refusal.__name__ for refusal in refusals)
    if len(refusals) > _NAMED_MAX:
        name = camel(route.handle.__name__) + HTTPStatus(status).phrase.replace(" ", "")
    return components.add("responses", name, refused(refusals, components))


def _one_of(refusals: list[type[r.Refusal]], components: Components) -> Made:
    """The schema of one problem, or of several that `type` tells apart."""
    refs = [components.add("schemas", f"{one.__name__}Problem", _schema(one, components)) for one in refusals]
    if len(refs) == 1:
        return refs[0]
    mapping = {f"/problems/{one.slug}": ref["$ref"] for one, ref in zip(refusals, refs, strict=True)}
    return {"oneOf": refs, "discriminator": {"propertyName": "type", "mapping": mapping}}


def _by_gateway(components: Components) -> Made:
    return {"application/json": {"schema": components.add("schemas", "GatewayRefusal", _GATEWAY)}}


def _schema(refusal: type[r.Refusal], components: Components) -> Made:
    problem, said, hints = PROBLEMS[refusal], meanings(refusal), typing.get_type_hints(refusal)
    properties: dict[str, Any] = {
        "type": {"type": "string", "const": f"/problems/{refusal.slug}"},
        "title": {"type": "string", "const": problem.title},
        "status": {"type": "integer", "const": problem.status},
        "detail": {"type": "string"},
        "instance": {"type": "string", "format": "uri-reference"},
    }
    for name, member in properties.items():
        member["description"] = _MEMBERS[name]
    facts = {member_of(fact.name): fact for fact in fields(refusal) if fact.name not in NOT_MEMBERS}
    for name, fact in facts.items():
        shape = _fact(fact.name, hints[fact.name], components)
        properties[name] = shape | {"description": said[fact.name]}
    required = [name for name in properties if name not in facts or facts[name].default is not None]
    description = joined(refusal.__doc__ or "")
    return {"type": "object", "description": description, "required": required, "properties": properties}


def _fact(name: str, hint: Any, components: Components) -> Made:
    if is_moment(name):
        return {"type": "string", "format": "date-time"}
    if typing.get_origin(hint) in (typing.Union, UnionType):  # None is left out of the document
        (hint,) = [one for one in typing.get_args(hint) if one is not NoneType]
    (inner,) = typing.get_args(hint) if typing.get_origin(hint) is list else (hint,)
    if typing.is_typeddict(inner):
        entry = _entry(inner, components)
        return {"type": "array", "items": entry} if typing.get_origin(hint) is list else entry
    made: Made = named_sets(TypeAdapter(hint).json_schema(), components)
    return made | {"format": "int64"} if name.endswith("_minor") else made


def _entry(entry: Any, components: Components) -> Made:
    """The schema of a TypedDict."""
    properties = {
        name: TypeAdapter(hint).json_schema() | {"description": meanings(entry)[name]}
        for name, hint in typing.get_type_hints(entry).items()
    }
    description = joined(entry.__doc__)
    made = {"type": "object", "description": description, "required": [*properties], "properties": properties}
    return components.add("schemas", entry.__name__, made)

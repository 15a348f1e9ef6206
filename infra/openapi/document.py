"""The document: who serves it, who may ask, and the operations of all routes.

OpenAPI 3.1. What the gateway refuses itself has the gateway's own body.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import admin
import catalog
import claim
import points
import verify
from coupons import refusals as r
from coupons.web.api import Route
from infra.openapi.components import Components
from infra.openapi.operations import HEADERS, models_of, operation
from infra.openapi.problems import refused
from infra.openapi.schemas import add_models

DOCUMENT = Path(__file__).parents[2] / "functions" / "coupons" / "openapi.json"
_INFO = {
    "title": "Coupon Season",
    "version": "1",
    "contact": {"name": "Coupon Season"},
    "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
    "description": (
        "Claim, verify and expire a city's coupons. Amounts are integers in minor units (`*_minor`), times are RFC 3339"
        " with offset. A repeat of a write changes nothing and gets the first answer. Errors are RFC 9457 problem"
        " documents; those that the gateway gives itself have its own body. A path that is not listed here has the"
        " response `NotFound`, and a method that is not listed `MethodNotAllowed`, both of `components.responses`."
    ),
}
_SERVERS = [
    {"url": "http://127.0.0.1:8080", "description": "The local stack, as `make run` starts it."},
    {
        "url": "https://{host}",
        "description": "A deployed stack.",
        "variables": {"host": {"default": "api.example", "description": "The host of the stack's output `ApiUrl`."}},
    },
]
_AREAS = {
    "catalog": "What everybody may read, without a token.",
    "claim": "What citizens do: book, claim, and show coupons. The token says which person asks.",
    "verify": "What merchants do, at the till and online. The token says which merchant asks.",
    "points": "What partners report and citizens have: points for visits. The token says who asks.",
    "admin": "What operators do: declare a season, publish and steer its batches, recount its money.",
}
"""The tags of operations: one a Lambda function."""
_JWT = {
    "type": "http",
    "scheme": "bearer",
    "bearerFormat": "JWT",
    "description": "An RS256 token of the stack's issuer. Its claim `scope` holds the scope that an operation names.",
}


def routes() -> dict[str, list[Route]]:
    """The routes by function, as the handler files declare them."""
    areas = {"catalog": catalog.api, "claim": claim.api, "verify": verify.api, "points": points.api, "admin": admin.api}
    return {area: list(areas[area].routes.values()) for area in _AREAS}


def document() -> dict[str, Any]:
    components = Components()
    listed = [(area, route) for area, declared in routes().items() for route in declared]
    refs = add_models(components, [model for _, route in listed for model in models_of(route)])
    paths: dict[str, dict[str, Any]] = {}
    for area, route in listed:
        paths.setdefault(route.path, {})[route.method.lower()] = operation(area, route, refs, components)
    for refusal in (r.NotFound, r.MethodNotAllowed):
        components.add("responses", refusal.__name__, refused([refusal], components))
    for name, text in HEADERS.items():
        schema = {"type": "integer" if name == "Retry-After" else "string"}
        components.add("headers", name, {"description": text, "schema": schema})
    components.add("securitySchemes", "jwt", _JWT)
    return {
        "openapi": "3.1.0",
        "info": _INFO,
        "servers": _SERVERS,
        "tags": [{"name": area, "description": text} for area, text in _AREAS.items()],
        "security": [{"jwt": []}],
        "paths": paths,
        "components": components.as_json(),
    }

"""Many reads cannot block claims: routes without a token have their own token buckets and environments."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from infra.openapi.document import routes as declared_routes
from tests.template.stack import Planted, Template, default, function, resources, rule_tests

PREFLIGHT = "OPTIONS /{proxy+}"


def bucket(kind: str) -> dict[str, Any]:
    """Settings of a route: metrics, and the limits of two parameters."""
    limits = {f"Throttling{name}": {"Ref": f"{kind}{name}"} for name in ("RateLimit", "BurstLimit")}
    return {"DetailedMetricsEnabled": True, **limits}


BUCKET = bucket("Public")
UNRESERVED = 100
"""Environments that Lambda keeps for functions without reserved concurrency."""
QUOTA = 1000
"""Environments of a new account."""


def public_routes() -> set[str]:
    """Routes that the code declares without a scope, and `$default`; without preflights."""
    declared = {route.key for routes in declared_routes().values() for route in routes if route.scope is None}
    return {*declared, "$default"}


def settings_of(t: Template) -> dict[str, Any]:
    found: dict[str, Any] = resources(t, "AWS::Serverless::HttpApi")["Api"]["RouteSettings"]
    return found


def each_public_route_has_its_bucket(t: Template) -> Iterator[str]:
    """Each has its own token bucket with metrics; no other route has one. A setting replaces the whole default.

    Preflights have a larger one: browsers send one before each claim.
    """
    there, wanted = settings_of(t), dict.fromkeys(public_routes(), BUCKET) | {PREFLIGHT: bucket("Preflight")}
    for route in sorted(wanted.keys() | there.keys()):
        if there.get(route) != wanted.get(route):
            yield f"{route} has another bucket"


def public_routes_leave_half(t: Template) -> Iterator[str]:
    """By default, all their buckets together allow at most half of the API's requests."""
    for name in ("RateLimit", "BurstLimit"):
        limits = [one[f"Throttling{name}"]["Ref"] for one in settings_of(t).values() if f"Throttling{name}" in one]
        if sum(_default(t, limit) for limit in limits) > _default(t, f"Api{name}") / 2:
            yield f"{limits} are more than half of Api{name}"


def _default(t: Template, parameter: str) -> int:
    found: int = t["Parameters"][parameter]["Default"]
    return found


def reads_have_a_ceiling_of_environments(t: Template) -> Iterator[str]:
    """By default the public routes' function is capped, and all reserved concurrency fits a new account."""
    wanted = {"Fn::If": ["CapsCatalog", {"Ref": "CatalogConcurrencyMax"}, {"Ref": "AWS::NoValue"}]}
    for area in {area for area, routes in declared_routes().items() for route in routes if route.scope is None}:
        if function(t, area).get("ReservedConcurrentExecutions") != wanted:
            yield f"{area} takes all environments"
    aside = [t["Parameters"][name]["Default"] for name in ("CatalogConcurrencyMax", "ClaimReservedConcurrency")]
    if not 0 < aside[0] <= QUOTA / 10 or sum(aside) > QUOTA - UNRESERVED:
        yield f"{aside} of an account's {QUOTA} environments are set aside"


PLANTED: Planted = [
    (each_public_route_has_its_bucket, lambda r: _settings(r).pop("GET /batches/{batch_id}")),
    (each_public_route_has_its_bucket, lambda r: _settings(r).pop("$default")),
    (each_public_route_has_its_bucket, lambda r: _settings(r).pop(PREFLIGHT)),
    (each_public_route_has_its_bucket, lambda r: _settings(r).update({PREFLIGHT: BUCKET})),
    (each_public_route_has_its_bucket, lambda r: _settings(r)["GET /campaigns"].pop("ThrottlingRateLimit")),
    (each_public_route_has_its_bucket, lambda r: _settings(r)["GET /campaigns"].pop("DetailedMetricsEnabled")),
    (each_public_route_has_its_bucket, lambda r: _settings(r).update({"PUT /batches/{batch_id}/claim": BUCKET})),
    (public_routes_leave_half, lambda r: _settings(r).update({f"GET /{n}": BUCKET for n in range(9)})),
    (
        reads_have_a_ceiling_of_environments,
        lambda r: r["CatalogFunction"]["Properties"].pop("ReservedConcurrentExecutions"),
    ),
]


def _settings(r: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = r["Api"]["Properties"]["RouteSettings"]
    return found


# No ceiling by default, or one that a new account cannot set aside.
DEFAULTS: Planted = [
    (reads_have_a_ceiling_of_environments, default("CatalogConcurrencyMax", 0)),
    (reads_have_a_ceiling_of_environments, default("ClaimReservedConcurrency", 900)),
    (public_routes_leave_half, default("PreflightRateLimit", 5000)),
    (public_routes_leave_half, default("PreflightBurstLimit", 2500)),
]
TestRules = rule_tests(PLANTED, DEFAULTS)

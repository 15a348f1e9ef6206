"""A flood of reads starves no claim: what needs no token has buckets and environments of its own."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from infra.openapi import routes as declared_routes
from tests.template.stack import Planted, Template, default, function, resources, rule_tests

BUCKET = {
    "DetailedMetricsEnabled": True,
    "ThrottlingRateLimit": {"Ref": "PublicRateLimit"},
    "ThrottlingBurstLimit": {"Ref": "PublicBurstLimit"},
}
UNRESERVED = 100
"""What Lambda keeps of an account's environments for functions without a number of their own."""
QUOTA = 1000
"""An account's environments until raised."""


def public_routes() -> set[str]:
    """Those that the code declares without a scope, and whatever is no route."""
    declared = {route.key for routes in declared_routes().values() for route in routes if route.scope is None}
    return {*declared, "$default"}


def settings_of(t: Template) -> dict[str, Any]:
    found: dict[str, Any] = resources(t, "AWS::Serverless::HttpApi")["Api"]["RouteSettings"]
    return found


def each_public_route_has_its_bucket(t: Template) -> Iterator[str]:
    """A token bucket of its own, with metrics; a setting replaces the default one whole. No other route has one."""
    there = settings_of(t)
    for route in sorted(public_routes() | there.keys()):
        if there.get(route) != (BUCKET if route in public_routes() else None):
            yield f"{route} has another bucket"


def public_routes_leave_half(t: Template) -> Iterator[str]:
    """All their buckets together hold at most half of what the API lets through, by the defaults."""
    for name in ("RateLimit", "BurstLimit"):
        each, whole = (t["Parameters"][f"{kind}{name}"]["Default"] for kind in ("Public", "Api"))
        if len(settings_of(t)) * each > whole / 2:
            yield f"{len(settings_of(t))} times Public{name} is more than half of Api{name}"


def reads_have_a_ceiling_of_environments(t: Template) -> Iterator[str]:
    """The function of the public routes is capped unless told otherwise, and what is set aside fits a new account."""
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
]
TestRules = rule_tests(PLANTED, DEFAULTS)

"""template.yaml as its tests read it: functions by area, and routes.

A rule is a function from the template to what offends it. Each is tried twice: the template offends none, and a copy
with one planted mistake offends it, so that no rule is one that cannot fail.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator
from functools import cache
from typing import Any

from infra.local.tables import load_template

Template = dict[str, Any]
Rule = Callable[[Template], Iterator[str]]
Plant = Callable[[dict[str, Any]], Any]
"""Puts one mistake into the resources of a template."""
AREAS = ("catalog", "claim", "verify", "admin", "expire", "events")
TABLES = ("CatalogTable", "ClaimsTable", "OrdersTable", "PointsTable")


@cache
def _parsed() -> Template:
    return load_template()


def template() -> Template:
    """A copy that a test may spoil."""
    return copy.deepcopy(_parsed())


def spoiled(plant: Plant) -> Template:
    made = template()
    plant(made["Resources"])
    return made


def resources(t: Template, kind: str) -> dict[str, dict[str, Any]]:
    """Logical name → properties, of one type."""
    return {name: found.get("Properties", {}) for name, found in t["Resources"].items() if found["Type"] == kind}


def function(t: Template, area: str) -> dict[str, Any]:
    """The function's properties over those of all functions."""
    own = t["Resources"][f"{area.capitalize()}Function"]["Properties"]
    shared = t["Globals"]["Function"]
    variables = {**shared["Environment"]["Variables"], **own["Environment"]["Variables"]}
    return {**shared, **own, "Environment": {"Variables": variables}}


def routes(t: Template) -> dict[str, tuple[str, list[str]]]:
    """`GET /wallet` (or `$default`) → the function, and the scopes of which a token needs one; [] for no token."""
    found: dict[str, tuple[str, list[str]]] = {}
    for area in AREAS:
        for event in function(t, area).get("Events", {}).values():
            if event["Type"] != "HttpApi":
                continue
            properties = event["Properties"]
            path = properties["Path"]
            key = path if path == "$default" else f"{properties['Method']} {path}"
            auth = properties.get("Auth", {})
            public = auth.get("Authorizer") == "NONE"
            assert key not in found, f"{key} stands twice"
            found[key] = (area, [] if public else auth.get("AuthorizationScopes", ["any token"]))
    return found

"""template.yaml as its tests read it, and the tests that each module of rules has.

A rule is a function from the template to what breaks it. The template must break no rule, and a copy with one planted
mistake must break it, so no rule is one that cannot fail.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator, Sequence
from functools import cache, partial
from typing import Any

import pytest

from infra.local.tables import load_template

Template = dict[str, Any]
Rule = Callable[[Template], Iterator[str]]
Plant = Callable[[dict[str, Any]], Any]
"""Puts one mistake into its argument."""
Planted = Sequence[tuple[Rule, Plant]]
AREAS = ("catalog", "claim", "verify", "points", "admin", "expire", "draw", "events", "count")
TABLES = ("CatalogTable", "ClaimsTable", "OrdersTable", "PointsTable")


@cache
def _parsed() -> Template:
    return load_template()


def template() -> Template:
    """A copy that a test may change."""
    return copy.deepcopy(_parsed())


def rule_tests(in_resources: Planted, in_template: Planted = ()) -> type:
    """A test class: the template keeps each rule, and each rule finds its planted mistakes.

    A mistake is planted into the resources of a template, or anywhere `in_template`. A module calls it once and names
    the class `TestRules`.
    """
    planted = [(rule, partial(_plant_in_resources, plant)) for rule, plant in in_resources] + [*in_template]

    class TestRules:
        @pytest.mark.parametrize("rule", dict.fromkeys(rule for rule, _ in planted), ids=lambda rule: rule.__name__)
        def test_the_template_keeps_the_rule(self, rule: Rule) -> None:
            """Nothing breaks it."""
            assert "\n".join(rule(template())) == ""

        @pytest.mark.parametrize(("rule", "plant"), planted)
        def test_the_rule_finds_a_planted_mistake(self, rule: Rule, plant: Plant) -> None:
            """One mistake in a copy is reported."""
            spoiled = template()
            plant(spoiled)
            assert list(rule(spoiled))

    return TestRules


def default(parameter: str, value: object) -> Plant:
    """Plants another default of a parameter."""
    return lambda t: t["Parameters"][parameter].update(Default=value)


def _plant_in_resources(plant: Plant, t: Template) -> None:
    plant(t["Resources"])


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
            assert key not in found, f"{key} appears twice"
            found[key] = (area, [] if public else auth.get("AuthorizationScopes", ["any token"]))
    return found

"""The template's side of the costs: prices that another region may state, and a dashboard of sums that are sent."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any, get_args

import pytest

from coupons.measuring import CONSUMPTION, MONEY, Asked, Unasked
from infra.costs import ALARMS
from tests.template.stack import AREAS, Plant, Rule, Template, function, resources, spoiled, template

NAMESPACE = "CouponSeason/${Stage}"
EVERYTHING = f"""SEARCH('{{"{NAMESPACE}",operation}} MetricName="MicroDollars"', 'Sum', 3600)"""
SHOWN = {
    "WriteUnits of claim/Done of claim",
    "ReadUnits of claim/Done of claim",
    "WriteUnits of redemption/Done of redemption",
    "ReadUnits of redemption/Done of redemption",
    "MicroDollars of claim/Done of claim",
    "MicroDollars of redemption/Done of redemption",
    "100*MicroDollars of redemption/DiscountMinor of redemption",
    f"100*SUM({EVERYTHING})/DiscountMinor of redemption",
}
"""A hundred minor units are a yuan."""


def widgets(t: Template) -> list[dict[str, Any]]:
    (dashboard,) = resources(t, "AWS::CloudWatch::Dashboard").values()
    return [widget["properties"] for widget in json.loads(dashboard["DashboardBody"]["Fn::Sub"])["widgets"]]


def metrics_of(widget: dict[str, Any]) -> dict[str, list[str]]:
    """Id → namespace, name, `operation` and its value."""
    return {row[-1]["id"]: row[:-1] for row in widget["metrics"] if len(row) > 1}


def expressions_of(widget: dict[str, Any]) -> set[str]:
    """With names in place of ids: `WriteUnits of claim/Done of claim`."""
    names = {short: f"{name} of {operation}" for short, (_, name, _, operation) in metrics_of(widget).items()}
    told = [row[0]["expression"] for row in widget["metrics"] if len(row) == 1]
    return {re.sub(r"\b[a-z]{1,2}\b", lambda id_: names.get(id_[0], id_[0]), expression) for expression in told}


def the_dashboard_divides_what_is_asked(t: Template) -> Iterator[str]:
    """Units and dollars a claim and a redemption, dollars a redeemed yuan; nothing else is drawn."""
    shown = set()
    for widget in widgets(t):
        shown |= expressions_of(widget)
        yield from (f"{row[1]} is drawn itself" for row in widget["metrics"] if row[-1].get("visible", len(row) > 1))
    yield from (f"not shown: {missing}" for missing in sorted(SHOWN - shown))
    yield from (f"nobody asked for {more}" for more in sorted(shown - SHOWN))


def the_dashboard_reads_metrics_that_are_sent(t: Template) -> Iterator[str]:
    """In the functions' namespace, summed up, where the stack is."""
    names = {*CONSUMPTION, "Done", *MONEY}
    operations = {*get_args(Asked), *get_args(Unasked)}
    for widget in widgets(t):
        if (widget["stat"], widget["region"]) != ("Sum", "${AWS::Region}"):
            yield f"{widget['title']} is no sum of this region"
        for namespace, name, dimension, operation in metrics_of(widget).values():
            if name not in names or (dimension, operation) not in {("operation", known) for known in operations}:
                yield f"nobody sends {name} of {dimension} {operation}"
            for area in AREAS:
                if function(t, area)["Environment"]["Variables"]["POWERTOOLS_METRICS_NAMESPACE"] != {
                    "Fn::Sub": namespace
                }:
                    yield f"{area} does not send to {namespace}"


def prices_are_parameters(t: Template) -> Iterator[str]:
    """Every function reckons with the stated price; without one, with the list price, which stands elsewhere."""
    for unit in ("Write", "Read"):
        if t["Parameters"][f"{unit}UnitMicroDollars"]["Default"] != "":
            yield f"a second list price of a {unit} unit"
        for area in AREAS:
            variables = function(t, area)["Environment"]["Variables"]
            if variables.get(f"{unit.upper()}_UNIT_MICRODOLLARS") != {"Ref": f"{unit}UnitMicroDollars"}:
                yield f"{area} has another price"


def _body(old: str, new: str) -> Plant:
    def plant(r: dict[str, Any]) -> None:
        body = r["CostDashboard"]["Properties"]["DashboardBody"]
        assert old in body["Fn::Sub"]
        body["Fn::Sub"] = body["Fn::Sub"].replace(old, new, 1)

    return plant


PLANTED: list[tuple[Rule, Plant]] = [
    (the_dashboard_divides_what_is_asked, _body('"w/n"', '"w/r"')),
    (the_dashboard_divides_what_is_asked, _body('"Done", "operation", "claim"', '"Done", "operation", "redemption"')),
    (the_dashboard_divides_what_is_asked, _body('"100*d/m"', '"d/m"')),
    (the_dashboard_divides_what_is_asked, _body('"100*d/m"', '"100*m/d"')),
    (the_dashboard_divides_what_is_asked, _body('"visible": false', '"visible": true')),
    (the_dashboard_reads_metrics_that_are_sent, _body('"WriteUnits"', '"Writes"')),
    (the_dashboard_reads_metrics_that_are_sent, _body('"operation", "claim"', '"operation", "claims"')),
    (the_dashboard_reads_metrics_that_are_sent, _body('"operation", "claim"', '"service", "claim"')),
    (the_dashboard_reads_metrics_that_are_sent, _body("CouponSeason/${Stage}", "CouponSeason")),
    (the_dashboard_reads_metrics_that_are_sent, _body('"Sum"', '"Average"')),
    (the_dashboard_reads_metrics_that_are_sent, _body("${AWS::Region}", "us-east-1")),
    (prices_are_parameters, lambda r: _variables(r).update(WRITE_UNIT_MICRODOLLARS="0.7")),
    (prices_are_parameters, lambda r: _variables(r).update(READ_UNIT_MICRODOLLARS="0.1")),
]


def _variables(r: dict[str, Any]) -> dict[str, Any]:
    return r["VerifyFunction"]["Properties"]["Environment"]["Variables"]


@pytest.mark.parametrize("rule", list(dict.fromkeys(rule for rule, _ in PLANTED)), ids=lambda rule: rule.__name__)
def test_the_template_keeps_the_rule(rule: Rule) -> None:
    """Nothing offends it."""
    assert list(rule(template())) == []


@pytest.mark.parametrize(("rule", "plant"), PLANTED)
def test_the_rule_sees_a_planted_mistake(rule: Rule, plant: Plant) -> None:
    """One wrong thing in a copy is named."""
    assert list(rule(spoiled(plant)))


def test_a_second_list_price_is_seen() -> None:
    """A parameter with a price by default offends."""
    planted = template()
    planted["Parameters"]["WriteUnitMicroDollars"]["Default"] = "0.625"
    assert list(prices_are_parameters(planted))


def test_costs_count_what_stands() -> None:
    """`make costs` knows how many alarms the template has; dashboard, key and secret are one each."""
    assert len(resources(template(), "AWS::CloudWatch::Alarm")) == ALARMS
    for kind in ("AWS::CloudWatch::Dashboard", "AWS::KMS::Key", "AWS::SecretsManager::Secret"):
        assert len(resources(template(), kind)) == 1, kind

"""Costs in the template: unit prices are parameters, and the dashboard shows metrics that are sent."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any, get_args

from coupons.web.metrics import CONSUMPTION, MONEY, PRICE, BackgroundOperation, RequestOperation
from infra.costs import ALARMS
from tests.template.stack import AREAS, Plant, Planted, Template, default, function, resources, rule_tests, template

NAMESPACE = "CouponSeason/${Stage}"
EVERYTHING = f"""SUM(SEARCH('{{"{NAMESPACE}",operation}} MetricName="MicroDollars"', 'Sum', 3600))"""


def redeemed(name: str) -> str:
    """The sum of a metric over the campaigns in the dashboard's currency."""
    return f"""SUM(SEARCH('{{"{NAMESPACE}",campaign,currency}} MetricName="{name}" currency="CNY"', 'Sum', 3600))"""


SHOWN = {
    "WriteUnits of claim/Done of claim",
    "ReadUnits of claim/Done of claim",
    "WriteUnits of redemption/Done of redemption",
    "ReadUnits of redemption/Done of redemption",
    "MicroDollars of claim/Done of claim",
    "MicroDollars of redemption/Done of redemption",
    f"{redeemed('MicroDollars')}/{redeemed('DiscountMinor')}",
    f"{EVERYTHING}/{redeemed('DiscountMinor')}",
    f"""SEARCH('{{"{NAMESPACE}",campaign,currency}} MetricName="Late"', 'Average', 3600)""",
}
SENT = {"operation": {*CONSUMPTION, "Done"}, "campaign,currency": {*MONEY, PRICE}}
"""Metrics by dimensions."""
SEARCHED = re.compile(r'\{"([^"]+)",([a-z,]+)\} MetricName="([A-Za-z]+)"')


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
    """Units and dollars a claim and a redemption, dollars a redeemed minor unit, late redemptions; nothing else."""
    shown = set()
    for widget in widgets(t):
        shown |= expressions_of(widget)
        yield from (f"{row[1]} is drawn itself" for row in widget["metrics"] if row[-1].get("visible", len(row) > 1))
    yield from (f"not shown: {missing}" for missing in sorted(SHOWN - shown))
    yield from (f"nobody asked for {more}" for more in sorted(shown - SHOWN))


def the_dashboard_reads_metrics_that_are_sent(t: Template) -> Iterator[str]:
    """As sums, in the functions' namespace and the stack's region."""
    operations = {*get_args(RequestOperation), *get_args(BackgroundOperation)}
    for widget in widgets(t):
        if (widget["stat"], widget["region"]) != ("Sum", "${AWS::Region}"):
            yield f"{widget['title']} is no sum of this region"
        for namespace, name, dimension, operation in metrics_of(widget).values():
            if name not in SENT["operation"] or dimension != "operation" or operation not in operations:
                yield f"nobody sends {name} of {dimension} {operation}"
            yield from _not_sending(t, namespace)
        for expression in expressions_of(widget):
            for namespace, dimensions, name in SEARCHED.findall(expression):
                if name not in SENT.get(dimensions, ()):
                    yield f"nobody sends {name} of {dimensions}"
                yield from _not_sending(t, namespace)


def _not_sending(t: Template, namespace: str) -> Iterator[str]:
    for area in AREAS:
        if function(t, area)["Environment"]["Variables"]["POWERTOOLS_METRICS_NAMESPACE"] != {"Fn::Sub": namespace}:
            yield f"{area} does not send to {namespace}"


def the_currency_is_chosen(t: Template) -> Iterator[str]:
    """A variable replaces the currency in the widgets by one in which something was redeemed."""
    (dashboard,) = resources(t, "AWS::CloudWatch::Dashboard").values()
    (variable,) = json.loads(dashboard["DashboardBody"]["Fn::Sub"])["variables"]
    if (variable["type"], variable["pattern"], variable["defaultValue"]) != ("pattern", "CNY", "CNY"):
        yield "another text is replaced"
    if variable["search"] != f'{{{NAMESPACE},campaign,currency}} MetricName="DiscountMinor"':
        yield "other metrics are searched"
    if variable["populateFrom"] != "currency":
        yield "something else is chosen"


def prices_are_parameters(t: Template) -> Iterator[str]:
    """Every function gets the stated price; the list price is the code's default and not in the template."""
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


PLANTED: Planted = [
    (the_dashboard_divides_what_is_asked, _body('"w/n"', '"w/r"')),
    (the_dashboard_divides_what_is_asked, _body('"Done", "operation", "claim"', '"Done", "operation", "redemption"')),
    (the_dashboard_divides_what_is_asked, _body('"d/dn"', '"dn/d"')),
    (the_dashboard_divides_what_is_asked, _body(r"\"DiscountMinor\" currency=\"CNY\"", r"\"DiscountMinor\"")),
    (the_dashboard_divides_what_is_asked, _body("'Average', 3600", "'Sum', 3600")),
    (the_dashboard_divides_what_is_asked, _body('"visible": false', '"visible": true')),
    (the_dashboard_reads_metrics_that_are_sent, _body('"WriteUnits"', '"Writes"')),
    (the_dashboard_reads_metrics_that_are_sent, _body('"operation", "claim"', '"operation", "claims"')),
    (the_dashboard_reads_metrics_that_are_sent, _body('"operation", "claim"', '"service", "claim"')),
    (the_dashboard_reads_metrics_that_are_sent, _body('"CouponSeason/${Stage}", "W', '"CouponSeason", "W')),
    (the_dashboard_reads_metrics_that_are_sent, _body(r"\"CouponSeason/${Stage}\",camp", r"\"CouponSeason\",camp")),
    (
        the_dashboard_reads_metrics_that_are_sent,
        _body(r"campaign,currency} MetricName=\"M", r"currency} MetricName=\"M"),
    ),
    (the_dashboard_reads_metrics_that_are_sent, _body(r"MetricName=\"Late\"", r"MetricName=\"Lates\"")),
    (the_currency_is_chosen, _body('"pattern": "CNY"', '"pattern": "JPY"')),
    (the_currency_is_chosen, _body('"populateFrom": "currency"', '"populateFrom": "campaign"')),
    (the_currency_is_chosen, _body(r'MetricName=\"DiscountMinor\""', r'MetricName=\"Done\""')),
    (the_dashboard_reads_metrics_that_are_sent, _body('"Sum"', '"Average"')),
    (the_dashboard_reads_metrics_that_are_sent, _body("${AWS::Region}", "us-east-1")),
    (prices_are_parameters, lambda r: _variables(r).update(WRITE_UNIT_MICRODOLLARS="0.7")),
    (prices_are_parameters, lambda r: _variables(r).update(READ_UNIT_MICRODOLLARS="0.1")),
]


def _variables(r: dict[str, Any]) -> dict[str, Any]:
    return r["VerifyFunction"]["Properties"]["Environment"]["Variables"]


TestRules = rule_tests(PLANTED, [(prices_are_parameters, default("WriteUnitMicroDollars", "0.625"))])


def test_costs_count_what_stands() -> None:
    """`make costs` counts as many alarms as the template has, and one dashboard, key and secret."""
    assert len(resources(template(), "AWS::CloudWatch::Alarm")) == ALARMS
    for kind in ("AWS::CloudWatch::Dashboard", "AWS::KMS::Key", "AWS::SecretsManager::Secret"):
        assert len(resources(template(), kind)) == 1, kind

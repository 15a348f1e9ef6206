"""The API calls the claim function by an alias, so that environments of it can be provisioned; by default none are."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from infra.local.expand import expanded_template
from tests.template.stack import AREAS, Planted, Template, default, function, routes, rule_tests, template

SIZE = "ClaimProvisionedConcurrency"
PROVISIONED = {
    "Fn::If": ["ProvisionsClaim", {"ProvisionedConcurrentExecutions": {"Ref": SIZE}}, {"Ref": "AWS::NoValue"}]
}
ALIAS = "ClaimFunctionAliaslive"


def claims_can_be_provisioned(t: Template) -> Iterator[str]:
    """The claim function has an alias, and as many environments of it are kept as the parameter says; none if 0."""
    found = function(t, "claim")
    if found.get("AutoPublishAlias") != "live":
        yield "claim has no alias"
    if found.get("ProvisionedConcurrencyConfig") != PROVISIONED:
        yield "claim is provisioned otherwise"
    if t["Conditions"].get("ProvisionsClaim") != {"Fn::Not": [{"Fn::Equals": [{"Ref": SIZE}, 0]}]}:
        yield "0 provisions something"
    if t["Parameters"][SIZE]["Default"] != 0:
        yield "environments are paid for by default"


def each_setting_publishes_a_version(t: Template) -> Iterator[str]:
    """A version keeps the settings that it was published with, so every parameter among them is in its description."""
    found = function(t, "claim")
    settings = {name: found[name] for name in ("MemorySize", "Timeout", "Environment")}
    read = set(re.findall(r'"Ref": "(\w+)"|\$\{(\w+)\}', json.dumps(settings)))
    parameters = {name for pair in read for name in pair if name in t["Parameters"]}
    described = set(re.findall(r"\$\{(\w+)\}", found.get("VersionDescription", {}).get("Fn::Sub", "")))
    yield from (f"{name} changes, and the alias keeps the old version" for name in sorted(parameters - described))
    yield from (f"{name} publishes a version equal to the last one" for name in sorted(described - parameters))
    if found.get("AutoPublishAliasAllProperties") is not True:
        yield "another timeout publishes no version"


PLANTED: Planted = [
    (claims_can_be_provisioned, lambda r: _claim(r).pop("AutoPublishAlias")),
    (claims_can_be_provisioned, lambda r: _claim(r).pop("ProvisionedConcurrencyConfig")),
    (each_setting_publishes_a_version, lambda r: _claim(r).pop("VersionDescription")),
    (each_setting_publishes_a_version, lambda r: _claim(r).pop("AutoPublishAliasAllProperties")),
    (
        each_setting_publishes_a_version,
        lambda r: _claim(r)["Environment"]["Variables"].update(MORE={"Fn::Sub": "${LogRetentionDays}"}),
    ),
    (
        each_setting_publishes_a_version,
        lambda r: _claim(r)["VersionDescription"].update({"Fn::Sub": "${Stage}, ${ApiRateLimit}"}),
    ),
]


def _claim(r: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = r["ClaimFunction"]["Properties"]
    return found


PLANTED_ANYWHERE: Planted = [
    (claims_can_be_provisioned, default(SIZE, 1)),
    (claims_can_be_provisioned, lambda t: t["Conditions"].update(ProvisionsClaim={"Fn::Equals": [{"Ref": SIZE}, 0]})),
]
TestRules = rule_tests(PLANTED, PLANTED_ANYWHERE)


def test_each_route_calls_and_may_call_what_serves_it() -> None:
    """As SAM expands it: claims' routes call the alias, which the gateway may invoke; all others their function."""
    expanded = expanded_template(template(), bucket="b", key="k", region="us-east-1", run="r")["Resources"]
    targets = {area: ALIAS if area == "claim" else f"{area.capitalize()}Function" for area in AREAS}
    by_route = {
        one["Properties"]["RouteKey"]: _called(expanded, one["Properties"])
        for one in expanded.values()
        if one["Type"] == "AWS::ApiGatewayV2::Route"
    }
    assert by_route == {route: targets[area] for route, (area, _) in routes(template()).items()}
    may_invoke = [
        one["Properties"]["FunctionName"]["Ref"]
        for one in expanded.values()
        if one["Type"] == "AWS::Lambda::Permission" and one["Properties"]["Principal"] == "apigateway.amazonaws.com"
    ]
    assert may_invoke.count(ALIAS) == list(by_route.values()).count(ALIAS)
    assert "ClaimFunction" not in may_invoke
    assert expanded[ALIAS]["Properties"]["ProvisionedConcurrencyConfig"] == PROVISIONED


def _called(expanded: Template, route: dict[str, Any]) -> str:
    """The resource in the address of a route's integration."""
    name = re.findall(r"\$\{(\w+)\}", route["Target"]["Fn::Sub"])[0]
    uri = expanded[name]["Properties"]["IntegrationUri"]["Fn::Sub"]
    found: str = re.findall(r"functions/\$\{(\w+)(?:\.Arn)?\}/invocations", uri)[0]
    return found

"""Web pages of other origins: allowed by a parameter alone, and then all that an app needs is allowed and readable."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from boto3.session import Session
from samtranslator.parser.parser import Parser
from samtranslator.translator.translator import Translator

from infra.local.settings import SettingsError, settings_of
from infra.openapi.document import document
from tests.template.stack import Planted, Template, resources, routes, rule_tests, template


def configuration(t: Template) -> dict[str, Any]:
    """What the API allows if there are allowed origins."""
    found: dict[str, Any] = resources(t, "AWS::Serverless::HttpApi")["Api"]["CorsConfiguration"]["Fn::If"][1]
    return found


def nobody_is_allowed_by_default(t: Template) -> Iterator[str]:
    """No origins, no CORS; the origins are those of the parameter, and pages send no cookies."""
    condition, allowed, otherwise = resources(t, "AWS::Serverless::HttpApi")["Api"]["CorsConfiguration"]["Fn::If"]
    none = {"Fn::Not": [{"Fn::Equals": [{"Ref": "AllowedOrigins"}, ""]}]}
    if t["Conditions"][condition] != none or otherwise != {"Ref": "AWS::NoValue"}:
        yield "there is CORS without origins"
    if t["Parameters"]["AllowedOrigins"]["Default"] != "":
        yield "origins are allowed by default"
    if allowed["AllowOrigins"] != {"Fn::Split": [",", {"Ref": "AllowedOrigins"}]}:
        yield "other origins are allowed"
    if "AllowCredentials" in allowed:
        yield "cookies are allowed"


def every_method_is_allowed(t: Template) -> Iterator[str]:
    """Exactly those of the routes."""
    wanted = {route.partition(" ")[0] for route in routes(t)} - {"$default", "OPTIONS"}
    if set(configuration(t)["AllowMethods"]) != wanted:
        yield f"not {sorted(wanted)}"


def what_apps_send_is_allowed(t: Template) -> Iterator[str]:
    """A token and JSON; `accept` too, which a browser sends without asking only in its plain forms."""
    if set(configuration(t)["AllowHeaders"]) != {"accept", "authorization", "content-type"}:
        yield "other headers"


def what_apps_read_is_exposed(t: Template) -> Iterator[str]:
    """Every documented header that a page cannot read otherwise, and `Age`, which caches add: without it and `Date` an
    app cannot count down.
    """
    documented = set(document()["components"]["headers"]) - {"Allow", "Cache-Control", "Location"}
    if set(configuration(t)["ExposeHeaders"]) != {*documented, "Age"}:
        yield f"not {sorted(documented)} and Age"


def _cors(r: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = r["Api"]["Properties"]["CorsConfiguration"]["Fn::If"][1]
    return found


PLANTED: Planted = [
    (nobody_is_allowed_by_default, lambda r: _cors(r).update(AllowOrigins=["*"])),
    (nobody_is_allowed_by_default, lambda r: _cors(r).update(AllowCredentials=True)),
    (every_method_is_allowed, lambda r: _cors(r)["AllowMethods"].remove("DELETE")),
    (every_method_is_allowed, lambda r: _cors(r)["AllowMethods"].append("PATCH")),
    (what_apps_send_is_allowed, lambda r: _cors(r)["AllowHeaders"].remove("authorization")),
    (what_apps_read_is_exposed, lambda r: _cors(r)["ExposeHeaders"].remove("Date")),
    (what_apps_read_is_exposed, lambda r: _cors(r)["ExposeHeaders"].remove("Age")),
]
OPEN: Planted = [
    (nobody_is_allowed_by_default, lambda t: t["Parameters"]["AllowedOrigins"].update(Default="*")),
    (nobody_is_allowed_by_default, lambda t: t["Conditions"].update(HasAllowedOrigins={"Fn::Equals": ["", ""]})),
]
TestRules = rule_tests(PLANTED, OPEN)


@pytest.mark.parametrize(
    ("origins", "fits"),
    [
        ("", True),
        ("*", True),
        ("https://app.example.org", True),
        ("http://localhost:5173,https://app.example.org", True),
        ("https://*", True),
        ("https://app.example.org/", False),
        ("app.example.org", False),
        ("https://a.example, https://b.example", False),
        ("*,https://a.example", False),
    ],
)
def test_what_is_an_origin(origins: str, fits: bool) -> None:
    """Scheme, host and port, on the laptop too. A slash at the end is the usual mistake: no browser sends one."""
    allowed = template()["Parameters"]["AllowedOrigins"]["AllowedPattern"]
    assert bool(re.fullmatch(allowed, origins)) == fits
    if fits:
        assert settings_of({"ALLOWED_ORIGINS": origins}, Path()).allowed_origins == tuple(
            filter(None, origins.split(","))
        )
    else:
        with pytest.raises(SettingsError):
            settings_of({"ALLOWED_ORIGINS": origins}, Path())


def test_sam_hands_the_gateway_a_list_of_origins() -> None:
    """It puts the parameter's value, a string, into the API before CloudFormation sees it, and keeps the condition."""
    t = template()
    t["Globals"]["Function"]["CodeUri"] = "s3://bucket/key"
    origins = "https://a.example,https://b.example"
    session = Session(region_name="us-east-1")
    expanded = Translator({}, Parser(), boto_session=session).translate(t, parameter_values={"AllowedOrigins": origins})
    condition, allowed, otherwise = expanded["Resources"]["Api"]["Properties"]["Body"]["x-amazon-apigateway-cors"][
        "Fn::If"
    ]
    assert (condition, otherwise) == ("HasAllowedOrigins", {"Ref": "AWS::NoValue"})
    assert allowed["allowOrigins"] == {"Fn::Split": [",", origins]}
    assert allowed.keys() == {"allowOrigins", "allowMethods", "allowHeaders", "exposeHeaders", "maxAge"}

"""The template as the local cloud gets it: API Gateway's reading of the OpenAPI body, and nothing lost."""

from __future__ import annotations

import json
import zipfile
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest

from infra.local.expand import expanded_template
from infra.local.package import digest, package
from infra.local.tables import load_template


@pytest.fixture(scope="module")
def expanded() -> dict[str, Any]:
    return expanded_template(load_template(), bucket="b", key="k", region="us-east-1", run="r1")


def _of_type(template: dict[str, Any], kind: str) -> dict[str, dict[str, Any]]:
    return {name: r["Properties"] for name, r in template["Resources"].items() if r["Type"] == kind}


def _events(template: dict[str, Any]) -> dict[str, tuple[str, list[str] | None]]:
    """Route key → what is called, and scopes (None: public), as the template's events say."""
    routes = {}
    for name, function in _of_type(template, "AWS::Serverless::Function").items():
        alias = function.get("AutoPublishAlias")
        called = f"{name}Alias{alias}}}" if alias else f"{name}.Arn}}"
        for event in function["Events"].values():
            if event["Type"] == "HttpApi":
                properties = event["Properties"]
                default = properties["Path"] == "$default"
                key = "$default" if default else f"{properties['Method']} {properties['Path']}"
                public = properties["Auth"].get("Authorizer") == "NONE"
                routes[key] = (called, None if public else properties["Auth"]["AuthorizationScopes"])
    return routes


def test_every_event_is_a_route_to_its_function(expanded: dict[str, Any]) -> None:
    """By its alias if it has one; with the event's scopes, or with none where the event is public."""
    integrations = _of_type(expanded, "AWS::ApiGatewayV2::Integration")
    routes = {}
    for route in _of_type(expanded, "AWS::ApiGatewayV2::Route").values():
        target = route["Target"]["Fn::Sub"].removeprefix("integrations/${").removesuffix("}")
        function = integrations[target]["IntegrationUri"]["Fn::Sub"].partition("${AWS::Region}:")[2]
        scopes = route.get("AuthorizationScopes")
        assert (scopes is None) == ("AuthorizerId" not in route)
        assert route.get("AuthorizationType", "NONE") == ("NONE" if scopes is None else "JWT")
        routes[route["RouteKey"]] = (function.partition("functions/${")[2].removesuffix("/invocations"), scopes)
    assert routes == _events(load_template())


def test_nothing_else_of_the_template_is_lost(expanded: dict[str, Any]) -> None:
    """Every resource is still there, alarms on queries excepted, which ministack refuses."""
    declared = load_template()["Resources"]
    queries = {
        name for name, r in declared.items() if r["Type"] == "AWS::CloudWatch::Alarm" and "Metrics" in r["Properties"]
    }
    assert queries
    assert set(declared) - set(expanded["Resources"]) == queries
    assert "Body" not in json.dumps(_of_type(expanded, "AWS::ApiGatewayV2::Api"))


def test_every_run_has_mappings_of_its_own(expanded: dict[str, Any]) -> None:
    """Those of `events` and `count`, under names that the next run does not have."""
    mappings = _of_type(expanded, "AWS::Lambda::EventSourceMapping")
    assert mappings.keys() == {
        *(f"{name}Function{event}r1" for name in ("Events", "Count") for event in ("Claims", "Lines", "Points")),
    }
    assert {name for name, mapping in mappings.items() if "FilterCriteria" in mapping} == {
        "EventsFunctionClaimsr1",
        "EventsFunctionLinesr1",
        "EventsFunctionPointsr1",
    }


def test_every_function_has_the_packaged_code(expanded: dict[str, Any]) -> None:
    """From the bucket and key that were named."""
    for function in _of_type(expanded, "AWS::Lambda::Function").values():
        assert function["Code"] == {"S3Bucket": "b", "S3Key": "k"}


def test_the_package_is_sources_and_their_bytecode(tmp_path: Path) -> None:
    """The same bytes each time, other bytes for another source, and nothing that merely lies about."""
    (tmp_path / "coupons").mkdir()
    (tmp_path / "coupons" / "__init__.py").write_text("")
    (tmp_path / "claim.py").write_text("handler = 1\n")
    (tmp_path / "requirements.txt").write_text("x")
    first = package(tmp_path)
    assert package(tmp_path) == first
    names = {name.replace(".cpython-3", " ").split(" ")[0] for name in zipfile.ZipFile(BytesIO(first)).namelist()}
    assert names == {"claim.py", "__pycache__/claim", "coupons/__init__.py", "coupons/__pycache__/__init__"}
    (tmp_path / "claim.py").write_text("handler = 2\n")
    assert digest(package(tmp_path)) != digest(first)

"""template.yaml as the local cloud can deploy it.

CloudFormation expands `Transform: AWS::Serverless-2016-10-31` itself, and API Gateway reads the routes of an HTTP API
from the OpenAPI `Body` that this expansion writes. ministack 1.5 does neither: the API would have no route and answer
404 to everything. So the SAM translator (the program that AWS runs) expands the template here, and each operation of
`Body` becomes the Route, Integration and Authorizer resources that API Gateway would create.

Two more gaps of ministack are worked around. It refuses an alarm on a query over metrics, so those are left out. After
a restart it knows how far an event source mapping had read a stream, though the stream is new, and would wait for a
place that comes late or never; so each run gives mappings another name, which makes them new. The CORS configuration is
left out: `infra/local/cors.py` answers by it. Nothing else is changed, and no other file depends on these gaps.
"""

from __future__ import annotations

import re
from typing import Any

from boto3.session import Session
from samtranslator.parser.parser import Parser
from samtranslator.translator.translator import Translator

Resource = dict[str, Any]

_ALARM = "AWS::CloudWatch::Alarm"
_API = "AWS::ApiGatewayV2::Api"
_MAPPING = "AWS::Lambda::EventSourceMapping"
_DEFAULT_ROUTE = "/$default"
_PUBLIC = "NONE"
"""The name that SAM writes into a route's `security` for no authorizer."""


def expanded_template(template: dict[str, Any], *, bucket: str, key: str, region: str, run: str) -> dict[str, Any]:
    """The CloudFormation template of the SAM template, its code at `s3://bucket/key`; the SAM template is changed.

    `run`: letters and digits that no earlier run used.
    """
    template["Globals"]["Function"]["CodeUri"] = f"s3://{bucket}/{key}"
    # The template uses no managed policy of AWS, so none is fetched from IAM.
    translator = Translator({}, Parser(), boto_session=Session(region_name=region))
    expanded: dict[str, Any] = translator.translate(template, parameter_values={})
    resources = {
        f"{name}{run}" if resource["Type"] == _MAPPING else name: resource
        for name, resource in expanded["Resources"].items()
        if not (resource["Type"] == _ALARM and "Metrics" in resource["Properties"])
    }
    for api_name in [name for name in resources if resources[name]["Type"] == _API]:
        properties = resources[api_name]["Properties"]
        body = properties.pop("Body")
        # Only valid with a Body; without one an API must state its name and protocol.
        properties.pop("FailOnWarnings", None)
        properties |= {"Name": {"Ref": "AWS::StackName"}, "ProtocolType": "HTTP"}
        resources |= _resources_of(api_name, body)
    return expanded | {"Resources": resources}


def _resources_of(api_name: str, body: dict[str, Any]) -> dict[str, Resource]:
    """The resources that API Gateway creates from an OpenAPI document: authorizers, integrations, routes."""
    schemes = body.get("components", {}).get("securitySchemes", {})
    made = {f"{api_name}{name}Authorizer": _authorizer(api_name, name, scheme) for name, scheme in schemes.items()}
    for path, operations in body["paths"].items():
        for method, operation in operations.items():
            route_key = "$default" if path == _DEFAULT_ROUTE else f"{method.upper()} {path}"
            name = api_name + re.sub(r"[^A-Za-z0-9]", "", route_key.title())
            integration = operation["x-amazon-apigateway-integration"]
            made[f"{name}Integration"] = _integration(api_name, integration)
            made[f"{name}Route"] = _route(api_name, route_key, f"{name}Integration", operation)
    return made


def _authorizer(api_name: str, name: str, scheme: dict[str, Any]) -> Resource:
    declared = scheme["x-amazon-apigateway-authorizer"]
    return {
        "Type": "AWS::ApiGatewayV2::Authorizer",
        "Properties": {
            "ApiId": {"Ref": api_name},
            "Name": name,
            "AuthorizerType": declared["type"].upper(),
            "IdentitySource": [declared["identitySource"]],
            "JwtConfiguration": {
                "Audience": declared["jwtConfiguration"]["audience"],
                "Issuer": declared["jwtConfiguration"]["issuer"],
            },
        },
    }


def _integration(api_name: str, declared: dict[str, Any]) -> Resource:
    return {
        "Type": "AWS::ApiGatewayV2::Integration",
        "Properties": {
            "ApiId": {"Ref": api_name},
            "IntegrationType": declared["type"].upper(),
            "IntegrationMethod": declared["httpMethod"],
            "IntegrationUri": declared["uri"],
            "PayloadFormatVersion": declared["payloadFormatVersion"],
        },
    }


def _route(api_name: str, route_key: str, integration: str, operation: dict[str, Any]) -> Resource:
    properties: dict[str, Any] = {
        "ApiId": {"Ref": api_name},
        "RouteKey": route_key,
        "Target": {"Fn::Sub": f"integrations/${{{integration}}}"},
    }
    # SAM gives a route one authorizer or none, so there is one requirement at most.
    for authorizer, scopes in (operation.get("security") or [{}])[0].items():
        if authorizer != _PUBLIC:
            properties["AuthorizationType"] = "JWT"
            properties["AuthorizerId"] = {"Ref": f"{api_name}{authorizer}Authorizer"}
            properties["AuthorizationScopes"] = scopes
    return {"Type": "AWS::ApiGatewayV2::Route", "Properties": properties}

"""Each function may do what its code does and nothing else, verb by verb and table by table.

What the code does is written down while the cases of the API suite are played, which between them show every route with
every answer; a transaction is authorised by the verbs of its parts.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Any

import pytest

from tests.api.all_cases import CASES
from tests.api.cases import outcome
from tests.api.stage import Call, requests_of
from tests.template.stack import AREAS, Plant, Rule, Template, permissions, spoiled, template

SERVICES = {
    "dynamodb": {"CatalogTable", "ClaimsTable", "OrdersTable", "PointsTable"},
    "secretsmanager": {"KeysSecret"},
    "events": {"EventBus"},
}
FEEDING = {
    *(
        ("events", verb, f"{table}.StreamArn")
        for verb in ("DescribeStream", "GetRecords", "GetShardIterator", "ListStreams")
        for table in ("ClaimsTable", "OrdersTable")
    ),
    ("events", "SendMessage", "FailedEventsQueue"),
}
"""What Lambda itself does in the role of `events`, to bring it the streams and to put away what failed."""
TRACES = {"xray:PutTraceSegments", "xray:PutTelemetryRecords"}


@cache
def needed() -> frozenset[Call]:
    """Function, verb and resource of every request to AWS that any case took."""
    return frozenset(call for case in CASES for call in outcome(case).log.calls)


def allowed(t: Template) -> set[Call]:
    """The same of the roles; logs aside."""
    found: set[Call] = set()
    for area in AREAS:
        for action, resource in permissions(t, area):
            service, _, verb = action.partition(":")
            if resource in SERVICES.get(service, set()):
                found.add((area, verb, resource))
    return found


def nothing_needed_is_missing(t: Template) -> Iterator[str]:
    """A verb that a route takes and its role lacks would be a 500 on AWS."""
    return (" ".join(call) for call in sorted(needed() - allowed(t)))


def nothing_allowed_is_superfluous(t: Template) -> Iterator[str]:
    """A verb that no route takes is a door that nobody watches."""
    return (" ".join(call) for call in sorted(allowed(t) - needed()))


def nothing_else_is_allowed(t: Template) -> Iterator[str]:
    """Tables, the keys' secret, the bus and the function's own log group, each by name; no star, no other service.

    And for the streams exactly what Lambda asks for.
    """
    for area in AREAS:
        group = f"{area.capitalize()}LogGroup"
        own = {("logs:CreateLogStream", group), ("logs:PutLogEvents", group)}
        named = set(permissions(t, area))
        for action, resource in sorted(named - own):
            service, _, verb = action.partition(":")
            by_name = resource in SERVICES.get(service, set()) and "*" not in verb
            if not by_name and (area, verb, resource) not in FEEDING:
                yield f"{area}: {action} on {resource}"
        yield from (f"{area}: no {action}" for action, _ in sorted(own - named))
    there = {(area, action.partition(":")[2], resource) for area in AREAS for action, resource in permissions(t, area)}
    yield from ("no " + " ".join(call) for call in sorted(FEEDING - there))


def each_function_has_its_own_role(t: Template) -> Iterator[str]:
    """A role for itself, that only Lambda assumes; what is shared may send traces and nothing more."""
    for area in AREAS:
        name = area.capitalize()
        if t["Resources"][f"{name}Function"]["Properties"].get("Role") != {"Fn::GetAtt": [f"{name}Role", "Arn"]}:
            yield f"{area} runs in another role"
        role = t["Resources"][f"{name}Role"]["Properties"]
        (trust,) = role["AssumeRolePolicyDocument"]["Statement"]
        if trust["Principal"] != {"Service": "lambda.amazonaws.com"} or trust["Action"] != "sts:AssumeRole":
            yield f"{area}: somebody else may assume its role"
        if role.get("ManagedPolicyArns") != [{"Ref": "TracePolicy"}]:
            yield f"{area} has policies that are not written here"
    (statement,) = t["Resources"]["TracePolicy"]["Properties"]["PolicyDocument"]["Statement"]
    if set(statement["Action"]) != TRACES:
        yield f"every function may {statement['Action']}"


def _statements(area: str, r: dict[str, Any]) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = r[f"{area}Role"]["Properties"]["Policies"][0]["PolicyDocument"]["Statement"]
    return found


def _statement(area: str, resource: str, r: dict[str, Any]) -> dict[str, Any]:
    return next(s for s in _statements(area, r) if s["Resource"] == {"Fn::GetAtt": [resource, "Arn"]})


def _feeding(r: dict[str, Any]) -> dict[str, Any]:
    return next(s for s in _statements("Events", r) if isinstance(s["Resource"], list))


PLANTED: list[tuple[Rule, Plant]] = [
    (nothing_needed_is_missing, lambda r: _statement("Verify", "OrdersTable", r)["Action"].remove("dynamodb:PutItem")),
    (nothing_needed_is_missing, lambda r: _statement("Expire", "ClaimsTable", r)["Action"].clear()),
    (
        nothing_needed_is_missing,
        lambda r: r["ClaimRole"]["Properties"]["Policies"][0]["PolicyDocument"]["Statement"].pop(),
    ),
    (
        nothing_allowed_is_superfluous,
        lambda r: _statement("Catalog", "CatalogTable", r)["Action"].append("dynamodb:PutItem"),
    ),
    (nothing_allowed_is_superfluous, lambda r: _statement("Claim", "ClaimsTable", r)["Action"].append("dynamodb:Scan")),
    (nothing_else_is_allowed, lambda r: _statement("Claim", "ClaimsTable", r)["Action"].append("dynamodb:*")),
    (nothing_else_is_allowed, lambda r: _statement("Claim", "ClaimsTable", r).update(Resource="*")),
    (nothing_else_is_allowed, lambda r: _statement("Claim", "ClaimLogGroup", r).update(Action="logs:PutLogEvents")),
    (nothing_else_is_allowed, lambda r: _statement("Admin", "ClaimsTable", r)["Action"].append("sns:Publish")),
    (nothing_else_is_allowed, lambda r: _feeding(r)["Action"].remove("dynamodb:GetRecords")),
    (nothing_else_is_allowed, lambda r: _feeding(r)["Resource"].pop()),
    (nothing_else_is_allowed, lambda r: _feeding(r)["Action"].append("dynamodb:Scan")),
    (nothing_else_is_allowed, lambda r: _statements("Events", r).pop()),
    (nothing_else_is_allowed, lambda r: _statement("Events", "EventBus", r).update(Resource="*")),
    (nothing_needed_is_missing, lambda r: _statement("Events", "EventBus", r).update(Action=[])),
    (
        each_function_has_its_own_role,
        lambda r: r["ClaimFunction"]["Properties"].update(Role={"Fn::GetAtt": ["AdminRole", "Arn"]}),
    ),
    (each_function_has_its_own_role, lambda r: r["ClaimRole"]["Properties"]["ManagedPolicyArns"].append("Admin")),
    (
        each_function_has_its_own_role,
        lambda r: r["TracePolicy"]["Properties"]["PolicyDocument"]["Statement"][0].update(Action=["dynamodb:Scan"]),
    ),
]
RULES = list(dict.fromkeys(rule for rule, _ in PLANTED))


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_the_template_keeps_the_rule(rule: Rule) -> None:
    """Nothing offends it."""
    assert list(rule(template())) == []


@pytest.mark.parametrize(("rule", "plant"), PLANTED)
def test_the_rule_sees_a_planted_mistake(rule: Rule, plant: Plant) -> None:
    """One wrong thing in a copy is named."""
    assert list(rule(spoiled(plant)))


def test_a_transaction_needs_the_verbs_of_its_parts() -> None:
    """There is no permission of its own to write a transaction."""
    part = {"TableName": "T"}
    parts = [{"Put": part}, {"Update": part}, {"Delete": part}, {"ConditionCheck": part}]
    found = set(requests_of("TransactWriteItems", {"TransactItems": parts}))
    assert found == {("PutItem", "T"), ("UpdateItem", "T"), ("DeleteItem", "T"), ("ConditionCheckItem", "T")}


def test_every_function_was_seen_at_work() -> None:
    """The cases reach all six, those of the schedule and the streams too."""
    assert {area for area, _, _ in needed()} == set(AREAS)

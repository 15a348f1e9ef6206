"""Each function may do what its code does and nothing else: by verb, table, leading key and, if stated, attribute.

The requests of the code are recorded while the cases of the API suite are played; they cover every route with every
answer. A transaction needs the verbs of its parts. A request that no case sends would be an AccessDenied on AWS only,
since the local cloud ignores leading keys; rare_cases.py has the requests that only whole seasons send.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Any

import pytest

from tests.api.all_cases import CASES
from tests.api.authorised import Request, requests_of
from tests.api.cases import outcome
from tests.api.stage import Call, stage
from tests.template.policies import like, permissions, statements
from tests.template.stack import AREAS, Planted, Template, rule_tests

pytestmark = pytest.mark.timeout(600)
"""Whichever test is the first plays every case of the API suite."""
SERVICES = {
    "dynamodb": {"CatalogTable", "ClaimsTable", "OrdersTable", "PointsTable"},
    "secretsmanager": {"KeysSecret"},
    "events": {"EventBus"},
    "sqs": {"FailedEventsQueue"},
    "s3": {"DrawBucket"},
}
FED = dict.fromkeys(("events", "count"), ("ClaimsTable", "OrdersTable", "PointsTable"))
FEEDING = {
    *(
        (area, verb, f"{table}.StreamArn")
        for area, tables in FED.items()
        for table in tables
        for verb in ("DescribeStream", "GetRecords", "GetShardIterator", "ListStreams")
    ),
    ("events", "SendMessage", "FailedEventsQueue"),
}
"""Actions of Lambda itself: it reads the streams for `events` and `count`, and sends batches of `events` that failed to
the queue."""
TRACES = {"xray:PutTraceSegments", "xray:PutTelemetryRecords"}


WRITES = ("PutItem", "UpdateItem", "DeleteItem", "BatchWriteItem")


@cache
def needed() -> frozenset[Call]:
    """Function and request of all requests to AWS in any case."""
    return frozenset(call for case in CASES for call in outcome(case).log.calls)


def nothing_needed_is_missing(t: Template) -> Iterator[str]:
    """A request that no statement of the function's role allows would be a 500 on AWS."""
    roles = {area: list(statements(t, area)) for area in AREAS}
    for area, request in sorted(needed(), key=str):
        if not any(statement.allows(request) for statement in roles[area]):
            yield f"{area} {request.verb} {request.resource} {sorted(request.keys)} {sorted(request.attributes)}"


def nothing_allowed_is_superfluous(t: Template) -> Iterator[str]:
    """Every allowed verb, kind of key and attribute is needed by a request."""
    for area in AREAS:
        asked = [request for role, request in needed() if role == area]
        for statement in statements(t, area):
            for resource in statement.resources:
                if resource not in SERVICES.get(statement.actions[0].partition(":")[0], set()):
                    continue
                taken = [r for r in asked if r.resource == resource and statement.allows(r)]
                for verb in statement.verbs:
                    keys = {key for r in taken if r.verb == verb for key in r.keys}
                    idle = [pattern for pattern in statement.keys if not any(like(key, (pattern,)) for key in keys)]
                    yield from (f"{area} {verb} {resource} {pattern}" for pattern in idle)
                    if verb not in {r.verb for r in taken}:
                        yield f"{area} {verb} {resource}"
                named = frozenset[str]().union(*(r.attributes for r in taken))
                yield from (f"{area} {resource} {name}" for name in statement.attributes if name not in named)


def catalog_is_shared_by_keys(t: Template) -> Iterator[str]:
    """Each verb on the catalog table names prefixes of keys, each of one kind; there is no other condition."""
    for area in AREAS:
        for statement in statements(t, area):
            yield from (f"{area}: a condition {other}" for other in statement.others)
            if "CatalogTable" in statement.resources and not statement.keys:
                yield f"{area}: any key for {statement.verbs}"
            for pattern in statement.keys:
                if "*" in pattern.removesuffix("#*"):
                    yield f"{area}: {pattern} is of many kinds"


def nobody_outside_lists_claims(t: Template) -> Iterator[str]:
    """Who answers the public, citizens and merchants lists slots of the claims table and nothing else."""
    for area in ("catalog", "claim", "verify"):
        for statement in statements(t, area):
            listing = "ClaimsTable" in statement.resources and "Query" in statement.verbs
            if listing and set(statement.keys) != {"SLOTS#*"}:
                yield f"{area} may list claims"


def what_operators_write_is_claimed_by_attribute(t: Template) -> Iterator[str]:
    """The role of `claim` names the attributes that it may change of items that operators write too."""
    theirs = {key for s in statements(t, "admin") if set(s.verbs) & set(WRITES) for key in s.keys}
    for statement in statements(t, "claim"):
        shared = theirs & set(statement.keys) if set(statement.verbs) & set(WRITES) else set()
        if shared and not statement.attributes:
            yield f"claim may change anything in {sorted(shared)}"


def nothing_else_is_allowed(t: Template) -> Iterator[str]:
    """Tables, the keys' secret, the bus and the function's own log group, each by name; no star, no other service.

    For the streams it allows exactly what Lambda needs.
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
    """Only Lambda assumes it; the shared policy allows traces and nothing else."""
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


def _on_catalog(area: str, verb: str, r: dict[str, Any], place: int = 0) -> dict[str, Any]:
    """The `place`-th statement for this verb."""
    found = [s for s in _statements(area, r) if s["Action"] == f"dynamodb:{verb}"]
    return [s for s in found if s["Resource"] == {"Fn::GetAtt": ["CatalogTable", "Arn"]}][place]


def _keys(statement: dict[str, Any]) -> list[str]:
    found: list[str] = statement["Condition"]["ForAllValues:StringLike"]["dynamodb:LeadingKeys"]
    return found


def _attributes(statement: dict[str, Any]) -> list[str]:
    found: list[str] = statement["Condition"]["ForAllValues:StringEquals"]["dynamodb:Attributes"]
    return found


def _feeding(r: dict[str, Any]) -> dict[str, Any]:
    return next(s for s in _statements("Events", r) if isinstance(s["Resource"], list))


PLANTED: Planted = [
    (nothing_needed_is_missing, lambda r: _statement("Verify", "OrdersTable", r)["Action"].remove("dynamodb:PutItem")),
    (nothing_needed_is_missing, lambda r: _statement("Expire", "ClaimsTable", r)["Action"].clear()),
    (nothing_needed_is_missing, lambda r: _keys(_on_catalog("Claim", "GetItem", r)).remove("NUMBER#*")),
    (nothing_needed_is_missing, lambda r: _keys(_on_catalog("Expire", "PutItem", r)).remove("LEDGER#*")),
    (nothing_needed_is_missing, lambda r: _attributes(_on_catalog("Claim", "UpdateItem", r, 2)).remove("round")),
    (nothing_allowed_is_superfluous, lambda r: _keys(_on_catalog("Catalog", "GetItem", r)).append("FUNDER#*")),
    (nothing_allowed_is_superfluous, lambda r: _attributes(_on_catalog("Claim", "UpdateItem", r, 2)).append("paused")),
    (nothing_allowed_is_superfluous, lambda r: _keys(_on_catalog("Claim", "UpdateItem", r, 1)).append("BATCH#*")),
    (catalog_is_shared_by_keys, lambda r: _on_catalog("Verify", "Query", r).pop("Condition")),
    (catalog_is_shared_by_keys, lambda r: _keys(_on_catalog("Verify", "Query", r)).append("*")),
    (
        catalog_is_shared_by_keys,
        lambda r: _on_catalog("Verify", "Query", r)["Condition"].update(Null={"dynamodb:LeadingKeys": "false"}),
    ),
    (nobody_outside_lists_claims, lambda r: _statement("Verify", "ClaimsTable", r)["Action"].append("dynamodb:Query")),
    (
        what_operators_write_is_claimed_by_attribute,
        lambda r: _on_catalog("Claim", "UpdateItem", r, 2)["Condition"].pop("ForAllValues:StringEquals"),
    ),
    (
        what_operators_write_is_claimed_by_attribute,
        lambda r: _keys(_on_catalog("Claim", "UpdateItem", r)).append("CAMPAIGN#*"),
    ),
    (
        nothing_needed_is_missing,
        lambda r: r["ClaimRole"]["Properties"]["Policies"][0]["PolicyDocument"]["Statement"].pop(),
    ),
    (
        nothing_allowed_is_superfluous,
        lambda r: _statement("Catalog", "CatalogTable", r).update(Action=["dynamodb:GetItem", "dynamodb:PutItem"]),
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
TestRules = rule_tests(PLANTED)


def test_what_a_request_is_allowed_by() -> None:
    """A transaction's parts one by one; keys and attributes of items, keys and expressions, paths and placeholders."""
    key = {"pk": {"S": "A#1"}, "sk": {"S": "x"}}
    put = {"TableName": "T", "Item": {**key, "n": {"N": "1"}}, "ConditionExpression": "attribute_not_exists(m.deep)"}
    update = {
        "TableName": "T",
        "Key": {**key, "pk": {"S": "B"}},
        "UpdateExpression": "SET #state = :open, a = if_not_exists(a, :none) ADD remaining :a",
        "ConditionExpression": "(NOT #0 = :q OR q2 >= :q) AND begins_with(sk, :p)",
        "ExpressionAttributeNames": {"#state": "state", "#0": "sold-out"},
    }
    parts = [{"Put": put}, {"Update": update}, {"Delete": update}, {"ConditionCheck": put}]
    updated = frozenset({"pk", "sk", "state", "a", "remaining", "sold-out", "q2"})
    assert list(requests_of("TransactWriteItems", {"TransactItems": parts})) == [
        Request("PutItem", "T", frozenset({"A#1"}), frozenset({"pk", "sk", "n", "m"})),
        Request("UpdateItem", "T", frozenset({"B"}), updated),
        Request("DeleteItem", "T", frozenset({"B"}), updated),
        Request("ConditionCheckItem", "T", frozenset({"A#1"}), frozenset({"pk", "sk", "n", "m"})),
    ]
    both = {"T": {"Keys": [key, update["Key"]]}}
    assert list(requests_of("BatchGetItem", {"RequestItems": both})) == [
        Request("BatchGetItem", "T", frozenset({"A#1", "B"}), frozenset({"pk", "sk"}))
    ]


def test_every_function_was_seen_at_work() -> None:
    """The cases reach all nine, those of the schedules and the streams too."""
    assert {area for area, _ in needed()} == set(AREAS)


def test_a_request_that_its_role_does_not_list_is_a_fault() -> None:
    """In every test of the API suite, since all of them must end without faults."""
    with stage() as s:
        key = {"pk": {"S": "MERCHANT#diner"}, "sk": {"S": "RECORD"}}
        for s.area in ("", "claim"):
            assert s.log.faults == []
            s.environments["claim"].client.get_item(TableName="CatalogTable", Key=key)
        request = Request("GetItem", "CatalogTable", frozenset({"MERCHANT#diner"}), frozenset(key))
        assert s.log.faults == [f"claim may not {request}"]

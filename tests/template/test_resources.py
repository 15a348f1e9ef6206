"""Functions, tables, logs and alarms of the template are as decided, and variables are those that the code reads."""

from __future__ import annotations

import importlib
import json
import re
from collections.abc import Iterator
from typing import Any

import pytest

from coupons.process.services import Services
from coupons.web.metrics import DAMAGED
from tests.api.all_cases import CASES
from tests.api.cases import outcome
from tests.api.stage import Settings
from tests.template.stack import (
    AREAS,
    TABLES,
    Plant,
    Planted,
    Template,
    default,
    function,
    resources,
    rule_tests,
)

pytestmark = pytest.mark.timeout(600)
"""Whichever test is the first plays every case of the API suite."""
KEYS = {"pk": "HASH", "sk": "RANGE"}
BY_POWERTOOLS = {"POWERTOOLS_SERVICE_NAME", "POWERTOOLS_METRICS_NAMESPACE", "POWERTOOLS_LOG_LEVEL"}
LOGGED = {
    *("requestId", "identity.sourceIp", "requestTime", "routeKey", "status", "responseLatency", "integrationLatency"),
    *("responseLength", "error.message", "authorizer.error"),
}
"""What the gateway logs of a request; the function's own line has the rest, with persons hashed."""
LAPTOPS = {"SWEEP_WORKERS"}
"""Its default is right on AWS; tests set it for an engine that is not atomic across threads."""


def read(area: str) -> set[str]:
    """The variables that the function read, in any case of the API suite and for its clock."""
    clock = Settings({})
    Services(clock)
    return clock.read.union(*(outcome(case).log.settings[area].read for case in CASES))


AS_DECIDED = {
    "DeletionProtectionEnabled": True,
    "BillingMode": "PAY_PER_REQUEST",
    "PointInTimeRecoverySpecification": {"PointInTimeRecoveryEnabled": True},
    "SSESpecification": {"SSEEnabled": True},
    "TimeToLiveSpecification": None,
    "GlobalSecondaryIndexes": None,
    "LocalSecondaryIndexes": None,
}


def tables_are_as_decided(t: Template) -> Iterator[str]:
    """All four: protected, on demand, recoverable, encrypted, kept when the stack is deleted; no index, no TTL."""
    if set(resources(t, "AWS::DynamoDB::Table")) != set(TABLES):
        yield "other tables than the four"
    for name, table in resources(t, "AWS::DynamoDB::Table").items():
        yield from (f"{name} has another {key}" for key, value in AS_DECIDED.items() if table.get(key) != value)
        whole = t["Resources"][name]
        if (whole.get("DeletionPolicy"), whole.get("UpdateReplacePolicy")) != ("Retain", "Retain"):
            yield f"{name} goes with the stack"


def tables_have_the_stores_keys(t: Template) -> Iterator[str]:
    """pk and sk, both text."""
    for name, table in resources(t, "AWS::DynamoDB::Table").items():
        if {key["AttributeName"]: key["KeyType"] for key in table["KeySchema"]} != KEYS:
            yield f"{name} has other keys"
        if {a["AttributeName"]: a["AttributeType"] for a in table["AttributeDefinitions"]} != dict.fromkeys(KEYS, "S"):
            yield f"{name} has other attributes"


def hot_tables_can_be_warmed(t: Template) -> Iterator[str]:
    """`catalog` and `claims` have the load of the opening minute, so their warm throughput is a parameter."""
    wanted = {
        "ReadUnitsPerSecond": {"Ref": "WarmReadUnitsPerSecond"},
        "WriteUnitsPerSecond": {"Ref": "WarmWriteUnitsPerSecond"},
    }
    for name in ("CatalogTable", "ClaimsTable"):
        if resources(t, "AWS::DynamoDB::Table")[name].get("WarmThroughput") != wanted:
            yield f"{name} is not warmed"


def functions_run_as_decided(t: Template) -> Iterator[str]:
    """Python 3.13 on arm64 with traces, an existing handler, and a timeout that the claim protocol allows."""
    for area in AREAS:
        found = function(t, area)
        if (found["Runtime"], found["Architectures"], found["Tracing"]) != ("python3.13", ["arm64"], "Active"):
            yield f"{area} runs otherwise"
        if found["CodeUri"] != "functions/":
            yield f"{area} has other code"
        module, _, name = found["Handler"].partition(".")
        if module != area or not callable(getattr(importlib.import_module(module), name, None)):
            yield f"{area} has no handler {found['Handler']}"
    if function(t, "claim")["Timeout"] > 10:
        yield "claim runs longer than the fence waits out"


def functions_get_the_variables_they_read(t: Template) -> Iterator[str]:
    """Each variable that is read is set, and each that is set is read."""
    for area in AREAS:
        given = set(function(t, area)["Environment"]["Variables"])
        yield from (
            f"{area} is given {name} and does not read it" for name in sorted(given - read(area) - BY_POWERTOOLS)
        )
        yield from (f"{area} reads {name}" for name in sorted((read(area) | BY_POWERTOOLS) - given - LAPTOPS))


def variables_name_their_resource(t: Template) -> Iterator[str]:
    """A table's variable names that table, and the service has the function's name."""
    for area in AREAS:
        variables = function(t, area)["Environment"]["Variables"]
        for name, value in variables.items():
            if name.endswith("_TABLE") and value != {"Ref": f"{name.removesuffix('_TABLE').capitalize()}Table"}:
                yield f"{area}: {name} is {value}"
        if variables.get("POWERTOOLS_SERVICE_NAME") != area:
            yield f"{area} has another service name"
        if variables.get("TEST_CLOCK_FILE") != {"Ref": "TestClockFile"}:
            yield f"{area} has a clock of its own"


def the_test_clock_is_the_laptops(t: Template) -> Iterator[str]:
    """The clock file is empty by default, and a rule refuses it for any stage but `local`."""
    if t["Parameters"]["TestClockFile"]["Default"] != "" or t["Parameters"]["Stage"]["Default"] == "local":
        yield "a test clock by default"
    rule = t["Rules"]["TestClockOnlyLocally"]
    (assertion,) = rule["Assertions"]
    wanted = {"Fn::Not": [{"Fn::Equals": [{"Ref": "Stage"}, "local"]}]}
    if rule["RuleCondition"] != wanted or assertion["Assert"] != {"Fn::Equals": [{"Ref": "TestClockFile"}, ""]}:
        yield "the test clock is not refused"


def logs_are_kept_for_a_time(t: Template) -> Iterator[str]:
    """Every function and the API log to a declared log group with a retention."""
    groups = resources(t, "AWS::Logs::LogGroup")
    for name, group in groups.items():
        if group.get("RetentionInDays") != {"Ref": "LogRetentionDays"}:
            yield f"{name} keeps its logs for ever"
    for area in AREAS:
        wanted = f"{area.capitalize()}LogGroup"
        if function(t, area).get("LoggingConfig") != {"LogGroup": {"Ref": wanted}} or wanted not in groups:
            yield f"{area} logs elsewhere"
    settings = resources(t, "AWS::Serverless::HttpApi")["Api"]["AccessLogSettings"]
    if settings["DestinationArn"] != {"Fn::GetAtt": ["ApiLogGroup", "Arn"]}:
        yield "the API logs elsewhere"
    if set(re.findall(r"[$]context[.]([A-Za-z.]+)", settings["Format"])) != LOGGED:
        yield "the API logs other facts, of paths perhaps, or of whom a token names"


def alarms_watch_everything(t: Template) -> Iterator[str]:
    """Errors and throttles of each function and table, the schedule, the API's 5xx; each alarm notifies the topic."""
    alarms = resources(t, "AWS::CloudWatch::Alarm")
    watched = {json.dumps([a.get("MetricName"), a.get("Dimensions")]) for a in alarms.values()}
    for area in AREAS:
        of = [{"Name": "FunctionName", "Value": {"Ref": f"{area.capitalize()}Function"}}]
        for metric in ("Errors", "Throttles"):
            if json.dumps([metric, of]) not in watched:
                yield f"nobody watches {metric} of {area}"
    yield from (
        f"nobody watches whether the schedule of {area} runs"
        for area in ("Expire", "Draw")
        if json.dumps(["Invocations", [{"Name": "FunctionName", "Value": {"Ref": f"{area}Function"}}]]) not in watched
    )
    if json.dumps(["5xx", [{"Name": "ApiId", "Value": {"Ref": "Api"}}]]) not in watched:
        yield "nobody watches the API's 5xx"
    queries = [json.dumps(alarm.get("Metrics")) for alarm in alarms.values()]
    if not any(f'SUM({DAMAGED}) FROM SCHEMA(\\"CouponSeason/${{Stage}}\\", service)' in query for query in queries):
        yield "nobody watches what is damaged"
    for table in TABLES:
        for metric in ("ThrottledRequests", "SystemErrors"):
            if not any(f"SUM({metric}) FROM" in query and f"'${{{table}}}'" in query for query in queries):
                yield f"nobody watches {metric} of {table}"
    yield from (f"{n} tells nobody" for n, a in alarms.items() if a.get("AlarmActions") != [{"Ref": "AlarmTopic"}])


def the_schedules_run_every_minute(t: Template) -> Iterator[str]:
    """It is the only event of `expire`, and of `draw`."""
    for area in ("expire", "draw"):
        (event,) = function(t, area)["Events"].values()
        if event["Type"] != "Schedule" or event["Properties"]["Schedule"] != "rate(1 minute)":
            yield f"{area} has another schedule"
        if not event["Properties"].get("Enabled"):
            yield f"the schedule of {area} is off"


def keys_are_made_and_kept(t: Template) -> Iterator[str]:
    """The secret is generated with version 1, is long enough, and stays when the stack is deleted."""
    whole = t["Resources"]["KeysSecret"]
    made = whole["Properties"]["GenerateSecretString"]
    if (made["GenerateStringKey"], made["SecretStringTemplate"]) != ("1", "{}") or made["PasswordLength"] < 64:
        yield "the keys are made otherwise"
    if (whole.get("DeletionPolicy"), whole.get("UpdateReplacePolicy")) != ("Retain", "Retain"):
        yield "the keys go with the stack"


def _of(name: str, **changes: object) -> Plant:
    return lambda r: r[name]["Properties"].update(changes)


def _without(name: str, what: str) -> Plant:
    return lambda r: r[name]["Properties"].pop(what)


def _variable(function: str, **changes: object) -> Plant:
    return lambda r: r[function]["Properties"]["Environment"]["Variables"].update(changes)


PLANTED: Planted = [
    (tables_have_the_stores_keys, _of("ClaimsTable", KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}])),
    (tables_have_the_stores_keys, _of("ClaimsTable", AttributeDefinitions=[])),
    (tables_are_as_decided, _of("ClaimsTable", BillingMode="PROVISIONED")),
    (tables_are_as_decided, _without("PointsTable", "DeletionProtectionEnabled")),
    (tables_are_as_decided, _of("PointsTable", DeletionProtectionEnabled=False)),
    (tables_are_as_decided, _without("OrdersTable", "PointInTimeRecoverySpecification")),
    (tables_are_as_decided, _without("OrdersTable", "SSESpecification")),
    (tables_are_as_decided, lambda r: r["OrdersTable"].pop("DeletionPolicy")),
    (tables_are_as_decided, _of("ClaimsTable", TimeToLiveSpecification={"Enabled": True, "AttributeName": "e"})),
    (tables_are_as_decided, _of("ClaimsTable", GlobalSecondaryIndexes=[{}])),
    (tables_are_as_decided, lambda r: r.pop("PointsTable")),
    (hot_tables_can_be_warmed, _without("ClaimsTable", "WarmThroughput")),
    (functions_run_as_decided, _of("ClaimFunction", Runtime="python3.12")),
    (functions_run_as_decided, _of("ClaimFunction", Architectures=["x86_64"])),
    (functions_run_as_decided, _of("ClaimFunction", Tracing="PassThrough")),
    (functions_run_as_decided, _of("ClaimFunction", Handler="claim.run")),
    (functions_run_as_decided, _of("ClaimFunction", Timeout=11)),
    (functions_get_the_variables_they_read, _variable("CatalogFunction", ORDERS_TABLE={"Ref": "OrdersTable"})),
    (
        functions_get_the_variables_they_read,
        lambda r: r["VerifyFunction"]["Properties"]["Environment"]["Variables"].pop("ORDERS_TABLE"),
    ),
    (variables_name_their_resource, _variable("ClaimFunction", CLAIMS_TABLE={"Ref": "CatalogTable"})),
    (variables_name_their_resource, _variable("ClaimFunction", POWERTOOLS_SERVICE_NAME="verify")),
    (variables_name_their_resource, _variable("ClaimFunction", TEST_CLOCK_FILE="clock.json")),
    (logs_are_kept_for_a_time, _without("ClaimLogGroup", "RetentionInDays")),
    (logs_are_kept_for_a_time, _without("ClaimFunction", "LoggingConfig")),
    (logs_are_kept_for_a_time, lambda r: _access_log(r).update(Format=_access_log(r)["Format"] + "$context.path")),
    (
        logs_are_kept_for_a_time,
        lambda r: _access_log(r).update(Format=_access_log(r)["Format"].replace("identity.sourceIp", "requestId")),
    ),
    (alarms_watch_everything, lambda r: r.pop("ExpireErrorsAlarm")),
    (alarms_watch_everything, lambda r: r.pop("ClaimThrottlesAlarm")),
    (alarms_watch_everything, lambda r: r.pop("OrdersTableThrottlesAlarm")),
    (alarms_watch_everything, lambda r: r.pop("ScheduleAlarm")),
    (alarms_watch_everything, lambda r: r.pop("ApiServerErrorsAlarm")),
    (alarms_watch_everything, lambda r: r.pop("DamagedItemsAlarm")),
    (alarms_watch_everything, _without("ClaimErrorsAlarm", "AlarmActions")),
    (alarms_watch_everything, lambda r: r.pop("DrawScheduleAlarm")),
    (the_schedules_run_every_minute, lambda r: _schedule(r).update(Schedule="rate(5 minutes)")),
    (the_schedules_run_every_minute, lambda r: _schedule(r).update(Enabled=False)),
    (the_schedules_run_every_minute, lambda r: _schedule(r, "Draw").update(Enabled=False)),
    (keys_are_made_and_kept, lambda r: r["KeysSecret"].pop("DeletionPolicy")),
    (keys_are_made_and_kept, lambda r: r["KeysSecret"]["Properties"]["GenerateSecretString"].update(PasswordLength=16)),
]


def _access_log(r: dict[str, Any]) -> dict[str, Any]:
    return r["Api"]["Properties"]["AccessLogSettings"]


def _schedule(r: dict[str, Any], area: str = "Expire") -> dict[str, Any]:
    return r[f"{area}Function"]["Properties"]["Events"]["EveryMinute"]["Properties"]


PLANTED_CLOCK: Planted = [
    (
        the_test_clock_is_the_laptops,
        lambda t: t["Rules"]["TestClockOnlyLocally"].update(RuleCondition={"Fn::Equals": ["a", "b"]}),
    ),
    (the_test_clock_is_the_laptops, default("TestClockFile", "clock.json")),
    (the_test_clock_is_the_laptops, default("Stage", "local")),
]
TestRules = rule_tests(PLANTED, PLANTED_CLOCK)

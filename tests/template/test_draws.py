"""Draws of lotteries: their function has time, and their files stay as they were written."""

from __future__ import annotations

import json
from collections.abc import Iterator

from draw import WORK_S
from tests.template.stack import AREAS, Plant, Planted, Template, default, function, rule_tests


def draws_have_time_and_a_processor(t: Template) -> Iterator[str]:
    """A call of `draw` ends its last piece of work in the rest of its time; others of `expire` never wait for it."""
    found = function(t, "draw")
    if (found["Timeout"], found["MemorySize"]) != (900, 1769):
        yield "draw has less"
    if found["Timeout"] < 3 * WORK_S:
        yield "a call of draw may be cut off"
    if found.get("ReservedConcurrentExecutions") != {
        "Fn::If": ["CapsDraw", {"Ref": "DrawConcurrencyMax"}, {"Ref": "AWS::NoValue"}]
    }:
        yield "draw takes environments of others"


LOCKED = {
    "ObjectLockEnabled": "Enabled",
    "Rule": {"DefaultRetention": {"Mode": {"Ref": "DrawLockMode"}, "Days": {"Ref": "DrawLockDays"}}},
}


def files_of_draws_stay(t: Template) -> Iterator[str]:
    """Locked, with versions, encrypted, closed to the public, kept when the stack is deleted, and never replaced."""
    whole = t["Resources"]["DrawBucket"]
    bucket = whole["Properties"]
    if (whole.get("DeletionPolicy"), whole.get("UpdateReplacePolicy")) != ("Retain", "Retain"):
        yield "the files go with the stack"
    if bucket.get("ObjectLockEnabled") is not True or bucket.get("ObjectLockConfiguration") != LOCKED:
        yield "the files can be deleted"
    if t["Parameters"]["DrawLockMode"]["AllowedValues"] != ["GOVERNANCE", "COMPLIANCE"]:
        yield "another lock"
    if bucket.get("VersioningConfiguration") != {"Status": "Enabled"}:
        yield "a file can be replaced"
    if not all(bucket.get("PublicAccessBlockConfiguration", {"": False}).values()):
        yield "the public may list them"
    if "BucketEncryption" not in bucket:
        yield "the files are not encrypted"
    denied = t["Resources"]["DrawBucketPolicy"]["Properties"]["PolicyDocument"]["Statement"]
    if {json.dumps([s["Effect"], s["Action"], s["Condition"]]) for s in denied} != {
        json.dumps(["Deny", "s3:PutObject", {"Null": {"s3:if-none-match": "true"}}]),
        json.dumps(["Deny", "s3:*", {"Bool": {"aws:SecureTransport": "false"}}]),
    }:
        yield "a put may replace a file, or travel in clear"


def the_draw_folder_is_the_laptops(t: Template) -> Iterator[str]:
    """Empty by default, and refused for any stage but `local`; with it no file goes to the bucket."""
    rule = t["Rules"]["DrawFolderOnlyLocally"]
    (assertion,) = rule["Assertions"]
    wanted = {"Fn::Not": [{"Fn::Equals": [{"Ref": "Stage"}, "local"]}]}
    if rule["RuleCondition"] != wanted or assertion["Assert"] != {"Fn::Equals": [{"Ref": "DrawFolder"}, ""]}:
        yield "the folder is not refused"
    if t["Parameters"]["DrawFolder"]["Default"] != "":
        yield "a folder by default"
    places = {json.dumps(function(t, area)["Environment"]["Variables"].get("DRAW_FILES")) for area in AREAS}
    folder, bucket = {"Fn::Sub": "folder:${DrawFolder}"}, {"Fn::Sub": "s3:${DrawBucket}"}
    if places - {"null"} != {json.dumps({"Fn::If": ["HasDrawFolder", folder, bucket]})}:
        yield "files are elsewhere"


def _of(name: str, **changes: object) -> Plant:
    return lambda r: r[name]["Properties"].update(changes)


def _without(name: str, what: str) -> Plant:
    return lambda r: r[name]["Properties"].pop(what)


PLANTED: Planted = [
    (draws_have_time_and_a_processor, _of("DrawFunction", Timeout=300)),
    (draws_have_time_and_a_processor, _of("DrawFunction", MemorySize=512)),
    (draws_have_time_and_a_processor, _without("DrawFunction", "ReservedConcurrentExecutions")),
    (files_of_draws_stay, lambda r: r["DrawBucket"].pop("DeletionPolicy")),
    (files_of_draws_stay, _without("DrawBucket", "ObjectLockConfiguration")),
    (files_of_draws_stay, _of("DrawBucket", ObjectLockEnabled=False)),
    (files_of_draws_stay, _without("DrawBucket", "VersioningConfiguration")),
    (files_of_draws_stay, _without("DrawBucket", "PublicAccessBlockConfiguration")),
    (files_of_draws_stay, _without("DrawBucket", "BucketEncryption")),
    (
        files_of_draws_stay,
        lambda r: r["DrawBucketPolicy"]["Properties"]["PolicyDocument"]["Statement"].pop(0),
    ),
    (
        the_draw_folder_is_the_laptops,
        lambda r: r["DrawFunction"]["Properties"]["Environment"]["Variables"].update(DRAW_FILES="folder:/tmp"),
    ),
]
PLANTED_FOLDER: Planted = [
    (the_draw_folder_is_the_laptops, default("DrawFolder", "/tmp")),
    (
        the_draw_folder_is_the_laptops,
        lambda t: t["Rules"]["DrawFolderOnlyLocally"].update(RuleCondition={"Fn::Equals": ["a", "b"]}),
    ),
]
TestRules = rule_tests(PLANTED, PLANTED_FOLDER)

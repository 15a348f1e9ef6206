"""Alarms are encrypted and still delivered: CloudWatch may use the topic's key, and no other service may."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from tests.template.stack import Planted, Template, resources, rule_tests

PUBLISHER = {"Service": "cloudwatch.amazonaws.com"}
NEEDED = ["kms:GenerateDataKey*", "kms:Decrypt"]
OURS = {"StringEquals": {"aws:SourceAccount": {"Ref": "AWS::AccountId"}}}
OWNER = {"AWS": {"Fn::Sub": "arn:${AWS::Partition}:iam::${AWS::AccountId}:root"}}
TELLING = {"AWS::CloudWatch::Alarm", "AWS::SNS::Subscription"}
"""Resources that may name the topic: alarms, which CloudWatch publishes, and subscriptions."""


def topics_have_a_key_of_ours(t: Template) -> Iterator[str]:
    """A key of the template, not the default key of SNS, whose policy cannot be changed."""
    for name, topic in resources(t, "AWS::SNS::Topic").items():
        key = topic.get("KmsMasterKeyId", {})
        if not isinstance(key, dict) or key.get("Ref") not in resources(t, "AWS::KMS::Key"):
            yield f"{name} is under {key or 'no key'}"


def keys_let_alarms_through(t: Template) -> Iterator[str]:
    """CloudWatch may generate and decrypt data keys for alarms of this account; the account administers the key."""
    for name, key in resources(t, "AWS::KMS::Key").items():
        statements = key["KeyPolicy"]["Statement"]
        alarms = {"Principal": PUBLISHER, "Action": NEEDED, "Condition": OURS}
        administers = {"Principal": OWNER, "Action": "kms:*"}
        decided = [{"Effect": "Allow", "Resource": "*", **one} for one in (administers, alarms)]
        if [{part: value for part, value in one.items() if part != "Sid"} for one in statements] != decided:
            yield f"{name} has another policy"
        if not key.get("EnableKeyRotation"):
            yield f"{name} is never rotated"


def only_alarms_publish(t: Template) -> Iterator[str]:
    """The key's policy does not allow any other publisher."""
    for name, found in t["Resources"].items():
        if found["Type"] not in TELLING and json.dumps({"Ref": "AlarmTopic"}) in json.dumps(found):
            yield f"{name} publishes, and the key does not allow it"


def _key(r: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = r["AlarmKey"]["Properties"]
    return found


PLANTED: Planted = [
    (topics_have_a_key_of_ours, lambda r: r["AlarmTopic"]["Properties"].pop("KmsMasterKeyId")),
    (topics_have_a_key_of_ours, lambda r: r["AlarmTopic"]["Properties"].update(KmsMasterKeyId="alias/aws/sns")),
    (topics_have_a_key_of_ours, lambda r: r["AlarmTopic"]["Properties"].update(KmsMasterKeyId={"Ref": "KeysSecret"})),
    (keys_let_alarms_through, lambda r: _key(r)["KeyPolicy"]["Statement"].pop()),
    (keys_let_alarms_through, lambda r: _key(r)["KeyPolicy"]["Statement"][1]["Action"].remove("kms:Decrypt")),
    (keys_let_alarms_through, lambda r: _key(r)["KeyPolicy"]["Statement"][1].pop("Condition")),
    (keys_let_alarms_through, lambda r: _key(r)["KeyPolicy"]["Statement"][1].update(Principal="*")),
    (keys_let_alarms_through, lambda r: _key(r).pop("EnableKeyRotation")),
    (
        only_alarms_publish,
        lambda r: r["EventBus"]["Properties"].update(DeadLetterConfig={"Arn": {"Ref": "AlarmTopic"}}),
    ),
]


TestRules = rule_tests(PLANTED)

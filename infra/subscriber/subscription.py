"""A queue that a rule of the bus feeds: created if it is absent, polled, and removed on demand.

    bus ──rule: our source──▶ queue ──receive──▶ us ──delete──▶ done

A message that is not deleted within `VISIBILITY_S` comes again. An event is deleted only after it was handled, so a
program that dies in between handles it twice. Therefore, and because the bus delivers at least once, ids are compared.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

RULE_SOURCE = {"source": [{"prefix": "urn:coupon-season:"}]}
VISIBILITY_S = 60
RECEIVE_MAX = 10
_TARGET = "queue"


@dataclass(frozen=True)
class Message:
    """`body` is the CloudEvent; `receipt` deletes the message."""

    body: str
    receipt: str


class Subscription:
    """`events` and `sqs` are boto3 clients; `name` names both the rule and the queue."""

    def __init__(self, events: Any, sqs: Any, *, bus: str, name: str) -> None:
        self._events = events
        self._sqs = sqs
        self._bus = bus
        self._name = name
        self._queue_url = ""

    def begin(self) -> None:
        """The queue gets every event from now on; if it existed, the events since then are still in it."""
        self._queue_url = self._sqs.create_queue(
            QueueName=self._name, Attributes={"VisibilityTimeout": str(VISIBILITY_S)}
        )["QueueUrl"]
        asked = self._sqs.get_queue_attributes(QueueUrl=self._queue_url, AttributeNames=["QueueArn"])
        queue_arn = asked["Attributes"]["QueueArn"]
        rule_arn = self._events.put_rule(
            Name=self._name, EventBusName=self._bus, EventPattern=json.dumps(RULE_SOURCE), State="ENABLED"
        )["RuleArn"]
        self._sqs.set_queue_attributes(QueueUrl=self._queue_url, Attributes={"Policy": _policy(queue_arn, rule_arn)})
        # With this path the message is the CloudEvent alone, without EventBridge's envelope.
        target = {"Id": _TARGET, "Arn": queue_arn, "InputPath": "$.detail"}
        answer = self._events.put_targets(Rule=self._name, EventBusName=self._bus, Targets=[target])
        assert answer["FailedEntryCount"] == 0, answer

    def received(self, wait_s: int) -> Iterator[Message]:
        """At most ten messages that have arrived, or arrive within `wait_s` (at most 20)."""
        answer = self._sqs.receive_message(
            QueueUrl=self._queue_url, MaxNumberOfMessages=RECEIVE_MAX, WaitTimeSeconds=wait_s
        )
        for message in answer.get("Messages", []):
            yield Message(message["Body"], message["ReceiptHandle"])

    def done(self, message: Message) -> None:
        self._sqs.delete_message(QueueUrl=self._queue_url, ReceiptHandle=message.receipt)

    def end(self) -> None:
        """The rule, the queue and its messages are removed."""
        self._events.remove_targets(Rule=self._name, EventBusName=self._bus, Ids=[_TARGET])
        self._events.delete_rule(Name=self._name, EventBusName=self._bus)
        self._sqs.delete_queue(QueueUrl=self._queue_url)


def _policy(queue_arn: str, rule_arn: str) -> str:
    """Only the rule may send to the queue."""
    statement = {
        "Effect": "Allow",
        "Principal": {"Service": "events.amazonaws.com"},
        "Action": "sqs:SendMessage",
        "Resource": queue_arn,
        "Condition": {"ArnEquals": {"aws:SourceArn": rule_arn}},
    }
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})

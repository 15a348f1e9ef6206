"""The subscriber example: it subscribes, reads events alone, drops repeats and forgets no more than it must."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import boto3
import pytest
from moto import mock_aws

from infra.subscriber.__main__ import _clients, _parser, listen, main
from infra.subscriber.inbox import Inbox, NotAnEventError, line_of
from infra.subscriber.subscription import Subscription
from tests.unit.model.test_events import EVERY, IDS, REVERSAL, checked_in, claimed, expiring, moved, slot_events


def test_a_repeat_is_dropped_once_it_was_taken() -> None:
    """Not before: what was read and not handled comes again."""
    inbox, body = Inbox(), claimed().model_dump_json()
    assert inbox.read(body) == inbox.read(body) == claimed()
    inbox.take(claimed())
    assert inbox.read(body) is None
    assert inbox.read(expiring().model_dump_json()) == expiring()


def test_another_installations_event_is_not_a_repeat() -> None:
    """Ids are one source's own."""
    inbox, other = Inbox(), claimed().model_copy(update={"source": "urn:coupon-season:trial"})
    inbox.take(claimed())
    assert inbox.read(other.model_dump_json()) == other


def test_the_oldest_id_is_forgotten_first() -> None:
    """Memory is bounded; a repeat counts as use."""
    inbox = Inbox(remembered_max=2)
    one, two, three = (claimed(ids=(name * 51, IDS[1])) for name in "XYZ")
    inbox.take(one)
    inbox.take(two)
    assert inbox.read(one.model_dump_json()) is None
    inbox.take(three)
    assert inbox.read(one.model_dump_json()) is None
    assert inbox.read(three.model_dump_json()) is None
    assert inbox.read(two.model_dump_json()) == two


@pytest.mark.parametrize("body", ["", "{}", '{"type": "coupon.lost.v1"}', claimed().model_dump_json()[:-2]])
def test_what_is_no_event_is_said(body: str) -> None:
    """With the place of what is wrong where there is one."""
    with pytest.raises(NotAnEventError):
        Inbox().read(body)


def test_a_line_says_what_moved() -> None:
    """One for each type."""
    booked, promoted, cancelled = (event.data.booking_id for event in slot_events())
    assert [line_of(event) for event in [*EVERY, moved(replace(REVERSAL, coupon_returned=False))]] == [
        f"2020-06-06T10:00:00+08:00  coupon.claimed.v1     pack: {IDS[0]} {IDS[1]}",
        f"2020-06-06T10:01:00+08:00  coupon.redeemed.v1    {IDS[0]} by diner o-1: -1000",
        f"2020-06-06T10:01:30+08:00  coupon.reversed.v1    {IDS[0]} by diner o-1 r-1: +1000, the coupon too",
        f"2020-06-17T10:00:00+08:00  coupon.expiring.v1    pack: {IDS[0]} {IDS[1]} until 2020-06-20T10:00:00+08:00",
        "2020-06-06T10:00:00+08:00  announcement.published.v1  season: rain at home from 2020-06-06T08:00:00+08:00",
        f"2020-06-06T10:00:00+08:00  slot.booked.v1        court.2020-06-10.0900: {booked}",
        f"2020-06-06T10:00:00+08:00  slot.promoted.v1      court.2020-06-10.0900: {promoted}",
        f"2020-06-06T10:00:00+08:00  slot.cancelled.v1     court.2020-06-10.0900: {cancelled}",
        f"2020-06-06T10:01:00+08:00  slot.checked-in.v1    {checked_in().data.booking_id} by diner v-1: -1000",
        "2020-06-06T10:00:00+08:00  points.earned.v1      e-1 of diner: 5 sports-points",
        f"2020-06-06T10:01:30+08:00  coupon.reversed.v1    {IDS[0]} by diner o-1 r-1: +1000",
    ]


class Scripted:
    """A subscription that brings the given bodies, one a poll."""

    def __init__(self, *bodies: str) -> None:
        self._bodies = list(bodies)
        self.deleted: list[str] = []

    def received(self, wait_s: int) -> Iterator[Any]:
        yield type("Message", (), {"body": self._bodies.pop(0), "receipt": ""})()

    def done(self, message: Any) -> None:
        self.deleted.append(message.body)


def test_each_event_is_told_once_and_every_message_is_deleted() -> None:
    """Repeats and what cannot be read too, or they would come for ever."""
    one, two = claimed().model_dump_json(), moved().model_dump_json()
    script, lines = Scripted(one, two, one, "garbage", two), []
    listen(script, Inbox(), lines.append, polls_max=5)  # type: ignore[arg-type]
    assert [line.split()[1] for line in lines] == ["coupon.claimed.v1", "coupon.redeemed.v1", "an"]
    assert script.deleted == [one, two, one, "garbage", two]


def test_what_could_not_be_told_is_neither_remembered_nor_deleted() -> None:
    """The program dies while it handles the event: the message comes again, and is an event again."""
    script, inbox = Scripted(claimed().model_dump_json()), Inbox()

    def die(_line: str) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        listen(script, inbox, die, polls_max=1)  # type: ignore[arg-type]
    assert script.deleted == []
    assert inbox.read(claimed().model_dump_json()) == claimed()


@pytest.fixture
def account() -> Iterator[dict[str, Any]]:
    """Clients of an account with a bus."""
    with mock_aws():
        clients = {name: boto3.client(name) for name in ("events", "sqs")}
        clients["events"].create_event_bus(Name="bus")
        yield clients


def test_a_subscription_is_a_rule_that_feeds_a_queue(account: dict[str, Any]) -> None:
    """Of our source only, the event without its envelope, and nobody else may send; twice is once."""
    events, sqs = account["events"], account["sqs"]
    subscription = Subscription(events, sqs, bus="bus", name="me")
    subscription.begin()
    subscription.begin()
    (rule,) = events.list_rules(EventBusName="bus")["Rules"]
    assert json.loads(rule["EventPattern"]) == {"source": [{"prefix": "urn:coupon-season:"}]}
    (target,) = events.list_targets_by_rule(Rule="me", EventBusName="bus")["Targets"]
    assert target["InputPath"] == "$.detail"
    url = sqs.get_queue_url(QueueName="me")["QueueUrl"]
    kept = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["All"])["Attributes"]
    (statement,) = json.loads(kept["Policy"])["Statement"]
    assert statement["Principal"] == {"Service": "events.amazonaws.com"}
    assert statement["Condition"] == {"ArnEquals": {"aws:SourceArn": rule["Arn"]}}
    assert statement["Resource"] == target["Arn"] == kept["QueueArn"]


def test_messages_come_until_they_are_deleted(account: dict[str, Any]) -> None:
    """And at the end rule and queue are gone."""
    events, sqs = account["events"], account["sqs"]
    subscription = Subscription(events, sqs, bus="bus", name="me")
    subscription.begin()
    url = sqs.get_queue_url(QueueName="me")["QueueUrl"]
    sqs.send_message(QueueUrl=url, MessageBody=claimed().model_dump_json())
    (message,) = subscription.received(0)
    assert message.body == claimed().model_dump_json()
    subscription.done(message)
    sqs.set_queue_attributes(QueueUrl=url, Attributes={"VisibilityTimeout": "0"})
    assert list(subscription.received(0)) == []
    subscription.end()
    assert events.list_rules(EventBusName="bus")["Rules"] == []
    assert "QueueUrls" not in sqs.list_queues()


@pytest.mark.parametrize("keep", [False, True])
def test_the_program_asks_for_little(
    account: dict[str, Any], keep: bool, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The bus by name or by its stack; it leaves nothing behind unless it is told to."""
    monkeypatch.setattr("infra.subscriber.__main__._clients", lambda _asked: account.__getitem__)
    assert main(["--bus", "bus", *(["--keep"] if keep else [])], polls_max=0) == 0
    assert len(account["events"].list_rules(EventBusName="bus")["Rules"]) == keep
    outputs = [{"OutputKey": "ApiUrl", "OutputValue": "x"}, {"OutputKey": "EventBusName", "OutputValue": "bus"}]
    formation = type("Formation", (), {"describe_stacks": lambda self, **_: {"Stacks": [{"Outputs": outputs}]}})
    account["cloudformation"] = formation()
    assert main([], polls_max=0) == 0
    assert capsys.readouterr().err == "listening to bus …\n" * 2


def test_without_arguments_it_listens_to_the_local_stack(monkeypatch: pytest.MonkeyPatch) -> None:
    """On the port of `make run`; with a stack's name, to the account."""
    monkeypatch.setenv("PORT", "18080")
    assert _clients(_parser().parse_args([]))("sqs").meta.endpoint_url == "http://127.0.0.1:18081"
    there = _clients(_parser().parse_args(["--stack", "s", "--region", "eu-west-1"]))("sqs")
    assert there.meta.endpoint_url == "https://sqs.eu-west-1.amazonaws.com"

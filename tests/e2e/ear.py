"""A subscriber of the running stack, as the example has it, that tests ask what it has heard."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from time import monotonic

import boto3
from jsonschema import Draft202012Validator

from coupons.model.events import Event
from infra.events.__main__ import documents
from infra.local.cloud import REGION
from infra.local.deploy import STACK
from infra.subscriber.inbox import Inbox
from infra.subscriber.subscription import Subscription
from tests.e2e.local_stack import LocalStack

WITHIN_S = 30


class Ear:
    """A subscriber with its own queue. `hear` waits for events of one batch, each of them once."""

    def __init__(self, subscription: Subscription, batch_id: str) -> None:
        self._subscription = subscription
        self._batch_id = batch_id
        self._inbox = Inbox()

    def hear(self, number: int) -> list[Event]:
        found: list[Event] = []
        deadline_s = monotonic() + WITHIN_S
        while len(found) < number:
            assert monotonic() < deadline_s, f"{number} events, heard {found}"
            for message in self._subscription.received(1):
                event = self._inbox.read(message.body)
                if event is not None and getattr(event.data, "batch_id", None) == self._batch_id:
                    Draft202012Validator(documents()[event.type]).validate(json.loads(message.body))
                    found.append(event)
                    self._inbox.take(event)
                self._subscription.done(message)
        return found


@contextmanager
def listening(stack: LocalStack, batch_id: str, *, keeps: bool = False) -> Iterator[Ear]:
    """An ear for the events of one batch, from now on, or since an earlier one that `keeps` its queue."""
    session = boto3.Session("test", "test", region_name=REGION)
    events, sqs = (session.client(name, endpoint_url=stack.cloud_url) for name in ("events", "sqs"))
    subscription = Subscription(events, sqs, bus=STACK, name=f"ear-of-{batch_id}")
    subscription.begin()
    yield Ear(subscription, batch_id)
    if not keeps:
        subscription.end()
    events.close()
    sqs.close()

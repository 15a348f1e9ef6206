"""The stack for tests at its gateway: each function in an environment of its own, as template.yaml declares it.

A function sees the variables of its own resource in the template and nothing else, so reading another one fails. Every
response is compared with the OpenAPI document. Every request to AWS is recorded with the function that sent it, and is
a fault if its role in the template does not allow it.
"""

from __future__ import annotations

import copy
import json
import random
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from typing import Any
from unittest.mock import patch

import boto3
from moto import mock_aws
from moto.dynamodb.models import dynamodb_backends

import events
import expire
import tests.world
from coupons.process.services import Services, replace_services
from infra.local.tables import create_tables, load_template
from tests.api.authorised import Request, requests_of
from tests.api.declared import Said, undeclared
from tests.bus import Record
from tests.template.policies import Statement, statements
from tests.world import KEYS, TABLES, Answered, World, area_of, send

AREAS = ("catalog", "claim", "verify", "admin", "expire", "events")
Call = tuple[str, Request]
"""Function, and its request to AWS."""


@cache
def template() -> dict[str, Any]:
    """template.yaml, parsed once."""
    return load_template()


def variables(area: str) -> set[str]:
    """The environment variables that the template gives a function."""
    function = template()["Resources"][f"{area.capitalize()}Function"]["Properties"]
    everywhere = template()["Globals"]["Function"]["Environment"]["Variables"]
    return {*everywhere, *function["Environment"]["Variables"]}


@cache
def role(area: str) -> list[Statement]:
    """What the function may do."""
    return list(statements(template(), area))


_LAID_DOWN: dict[str, dict[str, Any]] = {}


class Settings(dict[str, str]):
    """Environment variables that record which were read."""

    def __init__(self, values: dict[str, str]) -> None:
        super().__init__(values)
        self.read: set[str] = set()

    def __getitem__(self, name: str) -> str:
        self.read.add(name)
        return super().__getitem__(name)

    def get(self, name: str, default: Any = None) -> Any:
        self.read.add(name)
        return super().get(name, default)


@dataclass
class Log:
    """What happened on a stage: responses, faults (undeclared or not allowed), requests to AWS, variables read."""

    said: list[Said] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    calls: set[Call] = field(default_factory=set)
    settings: dict[str, Settings] = field(default_factory=dict)


class Stage(World):
    """A World whose functions share only their tables and the clock."""

    def __post_init__(self) -> None:
        self.log = Log()
        self.area = ""
        self.environments: dict[str, Services] = {}
        create_tables(self.client)
        secret = json.dumps({version: master.decode() for version, master in KEYS.masters.items()})
        arn = _client("secretsmanager").create_secret(Name="keys", SecretString=secret)["ARN"]
        _client("events").create_event_bus(Name="bus")
        queue_url = _client("sqs").create_queue(QueueName="queue")["QueueUrl"]
        fixed = {
            "STAGE": "test",
            "EVENT_BUS": "bus",
            "FAILED_EVENTS_QUEUE_URL": queue_url,
            "EXPECTED_ENVIRONMENTS": "8",
        }
        self.settings = {**TABLES, "KEYS_SECRET_ARN": arn, **fixed}
        self.restart()

    def restart(self, *areas: str, client: Any = None) -> None:
        """Start the functions anew (all, if none is named): empty caches, keys not read yet."""
        for area in areas or AREAS:
            given = {name: value for name, value in self.settings.items() if name in variables(area)}
            # moto is not atomic across threads.
            settings = self.log.settings.setdefault(area, Settings({"SWEEP_WORKERS": "1", **given}))
            self.environments[area] = Services(
                settings, clock=self.clock, boto_client=client or self.client, rng=random.Random(1)
            )

    def send(self, made: dict[str, Any]) -> Answered:
        """Send the event to the function of its route, in the environment of that function."""
        route = made["routeKey"]
        with self._acting("catalog" if route == "$default" else area_of(route)):
            answered = send(made)
        self.log.said.append((route, answered.status, answered.slug))
        self.log.faults += undeclared(route, answered)
        return answered

    def published(self, document: dict[str, Any]) -> Stage:
        """This empty stage with a published campaign.

        Publishing takes longer than most tests, so a document's items are copied from its first publishing.
        """
        assert not any(self.items().values())
        content = json.dumps(document)
        if content not in _LAID_DOWN:
            self.publish(document)
            _LAID_DOWN[content] = {name: copy.deepcopy(table.items) for name, table in _tables()}
            self.restart()
        else:
            for name, table in _tables():
                table.items = copy.deepcopy(_LAID_DOWN[content][name])
        return self

    def items(self) -> dict[str, list[dict[str, Any]]]:
        """As in a World, but read from moto directly: to serialize a scan takes moto longer than a whole test."""
        return {
            # Regular JSON is a copy; moto changes the attributes of a stored item in place.
            name: sorted((item.to_regular_json() for item in table.all_items()), key=_by_key)
            for name, table in _tables()
        }

    def tick(self) -> dict[str, Any]:
        """Run the schedule once."""
        with self._acting("expire"):
            return expire.handler({}, None)

    def announce(self, records: list[Record]) -> list[dict[str, Any]]:
        """What the function `events` puts on the bus for these records of the streams."""
        with self._acting("events"):
            events.handler({"Records": records}, None)
        return self.heard.take()

    def note(self, params: dict[str, Any], model: Any, **_: Any) -> None:
        """Before each AWS request (a botocore event): record its sender, and a fault if the role forbids it."""
        if self.area:
            requests = list(requests_of(model.name, params))
            self.log.calls |= {(self.area, request) for request in requests}
            self.log.faults += [
                f"{self.area} may not {request}"
                for request in requests
                if not any(statement.allows(request) for statement in role(self.area))
            ]
        if model.name == "PutEvents":
            self.heard.entries += params["Entries"]
        if model.name == "SendMessage":
            self.heard.failures.append(json.loads(params["MessageBody"]))

    @contextmanager
    def _acting(self, area: str) -> Iterator[None]:
        """Requests to AWS in this block are sent by the function."""
        replace_services(self.environments[area])
        self.area = area
        try:
            yield
        finally:
            self.area = ""


@contextmanager
def stage() -> Iterator[Stage]:
    """An empty stack at the opening minute; meanwhile `Person.send` sends to it."""
    with mock_aws():
        made = Stage(_client("dynamodb"))
        services = [_client(name) for name in ("dynamodb", "secretsmanager", "events", "sqs")]
        for service in services:
            service.meta.events.register("provide-client-params", made.note)
        try:
            with (
                patch.object(tests.world, "send", made.send),
                patch("coupons.stores.remote.boto3.client", _client),
            ):
                yield made
        finally:
            for service in services:
                service.meta.events.unregister("provide-client-params", made.note)


def _tables() -> Iterator[tuple[str, Any]]:
    """The tables of moto by name."""
    (account,) = dynamodb_backends.values()
    yield from account[boto3.Session().region_name].tables.items()


def _by_key(item: dict[str, Any]) -> tuple[str, str]:
    return item["pk"], item["sk"]


def _client(service: str, **_: Any) -> Any:
    return _made(service)


@cache
def _made(service: str) -> Any:
    """One client for all stages: to make one takes longer than a test. It works inside `mock_aws` only."""
    return boto3.client(service)

"""The stack for tests at its gateway: each function in an environment of its own, as template.yaml gives it.

A function sees the variables of its own resource in the template and nothing else, so reading one that is not there
fails. Every answer is held against the OpenAPI document; every request to AWS is written down under the function that
sent it, and is a fault if its role in the template does not list it.
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
"""Function, and what it asked of AWS."""


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
    """Environment variables that remember which were asked for."""

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
    """What happened on a stage: answers, those that were not declared, requests to AWS, variables read."""

    said: list[Said] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    calls: set[Call] = field(default_factory=set)
    settings: dict[str, Settings] = field(default_factory=dict)


class Stage(World):
    """A World whose functions share nothing but their tables and the clock."""

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
        """The functions (all, if none is named) start anew: empty caches, keys still to be fetched."""
        for area in areas or AREAS:
            given = {name: value for name, value in self.settings.items() if name in variables(area)}
            # moto is not atomic across threads.
            settings = self.log.settings.setdefault(area, Settings({"SWEEP_WORKERS": "1", **given}))
            self.environments[area] = Services(
                settings, clock=self.clock, boto_client=client or self.client, rng=random.Random(1)
            )

    def send(self, made: dict[str, Any]) -> Answered:
        """The event through the function whose route it names, in that function's own environment."""
        route = made["routeKey"]
        with self._acting("catalog" if route == "$default" else area_of(route)):
            answered = send(made)
        self.log.said.append((route, answered.status, answered.slug))
        self.log.faults += undeclared(route, answered)
        return answered

    def published(self, document: dict[str, Any]) -> Stage:
        """This empty stage with a published campaign.

        Publishing takes longer than most tests, so the same document is laid down as it was stored the first time.
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
        """As in a World, but without scans: serializing their answers takes moto longer than all of a test."""
        return {
            # Regular JSON is a copy; moto changes the attributes of a stored item in place.
            name: sorted((item.to_regular_json() for item in table.all_items()), key=_by_key)
            for name, table in _tables()
        }

    def tick(self) -> dict[str, Any]:
        """The schedule's minute."""
        with self._acting("expire"):
            return expire.handler({}, None)

    def announce(self, records: list[Record]) -> list[dict[str, Any]]:
        """The streams bring `records` to the function `events`: what it put on the bus."""
        with self._acting("events"):
            events.handler({"Records": records}, None)
        return self.heard.take()

    def note(self, params: dict[str, Any], model: Any, **_: Any) -> None:
        """Before each AWS request (a botocore event): write down who sends what, and what a role does not list."""
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
        """Requests to AWS in here are the function's."""
        replace_services(self.environments[area])
        self.area = area
        try:
            yield
        finally:
            self.area = ""


@contextmanager
def stage() -> Iterator[Stage]:
    """An empty stack at the opening minute; `Person.send` goes through it while it lasts."""
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
    """moto's own tables by name."""
    (account,) = dynamodb_backends.values()
    yield from account[boto3.Session().region_name].tables.items()


def _by_key(item: dict[str, Any]) -> tuple[str, str]:
    return item["pk"], item["sk"]


def _client(service: str, **_: Any) -> Any:
    return _made(service)


@cache
def _made(service: str) -> Any:
    """One client for all stages: making one costs more than a test. moto answers it inside `mock_aws` only."""
    return boto3.client(service)

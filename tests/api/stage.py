"""The stack for tests at its gateway: each function in an environment of its own, as template.yaml declares it.

A function sees the variables of its own resource in the template and nothing else, so reading another one fails. Every
response is compared with the OpenAPI document. Every request to AWS is recorded with the function that sent it, and is
a fault if its role in the template does not allow it.
"""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from io import BytesIO
from typing import Any
from unittest.mock import patch

import count
import draw
import events
import expire
from coupons.process.services import Services, replace_services
from infra.local.tables import create_tables, load_template
from infra.playing import gateway
from infra.virtual.files import MemoryFiles
from infra.virtual.store import Store
from tests.api.authorised import Request, requests_of
from tests.api.declared import Said, undeclared
from tests.bus import Record, shards
from tests.engine.shapes import Watched
from tests.template.policies import Statement, statements
from tests.world import KEYS, TABLES, Answered, World, area_of, send

AREAS = ("catalog", "claim", "verify", "points", "admin", "expire", "draw", "events", "count")
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


_LAID_DOWN: dict[str, Any] = {}


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
        arn, queue_url = "arn:keys", "queue"
        fixed = {
            "STAGE": "test",
            "EVENT_BUS": "bus",
            "FAILED_EVENTS_QUEUE_URL": queue_url,
            "EXPECTED_ENVIRONMENTS": "8",
            "DRAW_FILES": "s3:draws",
        }
        self.settings = {**TABLES, "KEYS_SECRET_ARN": arn, **fixed}
        self.restart()

    def restart(self, *areas: str, client: Any = None) -> None:
        """Start the functions anew (all, if none is named): empty caches, keys not read yet."""
        for area in areas or AREAS:
            given = {name: value for name, value in self.settings.items() if name in variables(area)}
            settings = self.log.settings.setdefault(area, Settings({"SWEEP_WORKERS": "1", **given}))
            self.environments[area] = Services(
                settings,
                clock=self.clock,
                boto_client=Watched(Noted(client or self.client, self.note), self.client),
                rng=random.Random(1),
            )

    def vary(self, **variables: str) -> None:
        """Start all functions anew, with other values of these variables where they have them."""
        for settings in self.log.settings.values():
            settings.update({name: value for name, value in variables.items() if name in settings})
        self.restart()

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
        assert not self.client.items
        content = json.dumps(document)
        if content not in _LAID_DOWN:
            self.publish(document)
            _LAID_DOWN[content] = self.client.snapshot()
            self.restart()
        self.client.restore(_LAID_DOWN[content])
        return self

    def tick(self) -> dict[str, Any]:
        """Run the schedule once."""
        with self._acting("expire"):
            return expire.handler({}, None)

    def draw(self) -> dict[str, Any]:
        """Run the function `draw` once."""
        with self._acting("draw"):
            return draw.handler({}, None)

    def announce(self, records: list[Record]) -> list[dict[str, Any]]:
        """What the function `events` puts on the bus for these records of the streams."""
        with self._acting("events"):
            events.handler({"Records": records}, None)
        return self.heard.take()

    def count(self, records: list[Record], shard_id: str = "shardId-1") -> None:
        """The function `count` gets these records of the streams, table by table."""
        with self._acting("count"):
            for made in shards(records, shard_id):
                assert count.handler(made, None) == {"state": {}}

    def note(self, operation: str, parameters: Mapping[str, Any]) -> None:
        """Before each request to AWS: record its sender, and a fault if the role forbids it."""
        if self.area:
            requests = list(requests_of(operation, parameters))
            self.log.calls |= {(self.area, request) for request in requests}
            self.log.faults += [
                f"{self.area} may not {request}"
                for request in requests
                if not any(statement.allows(request) for statement in role(self.area))
            ]

    @contextmanager
    def _acting(self, area: str) -> Iterator[None]:
        """Requests to AWS in this block are sent by the function."""
        replace_services(self.environments[area])
        self.area = area
        try:
            yield
        finally:
            self.area = ""


class Noted:
    """A client of AWS whose requests are told to `note` before they are sent."""

    def __init__(self, client: Any, note: Callable[[str, Mapping[str, Any]], None]) -> None:
        self._client = client
        self._note = note

    def __getattr__(self, name: str) -> Any:
        send, operation = getattr(self._client, name), "".join(part.title() for part in name.split("_"))

        def call(*also: str, **parameters: Any) -> Any:
            self._note(operation, parameters)
            return send(*also, **parameters)

        return call


class Bucket:
    """S3 with the files of draws."""

    def __init__(self) -> None:
        self._files = MemoryFiles()

    def put_object(self, *, Body: bytes, **_: str) -> None:  # noqa: N803 - S3's own name
        self._files.put(Body)

    def get_object(self, *, Key: str, Range: str = "bytes=0-", **_: str) -> dict[str, Any]:  # noqa: N803
        first, last = Range.removeprefix("bytes=").split("-")
        length = int(last) - int(first) + 1 if last else None
        return {"Body": BytesIO(self._files.get(Key, int(first), length))}

    def generate_presigned_url(self, *_: Any, Params: dict[str, str], **__: Any) -> str:  # noqa: N803
        return f"https://draws.example/{Params['Key']}?X-Amz-Signature=signed"


class Vault:
    """Secrets Manager with the keys."""

    @staticmethod
    def get_secret_value(**_: str) -> dict[str, str]:
        return {"SecretString": json.dumps({version: master.decode() for version, master in KEYS.masters.items()})}


@contextmanager
def stage() -> Iterator[Stage]:
    """An empty stack at the opening minute; meanwhile `Person.send` sends to it."""
    made = Stage(Store())
    clients = {"secretsmanager": Vault(), "events": made.heard, "sqs": made.heard, "s3": Bucket()}

    def client(service: str, *_: Any, **__: Any) -> Any:
        return Noted(clients[service], made.note)

    with patch.object(gateway, "send", made.send), patch("coupons.stores.remote.client", client):
        yield made

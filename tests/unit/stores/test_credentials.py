"""Credentials of the container's endpoint: asked for with its token, used to their end, renewed before it."""

from __future__ import annotations

import json
import random
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from botocore.utils import ContainerMetadataFetcher

from coupons.stores.calls import CallLimits, NotSent
from coupons.stores.credentials import RENEWED_BEFORE_S, SILENT_S, Credentials, CredentialSource
from coupons.stores.dynamodb import Dynamo, NotApplied
from coupons.stores.json_client import JsonClient
from tests.unit.stores.wire import WAIT_S, ok, wire
from tests.world import ManualClock

LIFE_S = 3_600


@dataclass
class Container:
    """The endpoint: it gives keys that live an hour, numbered; or what `says` in place of that, as status and body."""

    clock: ManualClock
    port: int = 0
    says: tuple[int, bytes] | None = None
    gate: threading.Event = field(default_factory=threading.Event)
    """Set: it answers at once."""
    asked: list[tuple[str, str | None]] = field(default_factory=list)
    """Path and token of each question."""

    def answer(self) -> tuple[int, bytes]:
        if self.says is not None:
            return self.says
        ends_at = datetime.fromtimestamp(self.clock.wall_s() + LIFE_S, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        name = f"key{len(self.asked)}"
        told = {"AccessKeyId": name, "SecretAccessKey": "secret", "Token": f"{name}/+=", "Expiration": ends_at}
        return 200, json.dumps(told).encode()

    def variables(self, **more: str) -> dict[str, str]:
        uri = f"http://127.0.0.1:{self.port}/2021-10-01/credentials?role=claim"
        return {"AWS_REGION": "cn-north-1", "AWS_CONTAINER_CREDENTIALS_FULL_URI": uri, **more}

    def source(self, *, limit_s: float = WAIT_S, **more: str) -> CredentialSource:
        return CredentialSource(self.variables(**more), CallLimits(limit_s, limit_s, 1), self.clock)


@pytest.fixture
def container() -> Iterator[Container]:
    with listening() as made:
        yield made


@contextmanager
def listening() -> Iterator[Container]:
    made = Container(ManualClock())
    made.gate.set()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            made.asked.append((self.path, self.headers["Authorization"]))
            assert made.gate.wait(WAIT_S)
            status, body = made.answer()
            self.send_response_only(status)
            self.end_headers()
            self.wfile.write(body)

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        made.port = server.server_port
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield made
        finally:
            made.gate.set()
            server.shutdown()
            thread.join()


def name(found: Credentials) -> str:
    return found.key_id


def test_the_endpoint_is_asked_as_botocore_asks_it(container: Container, tmp_path: Path) -> None:
    """The same path, and the token of the variable or of the file, which comes first."""
    (file := tmp_path / "token").write_text("of the file")
    of_file = {"AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE": str(file)}
    of_variable = {"AWS_CONTAINER_AUTHORIZATION_TOKEN": "of the variable"}
    for more in ({}, of_variable, of_file, of_variable | of_file):
        container.source(**more).current()
    assert [token for _, token in container.asked] == [None, "of the variable", "of the file", "of the file"]
    uri = container.variables()["AWS_CONTAINER_CREDENTIALS_FULL_URI"]
    ContainerMetadataFetcher().retrieve_full_uri(uri, headers={"Authorization": "of the file"})
    assert container.asked[-1] == container.asked[-2]


def test_keys_and_token_are_signed_with(container: Container) -> None:
    """DynamoDB refuses temporary keys without their token."""
    with wire([ok()]) as server:
        made = JsonClient(
            "dynamodb", CallLimits(WAIT_S, WAIT_S, 1), container.variables(AWS_ENDPOINT_URL=server.url), container.clock
        )
        made.get_item(TableName="t")
        made.close()
    head = server.requests[0].partition(b"\r\n\r\n")[0].decode()
    assert "Credential=key1/" in head
    assert "\r\nx-amz-security-token: key1/+=\r\n" in head
    assert "x-amz-security-token;" in head.partition("SignedHeaders=")[2]


def test_they_are_asked_for_again_before_they_end(container: Container) -> None:
    """Once, as long as they last."""
    source = container.source()
    for at_s, wanted in ((0, "key1"), (LIFE_S - RENEWED_BEFORE_S - 1, "key1"), (1, "key2"), (0, "key2")):
        container.clock.advance(at_s)
        assert name(source.current()) == wanted
    assert len(container.asked) == 2


SILENCES = [
    (500, b"{}"),
    (404, b""),
    (500, b'{"AccessKeyId": "a", "SecretAccessKey": "b", "Token": "c", "Expiration": "2099-01-01T00:00:00Z"}'),
    (200, b"<html>"),
    (200, b"[]"),
    (200, b'{"AccessKeyId": "a", "SecretAccessKey": "b", "Token": "c"}'),
    (200, b'{"AccessKeyId": "a", "SecretAccessKey": "b", "Token": "c", "Expiration": "soon"}'),
    (200, b'{"AccessKeyId": 1, "SecretAccessKey": "b", "Expiration": "2120-06-06T03:00:00Z"}'),
    (200, b'{"AccessKeyId": "a", "SecretAccessKey": "", "Expiration": "2120-06-06T03:00:00Z"}'),
    (200, b'{"AccessKeyId": "a\\r\\nx: y", "SecretAccessKey": "b", "Expiration": "2020-06-06T03:00:00Z"}'),
]


@pytest.mark.parametrize("says", SILENCES, ids=range(len(SILENCES)))
def test_an_endpoint_that_gives_none_leaves_those_that_are_valid(container: Container, says: tuple[int, bytes]) -> None:
    """Until they end; it is asked once in a while, and then at each call, since without any nothing is sent."""
    source = container.source()
    source.current()
    container.says = says
    container.clock.advance(LIFE_S - RENEWED_BEFORE_S)
    assert [name(source.current()) for _ in range(3)] == ["key1"] * 3
    assert len(container.asked) == 2
    container.clock.advance(SILENT_S)
    assert name(source.current()) == "key1"
    assert len(container.asked) == 3
    container.clock.advance(RENEWED_BEFORE_S)
    for asked in (4, 5):
        with pytest.raises(NotSent):
            source.current()
        assert len(container.asked) == asked
    container.says = None
    assert name(source.current()) == "key6"


def test_an_endpoint_that_is_silent_or_gone_costs_no_more_than_the_limit(container: Container) -> None:
    """A call that has no credentials is known not to be applied."""
    container.gate.clear()
    with pytest.raises(NotSent):
        container.source(limit_s=0.05).current()
    with listening() as gone:
        pass
    limits = CallLimits(WAIT_S, WAIT_S, 1)
    variables = gone.variables(AWS_ENDPOINT_URL="http://127.0.0.1:9")
    with pytest.raises(NotApplied):
        Dynamo(JsonClient("dynamodb", limits, variables, gone.clock)).call("put_item", TableName="t", Item={})


def test_nobody_waits_for_others_who_ask_while_theirs_are_valid(container: Container) -> None:
    """A claim does not wait for an endpoint that it does not need yet."""
    source = container.source()
    source.current()
    container.clock.advance(LIFE_S - RENEWED_BEFORE_S)
    container.gate.clear()
    renewed: list[Credentials] = []
    asks = threading.Thread(target=lambda: renewed.append(source.current()))
    asks.start()
    while len(container.asked) < 2:
        assert asks.is_alive()
    assert name(source.current()) == "key1"
    container.gate.set()
    asks.join()
    assert [name(found) for found in (*renewed, source.current())] == ["key2", "key2"]
    assert len(container.asked) == 2


def test_without_any_all_wait_for_one_answer(container: Container) -> None:
    """The first requests of a process come together."""
    container.gate.clear()
    source, found = container.source(), list[Credentials]()
    threads = [threading.Thread(target=lambda: found.append(source.current())) for _ in range(4)]
    for thread in threads:
        thread.start()
    container.gate.set()
    for thread in threads:
        thread.join()
    assert [name(one) for one in found] == ["key1"] * 4


def test_credentials_that_are_dropped_meanwhile_are_asked_for_again(container: Container) -> None:
    """By who has waited for another thread, whose new ones the service has refused since."""
    source = container.source()
    source.current()
    container.clock.advance(LIFE_S)

    class Dropping:
        def acquire(self, *, blocking: bool) -> bool:
            source.drop()
            return True

        def release(self) -> None:
            pass

    source._one_at_a_time = Dropping()  # type: ignore[assignment]
    assert name(source.current()) == "key2"


def test_a_day_of_requests_never_meets_the_end_of_its_credentials(container: Container) -> None:
    """A request a minute; the endpoint fails now and then, for less than what is left of the keys."""
    rng, source = random.Random(1), container.source()
    for _ in range(24 * 60):
        container.says = (500, b"") if rng.random() < 0.5 else None
        try:
            found = source.current()
        except NotSent:
            assert len(container.asked) == 1, "only a process that never had any is without"
            container.asked.clear()
        else:
            assert found.ends_at_s > container.clock.wall_s()
        container.clock.advance(60)
    assert 24 <= len(container.asked) <= 100

"""The functions behind a loopback HTTP server, as the gateway has them: for what speaks HTTP and wants real answers.

One request at a time reaches the functions, because moto is not atomic across threads. `Date` is the world's clock.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.utils import formatdate
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qsl, unquote, urlsplit

from tests.world import FUNCTIONS, Answered, Person, World

LOSE = "lose"
"""What `Served.faults` says of a request that is done and not answered."""


@dataclass
class Served:
    """`tokens` is who each bearer token is; `faults` loses the answers of the next requests, one an entry."""

    world: World
    url: str = ""
    tokens: dict[str, Person] = field(default_factory=dict)
    faults: list[str] = field(default_factory=list)
    said: list[tuple[str, int]] = field(default_factory=list)
    """Route and status of each request that a function saw."""

    def token(self, person: Person) -> str:
        name = f"token-{len(self.tokens)}"
        self.tokens[name] = person
        return name

    def answer(self, method: str, target: str, token: str, body: bytes) -> Answered:
        parts = urlsplit(target)
        route, path = _route(method, parts.path)
        person = self.tokens.get(token, Person({}))
        query = dict(parse_qsl(parts.query))
        answered = person.send(route, path, query=query, raw=body.decode() if body else None)
        self.said.append((route, answered.status))
        return answered


def _route(method: str, path: str) -> tuple[str, dict[str, str]]:
    for api in FUNCTIONS.values():
        for route in api.routes.values():
            found = re.fullmatch(re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", route.path), path)
            if found is not None and route.method == method:
                return route.key, {name: unquote(value) for name, value in found.groupdict().items()}
    raise AssertionError(f"{method} {path} is no route")


def _handler(served: Served) -> type[BaseHTTPRequestHandler]:
    one_at_a_time = threading.Lock()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def exchange(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            token = (self.headers.get("Authorization") or "").removeprefix("Bearer ")
            with one_at_a_time:
                answered = served.answer(self.command, self.path, token, body)
                lost = served.faults and served.faults.pop(0) == LOSE
            if lost:
                self.close_connection = True
                return
            self.send_response_only(answered.status)
            sent = answered.text.encode()
            given = {"Date": formatdate(served.world.clock.wall_s(), usegmt=True), "Content-Length": str(len(sent))}
            for name, value in (answered.headers | given).items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(sent)

        do_GET = do_PUT = do_POST = do_DELETE = exchange  # noqa: N815

        def log_message(self, *args: object) -> None:
            """Silent: pytest shows what matters."""

    return Handler


@contextmanager
def served(world: World) -> Iterator[Served]:
    """Listens on a free port until left."""
    made = Served(world)
    with ThreadingHTTPServer(("127.0.0.1", 0), _handler(made)) as server:
        server.daemon_threads = True
        made.url = f"http://127.0.0.1:{server.server_address[1]}"
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield made
        finally:
            server.shutdown()
            thread.join()

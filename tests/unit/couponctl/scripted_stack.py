"""A stack that a test scripts: a loopback HTTP server with prepared replies, which keeps what it was asked."""

from __future__ import annotations

import base64
import json
import threading
import time
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.utils import formatdate
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

from infra.couponctl.main import main

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


@dataclass
class Reply:
    status: int = 200
    body: Any = None
    headers: dict[str, str] = field(default_factory=dict)
    dropped: bool = False
    """The connection closes without an answer."""
    silent: bool = False
    """No answer comes for as long as the client waits."""
    last: bool = False
    """The connection closes after the answer, unannounced."""


@dataclass(frozen=True)
class Asked:
    method: str
    path: str
    query: dict[str, list[str]]
    body: Any
    token: str | None


@dataclass
class Stack:
    """A loopback server: `replies` by `METHOD path`, each a list whose last reply repeats.

    The client under test and the server's thread take turns, so a list needs no lock.
    """

    url: str
    replies: dict[str, list[Reply]] = field(default_factory=dict)
    asked: list[Asked] = field(default_factory=list)
    now_s: Callable[[], float] = time.time
    """What the `Date` of each reply says, unless it brings its own."""

    def on(self, route: str, *replies: Reply) -> None:
        self.replies[route] = list(replies)

    def reply(self, asked: Asked) -> Reply:
        self.asked.append(asked)
        replies = self.replies.get(f"{asked.method} {asked.path}")
        if replies is None:
            return Reply(404, {"type": "/problems/not-found", "title": "No such thing", "status": 404})
        return replies.pop(0) if len(replies) > 1 else replies[0]

    def run(self, *args: str) -> int:
        """The exit code of couponctl, asked of this stack."""
        return main(["--url", self.url, *args])

    def routes(self) -> list[str]:
        return [f"{asked.method} {asked.path}" for asked in self.asked]


def _handler_of(stack: Stack) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def answer(self) -> None:
            raw = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            parts = urlsplit(self.path)
            token = (self.headers.get("Authorization") or "").removeprefix("Bearer ") or None
            body = json.loads(raw) if raw else None
            reply = stack.reply(Asked(self.command, parts.path, parse_qs(parts.query), body, token))
            if reply.silent:
                self.rfile.read(1)  # returns when the client hangs up
            if reply.dropped or reply.silent:
                self.close_connection = True
                return
            payload = reply.body if isinstance(reply.body, bytes) else json.dumps(reply.body).encode()
            payload = b"" if reply.body is None else payload
            self.send_response_only(reply.status)
            for name, value in ({"Date": formatdate(stack.now_s(), usegmt=True)} | reply.headers).items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(payload)))
            self.end_headers()
            self.wfile.write(payload)
            self.close_connection = reply.last

        do_GET = do_PUT = do_POST = do_DELETE = answer  # noqa: N815

        def log_message(self, *args: object) -> None:
            """Silent: pytest shows what matters."""

    return Handler


def problem(status: int, slug: str, **facts: object) -> Reply:
    return Reply(status, {"type": f"/problems/{slug}", "title": slug.title(), "status": status, **facts})


def token_of(**claims: object) -> str:
    """A JWT with these claims, whose signature nobody looks at."""
    return f"x.{base64.urlsafe_b64encode(json.dumps(claims).encode()).rstrip(b'=').decode()}.x"


@contextmanager
def scripted_stack(kind: type[Stack] = Stack) -> Iterator[Stack]:
    """Listens on a free port until left; gives the token `local-token` to every caller."""
    stack = kind(url="")
    with ThreadingHTTPServer(("127.0.0.1", 0), _handler_of(stack)) as server:
        server.daemon_threads = True
        stack.url = f"http://127.0.0.1:{server.server_address[1]}"
        stack.on("POST /_local/token", Reply(body={"access_token": "local-token"}))
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield stack
        finally:
            server.shutdown()
            thread.join()

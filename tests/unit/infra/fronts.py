"""A front of the local stack over real sockets, with recorders where the local cloud would be."""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from infra.local.answers import Answer, Headers
from infra.local.clock import OPENING_S, LocalClock
from infra.local.cors import Cors
from infra.local.front import Front
from infra.local.issuer import Issuer
from infra.local.pages import Pages
from infra.local.routes import LocalRoutes


@dataclass
class Recorder:
    """Stands where ministack would, and answers what it is told."""

    answer: Answer = field(default_factory=lambda: Answer(418, b"\xff\x00", [(b"x-a", b"\xfe"), (b"date", b"old")]))
    error: Exception | None = None
    seen: list[tuple[bytes, bytes, Headers, bytes]] = field(default_factory=list)

    async def exchange(self, method: bytes, target: bytes, headers: Headers, body: bytes) -> Answer:
        self.seen.append((method, target, headers, body))
        if self.error:
            raise self.error
        return self.answer


@dataclass
class Local:
    front: Front
    upstream: Recorder
    clock: LocalClock
    ticks: list[dict[str, Any]]
    files: Recorder
    """Stands where the distribution would."""

    def send(self, raw: bytes) -> list[tuple[int, dict[str, str], bytes]]:
        """Every answer to these bytes on one connection that the client then closes."""
        return asyncio.run(self._sent(raw))

    async def _sent(self, raw: bytes) -> list[tuple[int, dict[str, str], bytes]]:
        server = await asyncio.start_server(self.front._connection, "127.0.0.1", 0)
        reader, writer = await asyncio.open_connection(*server.sockets[0].getsockname()[:2])
        writer.write(raw)
        writer.write_eof()
        received = await asyncio.wait_for(reader.read(), 10)
        writer.close()
        server.close()
        return answers(received)

    def ask(self, method: str, path: str, body: bytes = b"") -> tuple[int, dict[str, Any]]:
        [(status, _, answer)] = self.send(request(method.encode(), path.encode(), body))
        return status, json.loads(answer)


def answers(received: bytes) -> list[tuple[int, dict[str, str], bytes]]:
    answers = []
    while received:
        head, _, received = received.partition(b"\r\n\r\n")
        first, *lines = head.decode("latin-1").split("\r\n")
        headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in lines)}
        length = int(headers.get("content-length", 0))
        answers.append((int(first.split()[1]), headers, received[:length]))
        received = received[length:]
    return answers


def request(method: bytes, target: bytes, body: bytes = b"", *headers: bytes) -> bytes:
    lines = [method + b" " + target + b" HTTP/1.1", b"Host: here", *headers, b"Content-Length: %d" % len(body)]
    return b"\r\n".join(lines) + b"\r\n\r\n" + body


CORS = Cors(("https://app.test",), "GET", "authorization", "Date", 60)


def local_front(directory: Path) -> Local:
    clock = LocalClock(directory / "clock.json")
    clock.set_now(OPENING_S)
    upstream, ticks = Recorder(), [{"did": [], "more": False}]
    routes = LocalRoutes(
        issuer=Issuer("http://issuer", directory / "key.pem"),
        clock=clock,
        invoke=lambda: ticks.pop(0),
    )
    files = Recorder(Answer(200, b"page", [(b"date", b"real")]))
    front = Front(
        upstream=upstream,  # type: ignore[arg-type]
        prefix=b"/api",
        routes=routes,
        clock=clock,
        cors=CORS,
        pages=Pages(files),  # type: ignore[arg-type]
    )
    return Local(front, upstream, clock, ticks, files)

"""A TCP proxy between a client and the engine that damages what passes, byte by byte, at a chosen write.

    client ──▶ before ──▶ request ──▶ engine: applied ──▶ answer ──▶ after ──▶ client

A fault has a kind and a stage. `before`: nothing reaches the engine; `request`: half of the request does; `applied`:
all of it, and nothing comes back, or another answer; `answer`: all but the end of the answer does; `after`: all of it,
and then the connection ends, or in other bytes. The engine's answers carry `x-amz-crc32`, as DynamoDB's do.

With an `Authority` it speaks TLS to the client, so that it still damages HTTP; a fault of the stage `handshake` is one
of TLS itself, and meets the next connection.

A connection that a client must not use again is a trap: what is sent over it nevertheless is answered by what was
withheld before, as a late answer would be.
"""

from __future__ import annotations

import socket
import ssl
import struct
import threading
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta

from infra.virtual.certificates import HOST, Authority
from tests.faults import messages

WRITES = ("PutItem", "UpdateItem", "DeleteItem", "BatchWriteItem", messages.TRANSACTION)
_WAIT_S = 30.0
"""For bytes that must come; nothing waits so long unless the engine has ended."""


@dataclass(frozen=True, order=True)
class Fault:
    kind: str
    stage: str

    def __str__(self) -> str:
        return f"{self.kind} {self.stage}"


FAULTS: tuple[Fault, ...] = (
    *(Fault(kind, stage) for kind in ("cut", "reset") for stage in ("before", "request", "applied", "answer", "after")),
    *(Fault("stall", stage) for stage in ("before", "request", "applied", "answer")),
    Fault("late", "before"),
    Fault("duplicate", "applied"),
    Fault("duplicate", "answer"),
    Fault("broken", "before"),
    Fault("broken", "applied"),
    Fault("empty", "applied"),
    Fault("crc", "applied"),
    Fault("throttled", "before"),
    Fault("conflict", "before"),
    Fault("in progress", "before"),
    Fault("in progress", "applied"),
    Fault("5xx", "before"),
    Fault("5xx", "applied"),
    Fault("html 5xx", "before"),
    Fault("html 413", "before"),
    *(Fault(kind, "after") for kind in messages.FRAMED),
    Fault("chunked", "answer"),
    Fault("unframed", "answer"),
)
"""`late` is applied after its sender has given up; `duplicate` is applied twice and answered by the first, or by the
second; `broken` is no JSON, `crc` is JSON with another digit than was sent. `messages.FRAMED` has those that change no
word of the answer."""
TORN = tuple(Fault("torn", stage) for stage in ("applied", "answer", "after"))
"""As `cut`, but TLS is not told; without TLS the same."""
HANDSHAKES = tuple(Fault(kind, "handshake") for kind in ("cut", "reset", "stall", "untrusted", "misnamed", "expired"))


def faults(*, is_secure: bool) -> tuple[Fault, ...]:
    """Those that a write can meet."""
    return FAULTS + TORN if is_secure else FAULTS


@dataclass
class Seen:
    """A request that came by, and the fault that it met; `is_over` once the connection has ended, if it ends."""

    operation: str
    fault: Fault | None
    is_over: threading.Event = field(default_factory=threading.Event)


@dataclass
class Proxy:
    """Listens while it is entered. `plan` are the faults of the next writes, None for none; then all pass.

    `meets` are the operations that count as writes.
    """

    upstream: tuple[str, int]
    authority: Authority | None = None
    plan: deque[Fault | None] = field(default_factory=deque)
    handshakes: deque[Fault] = field(default_factory=deque)
    writes: list[Seen] = field(default_factory=list)
    late: list[bytes] = field(default_factory=list)
    meets: tuple[str, ...] = WRITES
    connections: int = 0

    @property
    def url(self) -> str:
        return f"{'https' if self.authority else 'http'}://{HOST}:{self._listener.getsockname()[1]}"

    def __enter__(self) -> Proxy:
        self._contexts = _contexts(self.authority) if self.authority else {}
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._open: set[socket.socket] = set()
        self._thread = threading.Thread(target=self._accept, daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._thread.join()
        self.drop()

    def drop(self) -> None:
        """Every connection that is open now has ended."""
        for end in list(self._open):
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)

    def deliver(self) -> None:
        """What is still under way arrives now; nobody waits for its answer."""
        arriving, self.late[:] = list(self.late), []
        for request in arriving:
            with socket.create_connection(self.upstream, _WAIT_S) as engine:
                messages.exchange(engine, request)

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            self.connections += 1
            threading.Thread(target=self._serve, args=(client,), daemon=True).start()

    def _serve(self, accepted: socket.socket) -> None:
        client, engine = accepted, socket.create_connection(self.upstream, _WAIT_S)
        self._open |= {client, engine}
        try:
            client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            engine.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            if self.authority:
                client = self._greeted(accepted)
                self._open.add(client)
            while self._pass(client, engine):
                pass
        except OSError:
            pass  # either end has gone; the other one follows
        finally:
            self._open -= {accepted, client, engine}
            client.close()
            engine.close()

    def _greeted(self, accepted: socket.socket) -> ssl.SSLSocket:
        """After the handshake. Raises OSError if there was none."""
        kind = self.handshakes.popleft().kind if self.handshakes else ""
        if kind in _BREAKS:
            accepted.recv(1 << 16)
            _BREAKS[kind](accepted, b"")
            accepted.close()
            raise OSError("no handshake")
        return self._contexts[kind].wrap_socket(accepted, server_side=True)

    def _pass(self, client: socket.socket, engine: socket.socket) -> bool:
        """One request and its answer; False if the connection is over."""
        request = messages.read(client)
        if not request:
            return False
        operation = messages.operation(request)
        if operation not in self.meets:
            client.sendall(messages.exchange(engine, request))
            return True
        fault = self.plan.popleft() if self.plan else None
        if fault is not None and not _is_possible(fault, operation, request):
            fault = None
        seen = Seen(operation, fault)
        self.writes.append(seen)
        if fault is None:
            client.sendall(messages.exchange(engine, request))
            return True
        goes_on = self._damage(fault, client, engine, request)
        if not goes_on:
            client.close()
            seen.is_over.set()
        return goes_on

    def _damage(self, fault: Fault, client: socket.socket, engine: socket.socket, request: bytes) -> bool:
        kind, stage = fault.kind, fault.stage
        if kind == "late":
            self.late.append(request)
            return False
        if kind == "duplicate":
            answers = [messages.exchange(engine, request), messages.exchange(engine, request)]
            client.sendall(answers[stage == "answer"])
            return True
        answer = b""
        if stage == "request":
            engine.sendall(request[: -len(messages.body(request)) // 2])
        elif stage != "before":
            answer = messages.exchange(engine, request)
        if kind in messages.MADE_UP:
            client.sendall(messages.made_up(kind, request, answer))
            return True
        answer = messages.FRAMED[kind](answer) if kind in messages.FRAMED else answer
        sent = {"answer": len(answer) - messages.SHORT_BY, "after": len(answer)}.get(stage, 0)
        client.sendall(answer[:sent])
        end = _ENDS.get(kind, _cut if stage == "answer" else _stay)
        return end(client, answer[sent:] or answer)


def _contexts(authority: Authority) -> dict[str, ssl.SSLContext]:
    elsewhere = authority.path.parent / "elsewhere"
    elsewhere.mkdir(exist_ok=True)
    return {
        "": authority.server(),
        "untrusted": Authority(elsewhere).server(),
        "misnamed": authority.server("other.test"),
        "expired": authority.server(ends_in=timedelta(days=-1)),
    }


def _is_possible(fault: Fault, operation: str, request: bytes) -> bool:
    """What DynamoDB, or a network under TLS, may do to this request.

    Nobody between can send a request twice; what does is a client that tries again, which we do with all but this one:
    a pack that is given back twice would be one pack too many.
    """
    if fault.kind == "duplicate":
        return b"ADD remaining " not in request
    return fault.kind != "in progress" or operation == messages.TRANSACTION


def _stay(_client: socket.socket, _withheld: bytes) -> bool:
    return True


def _cut(client: socket.socket, _withheld: bytes) -> bool:
    if isinstance(client, ssl.SSLSocket):
        client.setblocking(False)
        with suppress(OSError, ValueError):
            client.unwrap()  # sends close_notify, and would wait for the client's
    return False


def _torn(_client: socket.socket, _withheld: bytes) -> bool:
    return False


def _reset(client: socket.socket, _withheld: bytes) -> bool:
    client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    return False


def _stall(client: socket.socket, withheld: bytes) -> bool:
    """Silent until the client gives up; if it sends something more instead, the answer comes, too late."""
    client.settimeout(_WAIT_S)
    while client.recv(1 << 16):
        client.sendall(withheld)
    return False


_BREAKS: dict[str, Callable[[socket.socket, bytes], bool]] = {
    "cut": _cut,
    "reset": _reset,
    "stall": _stall,
    "torn": _torn,
}
_ENDS = {**_BREAKS, "unframed": _cut, "old": _cut, "goodbye": _stall}
"""What comes of the connection, by the kind of fault; others leave it as it is."""

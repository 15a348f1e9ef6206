"""A TCP proxy between botocore and the engine that damages what passes, byte by byte, at a chosen write.

    client ──▶ before ──▶ request ──▶ engine: applied ──▶ answer ──▶ after ──▶ client

A fault has a kind and a stage. `before`: nothing reaches the engine; `request`: half of the request does; `applied`:
all of it, and nothing comes back; `answer`: all but the end of the answer does; `after`: then the connection ends.
The engine's answers carry `x-amz-crc32`, as DynamoDB's do.
"""

from __future__ import annotations

import json
import re
import socket
import struct
import threading
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any
from zlib import crc32

WRITES = ("PutItem", "UpdateItem", "DeleteItem", "BatchWriteItem", "TransactWriteItems")
TRANSACTION = "TransactWriteItems"
_HOST = "127.0.0.1"
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
    Fault("crc", "applied"),
    Fault("throttled", "before"),
    Fault("conflict", "before"),
    Fault("in progress", "before"),
    Fault("in progress", "applied"),
    Fault("5xx", "before"),
    Fault("5xx", "applied"),
    Fault("html 5xx", "before"),
)
"""`late` is applied after its sender has given up; `duplicate` is applied twice and answered by the first, or by the
second; `broken` is no JSON, `crc` is JSON with another digit than was sent."""


@dataclass
class Seen:
    """A write that came by, and the fault that it met."""

    operation: str
    fault: Fault | None


@dataclass
class Proxy:
    """Listens while it is entered. `plan` are the faults of the next writes, None for none; then all pass."""

    upstream: tuple[str, int]
    plan: deque[Fault | None] = field(default_factory=deque)
    writes: list[Seen] = field(default_factory=list)
    late: list[bytes] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"http://{_HOST}:{self._listener.getsockname()[1]}"

    def __enter__(self) -> Proxy:
        self._listener = socket.create_server((_HOST, 0))
        self._open: set[socket.socket] = set()
        self._thread = threading.Thread(target=self._accept, daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._thread.join()
        for end in list(self._open):
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)

    def deliver(self) -> None:
        """What is still under way arrives now; nobody waits for its answer."""
        arriving, self.late[:] = list(self.late), []
        for request in arriving:
            with socket.create_connection(self.upstream, _WAIT_S) as engine:
                engine.sendall(request)
                _read_message(engine)

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(client,), daemon=True).start()

    def _serve(self, client: socket.socket) -> None:
        engine = socket.create_connection(self.upstream, _WAIT_S)
        self._open |= {client, engine}
        try:
            client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            engine.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            while self._pass(client, engine):
                pass
        except OSError:
            pass  # either end has gone; the other one follows
        finally:
            self._open -= {client, engine}
            client.close()
            engine.close()

    def _pass(self, client: socket.socket, engine: socket.socket) -> bool:
        """One request and its answer; False if the connection is over."""
        request = _read_message(client)
        if not request:
            return False
        operation = _operation(request)
        if operation not in WRITES:
            client.sendall(_exchange(engine, request))
            return True
        fault = self.plan.popleft() if self.plan else None
        if fault is not None and not _is_possible(fault, operation, request):
            fault = None
        self.writes.append(Seen(operation, fault))
        if fault is None:
            client.sendall(_exchange(engine, request))
            return True
        return self._damage(fault, client, engine, request)

    def _damage(self, fault: Fault, client: socket.socket, engine: socket.socket, request: bytes) -> bool:
        kind, stage = fault.kind, fault.stage
        if kind == "late":
            self.late.append(request)
            return False
        if kind in ("cut", "reset", "stall"):
            if stage == "request":
                engine.sendall(request[: -len(request.partition(b"\r\n\r\n")[2]) // 2])
            elif stage != "before":
                answer = _exchange(engine, request)
                client.sendall(answer[: {"applied": 0, "answer": len(answer) - 8}.get(stage, len(answer))])
            return _END[kind](client)
        if kind == "duplicate":
            answers = [_exchange(engine, request), _exchange(engine, request)]
            client.sendall(answers[stage == "answer"])
            return True
        answer = _exchange(engine, request) if stage == "applied" else b""
        client.sendall(_made_up(kind, _operation(request), request, answer))
        return True


def _is_possible(fault: Fault, operation: str, request: bytes) -> bool:
    """What DynamoDB, or a network under TLS, may do to this request.

    Nobody between can send a request twice; what does is a client that tries again, which we do with all but this one:
    a pack that is given back twice would be one pack too many.
    """
    if fault.kind == "duplicate":
        return b"ADD remaining :one" not in request
    return fault.kind != "in progress" or operation == TRANSACTION


def _cut(_client: socket.socket) -> bool:
    return False


def _reset(client: socket.socket) -> bool:
    client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    return False


def _stall(client: socket.socket) -> bool:
    """Silent until the client gives up."""
    client.settimeout(_WAIT_S)
    while client.recv(1 << 16):
        pass
    return False


_END: dict[str, Callable[[socket.socket], bool]] = {"cut": _cut, "reset": _reset, "stall": _stall}


def _made_up(kind: str, operation: str, request: bytes, answer: bytes) -> bytes:
    """An answer that the engine never gave."""
    if kind == "broken":
        return _http(200, b'{"Attributes": {"remaining": {"N": "7')
    if kind == "crc":
        head, _, body = answer.partition(b"\r\n\r\n")
        changed = re.sub(rb"\d(?=\D*$)", lambda found: b"%d" % (9 - int(found[0])), body)
        return head + b"\r\n\r\n" + (changed if changed != body else body.replace(b"{", b"[", 1))
    if kind == "html 5xx":
        return _http(503, b"<html><body>Service Unavailable</body></html>", crc=False)
    if kind == "5xx":
        return _error(500, "InternalServerError")
    if kind == "throttled":
        return _error(400, "ProvisionedThroughputExceededException")
    if operation != TRANSACTION:
        return _error(400, "TransactionConflictException")
    if kind == "in progress":
        return _error(400, "TransactionInProgressException")
    parts = json.loads(request.partition(b"\r\n\r\n")[2])["TransactItems"]
    reasons = [{"Code": "TransactionConflict", "Message": "busy"}, *[{"Code": "None"}] * (len(parts) - 1)]
    return _error(400, "TransactionCanceledException", CancellationReasons=reasons)


def _error(status: int, code: str, **more: Any) -> bytes:
    named = {"__type": f"com.amazonaws.dynamodb.v20120810#{code}", "message": code, **more}
    return _http(status, json.dumps(named).encode())


def _http(status: int, body: bytes, *, crc: bool = True) -> bytes:
    lines = [f"HTTP/1.1 {status} X", "content-type: application/x-amz-json-1.0", f"content-length: {len(body)}"]
    if crc:
        lines.append(f"x-amz-crc32: {crc32(body)}")
    return "\r\n".join([*lines, "", ""]).encode() + body


def _operation(request: bytes) -> str:
    found = re.search(rb"(?i)\r\nx-amz-target: *[^.\r]*\.(\w+)", request)
    return found[1].decode() if found else ""


def _exchange(engine: socket.socket, request: bytes) -> bytes:
    engine.sendall(request)
    answer = _read_message(engine)
    if not answer:
        raise OSError("the engine closed the connection")
    return answer


def _read_message(end: socket.socket) -> bytes:
    """A whole request or answer; empty if the other side has closed before its first byte."""
    data = b""
    while b"\r\n\r\n" not in data:
        more = end.recv(1 << 16)
        if not more:
            return b""
        data += more
    head, _, body = data.partition(b"\r\n\r\n")
    found = re.search(rb"(?i)\r\ncontent-length: *(\d+)", head)
    missing = (int(found[1]) if found else 0) - len(body)
    while missing > 0:
        more = end.recv(1 << 16)
        if not more:
            return b""
        data += more
        missing -= len(more)
    return data

"""A server that answers as a test says, request by request; and clocks."""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import NamedTuple
from zlib import crc32

WAIT_S = 30
"""For what must come; a test that waits so long has failed."""


def ok(body: bytes = b"{}", *, status: int = 200, **headers: str) -> bytes:
    """A complete answer of DynamoDB."""
    told = {"content-length": str(len(body)), "x-amz-crc32": str(crc32(body))}
    told |= {name.replace("_", "-"): value for name, value in headers.items()}
    lines = "".join(f"{name}: {value}\r\n" for name, value in told.items() if value)
    return f"HTTP/1.1 {status} X\r\n{lines}\r\n".encode() + body


class Last(NamedTuple):
    """An answer, or a part of one, after which the server ends the connection."""

    answer: bytes


@dataclass
class Wire:
    """`answers`, one a request, over whichever connections; None says nothing, and waits."""

    port: int
    answers: list[bytes | Last | None]
    requests: list[bytes] = field(default_factory=list)
    endings: list[str] = field(default_factory=list)
    """How clients left their connections: `closed` or `reset`."""
    connections: int = 0
    changed: threading.Condition = field(default_factory=threading.Condition)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def wait(self, until: Callable[[], object]) -> None:
        with self.changed:
            assert self.changed.wait_for(until, WAIT_S)

    def serve(self, accepted: socket.socket, context: ssl.SSLContext | None) -> None:
        with suppress(OSError), accepted:
            accepted.settimeout(WAIT_S)
            with context.wrap_socket(accepted, server_side=True) if context else accepted as connection:
                self._serve(connection)

    def _serve(self, connection: socket.socket) -> None:
        while (request := self._request(connection)) is not None:
            answer = self.answers.pop(0)
            with self.changed:
                self.requests.append(request)
                self.changed.notify_all()
            connection.sendall(answer.answer if isinstance(answer, Last) else answer or b"")
            if isinstance(answer, Last):
                return

    def _request(self, connection: socket.socket) -> bytes | None:
        received = b""
        while True:
            try:
                chunk = connection.recv(65_536)
            except ConnectionResetError:
                chunk, ending = b"", "reset"
            else:
                ending = "closed"
            if not chunk:
                with self.changed:
                    self.endings.append(ending)
                    self.changed.notify_all()
                return None
            received += chunk
            head, end, body = received.partition(b"\r\n\r\n")
            length = next(
                (int(line[15:]) for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:")), 0
            )
            if end and len(body) == length:
                return received


@contextmanager
def wire(answers: Sequence[bytes | Last | None], context: ssl.SSLContext | None = None) -> Iterator[Wire]:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        made = Wire(listener.getsockname()[1], list(answers))

        def listen() -> None:
            while True:
                try:
                    accepted, _ = listener.accept()
                except OSError:
                    return
                made.connections += 1
                thread = threading.Thread(target=made.serve, args=(accepted, context), daemon=True)
                thread.start()

        threading.Thread(target=listen, daemon=True).start()
        yield made
        listener.shutdown(socket.SHUT_RDWR)

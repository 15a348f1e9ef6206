"""Kept-alive HTTP/1.1 connections to one endpoint, which tell whether a request may have left this process.

| what happens | the call |
|---|---|
| no address (looked up without a limit); no connection with any, or no TLS, in `connect_s` each; as boto3 | NotSent |
| a kept connection was closed by its peer, has unread bytes, or was idle for `IDLE_S` | another one is used |
| the connection ends, or `read_s` ends, at any moment after the first byte was given to it | Unanswered |
| the answer's head is none that we know, or its body is longer or shorter than told | Unanswered |
| a complete answer, whatever its status | Answer |

A request is given to one connection, once: nothing is sent again here, since its first copy may have arrived. A call
that failed resets its connection (SO_LINGER 0), so that the kernel forgets what it has not sent. So nothing of a
request leaves later than its time limit, also from a process that is frozen and resumed after minutes, and
`clock.FENCE_S` counts on that. This, and asking the kernel whether a kept connection is open, need the socket in the
thread that calls: a client whose own thread writes to the network can promise neither.

A connection serves one call at a time. Threads may share the object; forked processes may not.
"""

from __future__ import annotations

import re
import select
import socket
import ssl
import struct
from collections import deque
from collections.abc import Callable, Mapping
from functools import cache
from typing import NamedTuple

from coupons.clock import Clock, Stamp
from coupons.stores.calls import CallLimits, NotSent, Unanswered
from coupons.stores.endpoints import Endpoint

IDLE_S = 20
"""DynamoDB and its load balancers keep an idle connection for longer."""
KEPT_MAX = 16
"""As many as sweeps have threads, and some."""
HEAD_BYTES_MAX, BODY_BYTES_MAX = 65_536, 33_554_432
"""DynamoDB's largest answer has 16 MB."""
_CHUNK_BYTES = 262_144
_STATUS = re.compile(r"HTTP/1\.([01]) ((?!101)[1-5][0-9]{2})(?: .*)?")
_CHUNK_SIZE = re.compile(rb"([0-9A-Fa-f]{1,8})[ \t]*(?:;.*)?")
_RESET = struct.pack("ii", 1, 0)


class Answer(NamedTuple):
    status: int
    headers: Mapping[str, str]
    """By name in lower case."""
    body: bytes


class _Kept(NamedTuple):
    """A connection between two calls, and when its last call ended."""

    connection: socket.socket
    used_at: Stamp


class Connections:
    def __init__(self, endpoint: Endpoint, limits: CallLimits, clock: Clock) -> None:
        """Raises OSError if the endpoint's `ca_file` cannot be read."""
        self._endpoint = endpoint
        self._limits = limits
        self._clock = clock
        self._kept: deque[_Kept] = deque()
        self._tls = _trusting(endpoint.ca_file) if endpoint.is_tls else None

    def exchange(self, request: bytes) -> Answer:
        """The answer to these bytes. Raises NotSent, Unanswered."""
        kept = self._kept
        connection = self._open_one_of(kept) or self._new()
        answer = None
        try:
            answer, serves_more = self._answer(connection, request)
        except (OSError, ValueError) as error:
            raise Unanswered(f"{self._endpoint.authority}: {error}") from error
        finally:
            if answer is None:
                reset(connection)
        # After `close`, `kept` is no longer ours: the connection goes with it.
        if serves_more and kept is self._kept and len(kept) < KEPT_MAX:
            kept.append(_Kept(connection, Stamp.now(self._clock)))
        else:
            connection.close()
        return answer

    def close(self) -> None:
        """Later calls use new connections; those in progress end on their own."""
        kept, self._kept = self._kept, deque()
        for one in kept:
            one.connection.close()

    def _open_one_of(self, kept: deque[_Kept]) -> socket.socket | None:
        """The one that was used last, if its peer can be expected to be there."""
        while kept:
            try:
                connection, used_at = kept.pop()
            except IndexError:  # another thread took it
                return None
            if used_at.is_younger(self._clock, IDLE_S) and not _has_news(connection):
                return connection
            connection.close()
        return None

    def _new(self) -> socket.socket:
        host, port, limit_s = self._endpoint.host, self._endpoint.port, self._limits.connect_s
        try:
            connection = socket.create_connection((host, port), limit_s)
        except OSError as error:
            raise NotSent(f"{self._endpoint.authority}: no connection: {error}") from error
        try:
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            return self._tls.wrap_socket(connection, server_hostname=host) if self._tls else connection
        except OSError as error:
            connection.close()
            raise NotSent(f"{self._endpoint.authority}: no TLS: {error}") from error

    def _answer(self, connection: socket.socket, request: bytes) -> tuple[Answer, bool]:
        """And whether the connection can serve another call. Raises OSError, ValueError."""
        ends_s = self._clock.monotonic_s() + self._limits.read_s

        def limit() -> None:
            left_s = ends_s - self._clock.monotonic_s()
            if left_s <= 0:
                raise TimeoutError("the answer takes too long")
            connection.settimeout(left_s)

        rest, received = memoryview(request), bytearray()
        while rest:
            limit()
            rest = rest[connection.send(rest) :]

        def receive() -> None:
            limit()
            chunk = connection.recv(_CHUNK_BYTES)
            if not chunk:
                raise ValueError("closed before the answer's end")
            received.extend(chunk)

        return _read(received, receive)


@cache
def _trusting(ca_file: str) -> ssl.SSLContext:
    """Made once for all endpoints: to read the system's authorities is a tenth of a cold start."""
    return ssl.create_default_context(cafile=ca_file or None)


def reset(connection: socket.socket) -> None:
    """The connection is gone; what the kernel has not sent of it is never sent."""
    try:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
    except OSError:
        pass  # it has ended already
    finally:
        connection.close()


def _read(received: bytearray, receive: Callable[[], None]) -> tuple[Answer, bool]:
    """`receive` adds at least a byte to `received`. Raises ValueError for an answer that we do not know."""
    head = _head(received, receive, 0)
    while head.status < 200:  # an interim answer, which the last one follows
        head = _head(received, receive, head.ends)
    coding, length = head.headers.get("transfer-encoding"), head.headers.get("content-length", "")
    if coding == "chunked" and not length:
        body, ends = _chunks(received, receive, head.ends)
    elif coding is None and length.isascii() and length.isdigit() and int(length) <= BODY_BYTES_MAX:
        ends = head.ends + int(length)
        while len(received) < ends:
            receive()
        body = bytes(received[head.ends : ends])
    else:
        raise ValueError("the answer does not tell its length")
    serves_more = head.is_newer and "close" not in head.headers.get("connection", "").lower() and len(received) == ends
    return Answer(head.status, head.headers, body), serves_more


class _Head(NamedTuple):
    is_newer: bool
    """HTTP/1.1, whose connections are kept."""
    status: int
    headers: dict[str, str]
    ends: int


def _head(received: bytearray, receive: Callable[[], None], begins: int) -> _Head:
    ends = _found(b"\r\n\r\n", received, receive, begins)
    first, *lines = received[begins:ends].decode("latin-1").split("\r\n")
    status = _STATUS.fullmatch(first)
    if status is None:
        raise ValueError(f"not an answer: {first[:60]!r}")
    return _Head(status[1] == "1", int(status[2]), _headers(lines), ends + 4)


def _chunks(received: bytearray, receive: Callable[[], None], begins: int) -> tuple[bytes, int]:
    """The body that comes in chunks from there on, and where it ends."""
    body = bytearray()
    while True:
        line_ends = _found(b"\r\n", received, receive, begins)
        size = _CHUNK_SIZE.fullmatch(received[begins:line_ends])
        if size is None or len(body) + int(size[1], 16) > BODY_BYTES_MAX:
            raise ValueError("not a chunk")
        starts, begins = line_ends + 2, line_ends + 2 + int(size[1], 16)
        if starts == begins:  # the last one; headers may follow it, and an empty line does
            return bytes(body), _found(b"\r\n\r\n", received, receive, line_ends) + 4
        while len(received) < begins + 2:
            receive()
        body += received[starts:begins]
        if received[begins : begins + 2] != b"\r\n":
            raise ValueError("a chunk is not as long as it says")
        begins += 2


def _found(end: bytes, received: bytearray, receive: Callable[[], None], begins: int) -> int:
    """Where the first `end` is, from `begins` on."""
    while (place := received.find(end, begins)) < 0:
        if len(received) - begins > HEAD_BYTES_MAX:
            raise ValueError("a line of the answer has no end")
        receive()
    return place


def _headers(lines: list[str]) -> dict[str, str]:
    """By name in lower case; what is repeated is joined by a comma, so two lengths are none."""
    headers: dict[str, str] = {}
    for line in lines:
        name, colon, value = line.partition(":")
        if not colon or name != name.strip():
            raise ValueError(f"not a header: {line[:60]!r}")
        name, value = name.lower(), value.strip()
        headers[name] = f"{headers[name]},{value}" if name in headers else value
    return headers


def _has_news(connection: socket.socket) -> bool:
    """The peer has closed it, or sent what nobody asked for."""
    asked = select.poll()
    asked.register(connection, select.POLLIN)
    return bool(asked.poll(0))

"""Requests to the local cloud over kept-alive connections."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass

import h11

from infra.local.answers import Answer, Headers

_IDLE_S_MAX = 30
"""Well before ministack closes an idle connection (75 s), so that no request is sent into a closing one."""
_ANSWER_WITHIN_S = 900
"""Longer than any client waits: on a busy machine a new worker takes minutes, and its start would be in vain."""
_PLACES_AT_FIRST = 2
_WORKERS_KEPT_S = 240
"""A little less than ministack keeps workers that have nothing to do."""
_READ_BYTES = 65_536
_HOP_BY_HOP = {
    b"connection",
    b"content-length",
    b"expect",
    b"host",
    b"keep-alive",
    b"proxy-authenticate",
    b"proxy-authorization",
    b"proxy-connection",
    b"te",
    b"trailer",
    b"transfer-encoding",
    b"upgrade",
}


@dataclass
class _Connection:
    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter
    protocol: h11.Connection
    used_at_s: float

    def usable(self) -> bool:
        fresh = time.monotonic() - self.used_at_s < _IDLE_S_MAX
        return fresh and not self.reader.at_eof() and not self.writer.is_closing()


class Places:
    """At most `most` requests at once; others wait for their turn. It begins with two and grows by one at a time.

    Each simultaneous request has its own worker process, and a new one takes most of a CPU second. On a busy machine
    several that start at once take each other's time until requests fail. So there is a further place only when a
    request that had the last one has been answered: its worker runs now.
    """

    def __init__(self, most: int, *, monotonic_s: Callable[[], float] = time.monotonic) -> None:
        self._most = most
        self._monotonic_s = monotonic_s
        self._used_at_s = monotonic_s()
        self._begin()

    @asynccontextmanager
    async def taken(self) -> AsyncIterator[None]:
        if self._inside == 0 and self._monotonic_s() - self._used_at_s > _WORKERS_KEPT_S:
            self._begin()
        free = self._free
        async with free:
            self._inside += 1
            last_one = self._inside == self._limit
            try:
                yield
            finally:
                self._inside -= 1
                self._used_at_s = self._monotonic_s()
                if last_one and self._limit < self._most:
                    self._limit += 1
                    free.release()

    def _begin(self) -> None:
        self._limit = min(_PLACES_AT_FIRST, self._most)
        self._inside = 0
        self._free = asyncio.Semaphore(self._limit)


class Upstream:
    """The local cloud at `host:port`; at most `limit` requests at once, see Places.

    `named`: what requests call it by, if not by its address.
    """

    def __init__(self, host: str, port: int, *, limit: int, named: str = "") -> None:
        self._host = host
        self._port = port
        self._authority = (named or f"{host}:{port}").encode()
        self._places = Places(limit)
        self._idle: list[_Connection] = []

    async def exchange(self, method: bytes, target: bytes, headers: Headers, body: bytes) -> Answer:
        """The answer, without the headers of the connection. Raises OSError or h11.ProtocolError.

        No request is sent twice: it may have had its effect although its answer was lost.
        """
        async with self._places.taken():
            connection = await self._connected()
            try:
                async with asyncio.timeout(_ANSWER_WITHIN_S):
                    await self._send(connection, method, target, headers, body)
                    answer = await self._receive(connection)
            except BaseException:
                connection.writer.close()
                raise
            self._release(connection)
            return answer

    def close(self) -> None:
        for connection in self._idle:
            connection.writer.close()
        self._idle.clear()

    async def _connected(self) -> _Connection:
        while self._idle:
            connection = self._idle.pop()
            if connection.usable():
                return connection
            connection.writer.close()
        reader, writer = await asyncio.open_connection(self._host, self._port)
        return _Connection(reader, writer, h11.Connection(h11.CLIENT), time.monotonic())

    async def _send(self, connection: _Connection, method: bytes, target: bytes, headers: Headers, body: bytes) -> None:
        protocol = connection.protocol
        sent = [(b"host", self._authority), *_end_to_end(headers)]
        if body:
            sent.append((b"content-length", str(len(body)).encode()))
        request = h11.Request(method=method, target=target, headers=sent)
        parts = [protocol.send(request)]
        if body:
            parts.append(protocol.send(h11.Data(data=body)))
        parts.append(protocol.send(h11.EndOfMessage()))
        connection.writer.write(b"".join(part for part in parts if part))
        await connection.writer.drain()

    async def _receive(self, connection: _Connection) -> Answer:
        status, headers, body = 0, Headers(), bytearray()
        while True:
            event = connection.protocol.next_event()
            if event is h11.NEED_DATA:
                connection.protocol.receive_data(await connection.reader.read(_READ_BYTES))
            elif isinstance(event, h11.Response):
                status, headers = event.status_code, _end_to_end(event.headers.raw_items())
            elif isinstance(event, h11.Data):
                body += event.data
            elif isinstance(event, h11.EndOfMessage):
                return Answer(status, bytes(body), headers)
            elif isinstance(event, h11.ConnectionClosed):
                raise ConnectionResetError("the local cloud closed the connection")

    def _release(self, connection: _Connection) -> None:
        try:
            connection.protocol.start_next_cycle()
        except h11.ProtocolError:
            connection.writer.close()
            return
        connection.used_at_s = time.monotonic()
        self._idle.append(connection)


def _end_to_end(headers: Headers) -> Headers:
    return [(name, value) for name, value in headers if name.lower() not in _HOP_BY_HOP]

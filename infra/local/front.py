"""The front of the local stack: it answers `/_local` itself, passes the paths of pages to the distribution, and
everything else to the HTTP API.

Bytes pass unchanged both ways, also odd paths and broken encodings. Three kinds of headers do not: those of the
connection itself, `Date`, which states the time of the test clock (clients count down by it), and those of CORS. A page
keeps the real `Date`: a browser would take files of the test clock's 2020 for out of date.
"""

from __future__ import annotations

import asyncio
import contextlib
import http.client
import socket
from email.utils import formatdate

import h11

from infra.local.answers import Answer, ProblemError
from infra.local.clock import LocalClock
from infra.local.cors import Cors
from infra.local.pages import Pages
from infra.local.routes import LocalRoutes
from infra.local.upstream import Upstream

_BODY_BYTES_MAX = 6 * 1024 * 1024
"""The largest body that a function can receive."""
_READ_OUT_BYTES_MAX = 10 * _BODY_BYTES_MAX
_HEAD_BYTES_MAX = 10_240
"""The largest request line and headers that API Gateway accepts."""
_IDLE_S_MAX = 75
_READ_BYTES = 65_536
_BODILESS = {204, 304}


class Front:
    """Answers HTTP/1.1 on a socket. `prefix`: the path under which the upstream serves the API."""

    def __init__(
        self, *, upstream: Upstream, prefix: bytes, routes: LocalRoutes, clock: LocalClock, cors: Cors, pages: Pages
    ) -> None:
        self._upstream = upstream
        self._prefix = prefix
        self._routes = routes
        self._clock = clock
        self._cors = cors
        self._pages = pages

    async def serve(self, listening: socket.socket, until: asyncio.Event) -> None:
        """Accepts connections until the event is set; open ones are then dropped."""
        server = await asyncio.start_server(self._connection, sock=listening)
        await until.wait()
        server.close()
        self._upstream.close()
        self._pages.close()

    async def _connection(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        protocol = h11.Connection(h11.SERVER, max_incomplete_event_size=2 * _HEAD_BYTES_MAX)
        # Cancelled: the stack ends. Raised on, it would be printed as a failure of each open connection.
        with contextlib.suppress(OSError, TimeoutError, asyncio.IncompleteReadError, asyncio.CancelledError):
            while await _Exchange(self, protocol, reader, writer).run():
                protocol.start_next_cycle()
        writer.close()

    async def answer(self, request: h11.Request, body: bytes) -> Answer:
        """The answer to a request, with its headers; no request makes it raise."""
        path = _path(request.target)
        is_page = self._pages.has(path)
        try:
            if is_page:
                answer = await self._pages.answer(request, _origin_form(request.target))
            else:
                answer = self._cors.preflight(request) or await self._answer(request, path, body)
        except ProblemError as problem:
            answer = problem.answer(path.decode())
        except (OSError, h11.ProtocolError) as error:
            detail = f"The local cloud did not answer: {type(error).__name__}."
            answer = ProblemError("unavailable", detail).answer(path.decode())
        return answer if is_page else self.finished(request, answer)

    def finished(self, request: h11.Request | None, answer: Answer) -> Answer:
        """An answer of the API or of the front with the headers of CORS and the test clock's `Date`."""
        if request:
            answer = self._cors.added(request, answer)
        headers = [(name, value) for name, value in answer.headers if name.lower() != b"date"]
        headers.append((b"date", formatdate(self._clock.now_s(), usegmt=True).encode()))
        return Answer(answer.status, answer.body, headers)

    async def _answer(self, request: h11.Request, path: bytes, body: bytes) -> Answer:
        if not path.startswith(b"/"):
            raise _malformed("The request target is not a path.")
        if path == b"/_local" or path.startswith(b"/_local/"):
            return await self._routes.answer(request.method.decode("ascii"), path.decode(), body)
        target = self._prefix + _origin_form(request.target)
        return await self._upstream.exchange(request.method, target, request.headers.raw_items(), body)

    @staticmethod
    def head(answer: Answer, *, close: bool) -> h11.Response:
        headers = [*answer.headers]
        if answer.status not in _BODILESS:
            headers.append((b"content-length", str(len(answer.body)).encode()))
        if close:
            headers.append((b"connection", b"close"))
        reason = http.client.responses.get(answer.status, "").encode()
        return h11.Response(status_code=answer.status, headers=headers, reason=reason)


class _Exchange:
    """One request and its answer on a connection."""

    def __init__(
        self,
        front: Front,
        protocol: h11.Connection,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
    ) -> None:
        self._front = front
        self._protocol = protocol
        self._reader = reader
        self._writer = writer

    async def run(self) -> bool:
        """Whether the connection can be used for another request."""
        request: h11.Request | None = None
        try:
            request = await self._head()
            if request is None:
                return False
            body = await self._body()
        except ProblemError as problem:
            await self._refuse(problem, request)
            return False
        except h11.RemoteProtocolError:
            await self._refuse(_malformed("This is not an HTTP/1.1 request."), request)
            return False
        answer = await self._front.answer(request, body)
        await self._send(answer, head_only=request.method == b"HEAD", close=False)
        return self._protocol.our_state is h11.DONE and self._protocol.their_state is h11.DONE

    async def _head(self) -> h11.Request | None:
        event = await self._next()
        if isinstance(event, h11.ConnectionClosed):
            return None
        assert isinstance(event, h11.Request)
        size = len(event.method) + len(event.target)
        size += sum(len(name) + len(value) + 4 for name, value in event.headers)
        if size > _HEAD_BYTES_MAX:
            raise _malformed("The request line and headers are longer than 10,240 bytes.")
        return event

    async def _body(self) -> bytes:
        body, size = bytearray(), 0
        while True:
            if self._protocol.they_are_waiting_for_100_continue:
                go_on = h11.InformationalResponse(status_code=100, headers=[], reason=b"Continue")
                self._writer.write(self._protocol.send(go_on) or b"")
            event = await self._next()
            if isinstance(event, h11.EndOfMessage):
                break
            if isinstance(event, h11.ConnectionClosed):
                raise ConnectionResetError("the request ended early")
            assert isinstance(event, h11.Data)
            size += len(event.data)
            if size <= _BODY_BYTES_MAX:
                body += event.data
            elif size > _READ_OUT_BYTES_MAX:
                break
        # Read to its end first: if a connection is closed with unread bytes, the client loses the answer.
        if size > _BODY_BYTES_MAX:
            raise _malformed("The body is longer than 6 MB.")
        return bytes(body)

    async def _next(self) -> h11.Event:
        while True:
            event = self._protocol.next_event()
            if event is h11.PAUSED:
                raise _malformed("The connection cannot take another request.")
            if event is not h11.NEED_DATA:
                assert not isinstance(event, type)
                return event
            async with asyncio.timeout(_IDLE_S_MAX):
                self._protocol.receive_data(await self._reader.read(_READ_BYTES))

    async def _refuse(self, problem: ProblemError, request: h11.Request | None) -> None:
        if self._protocol.our_state in {h11.IDLE, h11.SEND_RESPONSE}:
            answer = problem.answer(_path(request.target).decode() if request else "/")
            await self._send(self._front.finished(request, answer), head_only=False, close=True)

    async def _send(self, answer: Answer, *, head_only: bool, close: bool) -> None:
        parts = [self._protocol.send(self._front.head(answer, close=close))]
        if answer.body and not head_only and answer.status not in _BODILESS:
            parts.append(self._protocol.send(h11.Data(data=answer.body)))
        parts.append(self._protocol.send(h11.EndOfMessage()))
        self._writer.write(b"".join(part for part in parts if part))
        await self._writer.drain()


def _malformed(detail: str) -> ProblemError:
    return ProblemError("malformed", detail, {"errors": []})


def _origin_form(target: bytes) -> bytes:
    """`/path?query` of a target that may be an absolute URL, which every server must accept (RFC 9112, 3.2.2)."""
    if target[:7].lower() == b"http://":
        rest = target[7:].partition(b"/")
        return b"/" + rest[2]
    return target


def _path(target: bytes) -> bytes:
    return _origin_form(target).partition(b"?")[0]

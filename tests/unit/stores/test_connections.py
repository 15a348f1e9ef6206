"""Connections that are kept: what may have left, what is read, and when another one is used."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import pytest

from coupons.stores.calls import CallLimits, NotSent, Unanswered
from coupons.stores.connections import BODY_BYTES_MAX, HEAD_BYTES_MAX, IDLE_S, KEPT_MAX, Answer, Connections
from coupons.stores.endpoints import Endpoint
from tests.unit.stores.wire import WAIT_S, Last, Wire, ok, wire
from tests.world import ManualClock

REQUEST = b"POST / HTTP/1.1\r\ncontent-length: 2\r\n\r\n{}"
AMPLE, SHORT = CallLimits(WAIT_S, WAIT_S, 1), CallLimits(0.05, 0.05, 1)


def endpoint(port: int, *, is_tls: bool = False) -> Endpoint:
    return Endpoint(is_tls, "127.0.0.1", port, f"127.0.0.1:{port}", "/", "cn-north-1", "")


@contextmanager
def connected(*answers: bytes | Last | None, read_s: float = WAIT_S) -> Iterator[tuple[Wire, Connections, ManualClock]]:
    with wire(answers) as server:
        clock = ManualClock()
        connections = Connections(endpoint(server.port), CallLimits(WAIT_S, read_s, 1), clock)
        try:
            yield server, connections, clock
        finally:
            connections.close()


def _rest(accepted: socket.socket) -> tuple[int, str]:
    """The number of bytes that still come, and how the connection ends."""
    received = 0
    try:
        while chunk := accepted.recv(1 << 20):
            received += len(chunk)
    except ConnectionResetError:
        return received, "reset"
    return received, "closed"


def test_an_answer_is_what_was_sent() -> None:
    """Its status, its headers in lower case, and its body, also an empty one."""
    with connected(ok(b'{"a": 1}', status=400, X_Amzn_RequestId="r"), ok(b"")) as (server, connections, _):
        first = connections.exchange(REQUEST)
        assert (first.status, first.body, first.headers["x-amzn-requestid"]) == (400, b'{"a": 1}', "r")
        assert connections.exchange(REQUEST) == Answer(200, {"content-length": "0", "x-amz-crc32": "0"}, b"")
        assert server.requests == [REQUEST] * 2


def test_an_answer_in_many_pieces_is_put_together() -> None:
    """DynamoDB's largest has 16 MB; in one length, or in chunks."""
    body = b"x" * 2_000_000
    with connected(ok(body), chunked(b"%x\r\n%b\r\n0\r\n\r\n" % (len(body), body))) as (_, connections, _):
        for _ in range(2):
            assert connections.exchange(REQUEST).body == body


def chunked(body: bytes) -> bytes:
    return ok(body, content_length="", transfer_encoding="chunked")


@pytest.mark.parametrize(
    "answer",
    [
        chunked(b"2\r\n{}\r\n0\r\n\r\n"),
        chunked(b"1;x=y\r\n{\r\n01 \r\n}\r\n000\r\nx: trailer\r\n\r\n"),
        b"HTTP/1.1 100 Continue\r\n\r\n" + ok(),
        b"HTTP/1.1 103 Early Hints\r\nlink: x\r\n\r\nHTTP/1.1 103 X\r\n\r\n" + ok(),
    ],
    ids=range(4),
)
def test_an_answer_in_chunks_or_after_another_is_whole(answer: bytes) -> None:
    """As every client of HTTP/1.1 must read it; its connection serves the next call."""
    with connected(answer, answer) as (server, connections, _):
        for _ in range(2):
            found = connections.exchange(REQUEST)
            assert (found.status, found.body) == (200, b"{}")
        assert server.connections == 1


LENGTH = f"{BODY_BYTES_MAX + 1}"
ANSWERS: list[bytes | Last] = [
    Last(b""),
    Last(b"HTTP/1.1 200 OK\r\n"),
    Last(ok(b"{}")[:-1]),
    ok(b"{}", content_length=""),
    ok(b"{}", content_length="two"),
    ok(b"{}", content_length="-2"),
    ok(b"{}", content_length="²"),
    ok(b"{}", content_length="2, 2"),
    ok(b"{}", content_length=LENGTH),
    ok(b"{}", x="y\r\ncontent-length: 2"),
    ok(b"2\r\n{}\r\n0\r\n\r\n", transfer_encoding="chunked"),
    chunked(b"{}\r\n0\r\n\r\n"),
    chunked(b"-2\r\n{}\r\n0\r\n\r\n"),
    chunked(b"1\r\n{}\r\n0\r\n\r\n"),
    chunked(b"3\r\n{}\r\n0\r\n\r\n"),
    chunked(b"2\r\n{}xx0\r\n\r\n"),
    chunked(b"2" * HEAD_BYTES_MAX + b"22"),
    Last(chunked(b"2\r\n{}\r\n")),
    Last(chunked(b"2\r\n{}\r\n0\r\n")),
    ok(b"2\r\n{}\r\n0\r\n\r\n", content_length="", transfer_encoding="gzip, chunked"),
    b"HTTP/1.1 101 Switching Protocols\r\nupgrade: x\r\n\r\n" + ok(),
    Last(b"HTTP/1.1 100 Continue\r\n\r\n"),
    b"HTTP/2 200 OK\r\ncontent-length: 2\r\n\r\n{}",
    b"HTTP/1.1 2000 OK\r\ncontent-length: 2\r\n\r\n{}",
    b"HTTP/1.1 200 OK\r\nno colon\r\ncontent-length: 2\r\n\r\n{}",
    b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n folded: x\r\n\r\n{}",
    ok(x="y" * 8 * HEAD_BYTES_MAX),
    b"\x16\x03\x01\r\n\r\n",
]


@pytest.mark.parametrize("answer", ANSWERS, ids=range(len(ANSWERS)))
def test_what_is_no_complete_answer_is_none(answer: bytes | Last) -> None:
    """Cut, without one length, or of a protocol that we do not know: the request may have been applied. It is sent
    once, and the next one has a connection of its own.
    """
    with connected(answer, ok()) as (server, connections, _):
        with pytest.raises(Unanswered):
            connections.exchange(REQUEST)
        assert connections.exchange(REQUEST).status == 200
        assert (server.requests, server.connections) == ([REQUEST] * 2, 2)


@pytest.mark.parametrize("answer", [ok(b"1234"), chunked(b"2\r\n12\r\n2\r\n34\r\n0\r\n\r\n")], ids=["length", "chunks"])
def test_an_answer_larger_than_any_is_none(answer: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever sends it is not the service; its bytes are not kept."""
    monkeypatch.setattr("coupons.stores.connections.BODY_BYTES_MAX", 3)
    with connected(ok(b"123"), answer) as (_, connections, _):
        assert connections.exchange(REQUEST).body == b"123"
        with pytest.raises(Unanswered):
            connections.exchange(REQUEST)


def test_a_call_that_failed_resets_its_connection() -> None:
    """So that the kernel forgets what it has not sent: the peer sees a reset, and no end of a stream."""
    with connected(None, read_s=0.05) as (server, connections, _):
        with pytest.raises(Unanswered):
            connections.exchange(REQUEST)
        server.wait(lambda: server.endings == ["reset"])


def test_nothing_of_a_request_leaves_after_its_time() -> None:
    """A peer that did not read in time never gets the rest, though the kernel held some of it by then."""
    whole = b"x" * 50_000_000
    with socket.create_server(("127.0.0.1", 0)) as listener:
        connections = Connections(endpoint(listener.getsockname()[1]), CallLimits(WAIT_S, 0.05, 1), ManualClock())
        with pytest.raises(Unanswered):
            connections.exchange(whole)
        accepted, _ = listener.accept()
        with accepted:
            accepted.settimeout(WAIT_S)
            received, ending = _rest(accepted)
        assert (received < len(whole), ending) == (True, "reset")


def test_a_peer_that_is_not_there_was_sent_nothing() -> None:
    """No connection, no TLS within the limit, TLS with somebody who does not speak it: no request has left."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        with pytest.raises(NotSent):
            Connections(endpoint(port, is_tls=True), SHORT, ManualClock()).exchange(REQUEST)
    with pytest.raises(NotSent):
        Connections(endpoint(port), AMPLE, ManualClock()).exchange(REQUEST)
    with wire([b"HTTP/1.1 400 Bad\r\n\r\n"]) as server:
        with pytest.raises(NotSent):
            Connections(endpoint(server.port, is_tls=True), SHORT, ManualClock()).exchange(REQUEST)
        assert server.requests == []


def test_an_answer_in_drops_has_no_more_time_than_another() -> None:
    """The limit is one of the whole call, from sending on: it does not start anew at each byte."""

    class Hasty(ManualClock):
        def monotonic_s(self) -> float:
            self.monotonic += WAIT_S * 0.4
            return self.monotonic

    with wire([ok(b"{}")[:-1]]) as server, pytest.raises(Unanswered, match="too long"):
        Connections(endpoint(server.port), AMPLE, Hasty()).exchange(REQUEST)


def test_a_connection_serves_call_after_call() -> None:
    """A handshake costs more than a claim."""
    with connected(*[ok()] * 5) as (server, connections, clock):
        for _ in range(5):
            connections.exchange(REQUEST)
            clock.advance(IDLE_S - 1)
        assert server.connections == 1


@pytest.mark.parametrize(("wall_s", "monotonic_s"), [(IDLE_S, 1), (1, IDLE_S), (-1, 1), (IDLE_S, IDLE_S)])
def test_a_connection_that_was_idle_is_not_used_again(wall_s: int, monotonic_s: int) -> None:
    """By either clock: one may stand still while the process is frozen, the other may be set."""
    with connected(ok(), ok()) as (server, connections, clock):
        connections.exchange(REQUEST)
        clock.wall += wall_s
        clock.monotonic += monotonic_s
        connections.exchange(REQUEST)
        assert (server.connections, server.requests) == (2, [REQUEST] * 2)
        server.wait(lambda: server.endings == ["closed"])


LAST = [
    ok(connection="close"),
    ok(connection="Close"),
    ok().replace(b"HTTP/1.1", b"HTTP/1.0"),
    ok() + b"x",
    ok() + ok(),
]


@pytest.mark.parametrize("last", LAST, ids=["close", "Close", "HTTP/1.0", "a byte more", "an answer more"])
def test_a_connection_that_has_said_its_last_is_not_used_again(last: bytes) -> None:
    """What is left on it would be taken for the next answer."""
    with connected(last, ok()) as (server, connections, _):
        assert connections.exchange(REQUEST).body == b"{}"
        assert connections.exchange(REQUEST).body == b"{}"
        assert server.connections == 2


@pytest.mark.parametrize("late", [b"", ok(b'{"late": 1}')], ids=["closed", "a late answer"])
def test_a_connection_with_news_is_not_used_again(late: bytes) -> None:
    """Its peer closed it while it was idle, or wrote what nobody asked for: the request goes out once, elsewhere."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        connections = Connections(endpoint(listener.getsockname()[1]), AMPLE, ManualClock())
        told, peers = list[Answer](), list[socket.socket]()

        def exchange() -> threading.Thread:
            thread = threading.Thread(target=lambda: told.append(connections.exchange(REQUEST)))
            thread.start()
            return thread

        for body in (b"1", b"2"):
            thread = exchange()
            peers.append(listener.accept()[0])
            assert peers[-1].recv(1 << 16) == REQUEST
            peers[-1].sendall(ok(body))
            thread.join(WAIT_S)
            if late:
                peers[-1].sendall(late)
            else:
                peers[-1].shutdown(socket.SHUT_WR)
        assert [answer.body for answer in told] == [b"1", b"2"]
        assert _rest(peers[0])[0] == 0
        connections.close()
        for peer in peers:
            peer.close()


def test_each_thread_has_a_connection_of_its_own() -> None:
    """And as many as are kept are used again."""
    threads = KEPT_MAX + 4
    with connected(*[ok()] * threads * 2) as (server, connections, _):
        barrier = threading.Barrier(threads)
        real = connections._answer

        def answer(*arguments: object) -> object:
            barrier.wait(WAIT_S)
            return real(*arguments)  # type: ignore[arg-type]

        connections._answer = answer  # type: ignore[method-assign,assignment]
        with ThreadPoolExecutor(threads) as pool:
            assert len(list(pool.map(connections.exchange, [REQUEST] * threads))) == threads
            assert (server.connections, len(connections._kept)) == (threads, KEPT_MAX)
            assert len(list(pool.map(connections.exchange, [REQUEST] * threads))) == threads
        assert server.connections == threads + threads - KEPT_MAX


def test_after_close_every_call_has_a_new_connection() -> None:
    """Also one that was in progress leaves none behind: a restored process has no peer that knows it."""
    with connected(*[ok()] * 3) as (server, connections, _):
        connections.exchange(REQUEST)
        real = connections._answer

        def closed_meanwhile(connection: socket.socket, request: bytes) -> tuple[Answer, bool]:
            told = real(connection, request)
            connections.close()
            return told

        connections._answer = closed_meanwhile  # type: ignore[method-assign]
        connections.exchange(REQUEST)
        connections._answer = real  # type: ignore[method-assign]
        assert server.connections == 1
        connections.exchange(REQUEST)
        assert server.connections == 2
        server.wait(lambda: server.endings == ["closed"])

"""HTTP/1.1 messages as bytes: read whole, made up, and framed in other ways than the engine framed them."""

from __future__ import annotations

import json
import re
import socket
from collections.abc import Callable
from typing import Any
from zlib import crc32

TRANSACTION = "TransactWriteItems"
SHORT_BY = 8
"""Bytes of an answer that a fault cuts off."""
_HINTS = b"HTTP/1.1 103 Early Hints\r\nlink: </x>; rel=preload\r\n\r\n"
_CONTINUE = b"HTTP/1.1 100 Continue\r\n\r\n"


def read(end: socket.socket) -> bytes:
    """A whole request or answer; empty if the other side has closed before its last byte."""
    data = b""
    while b"\r\n\r\n" not in data:
        more = end.recv(1 << 16)
        if not more:
            return b""
        data += more
    head, _, body = data.partition(b"\r\n\r\n")
    missing = _length(head) - len(body)
    while missing > 0:
        more = end.recv(1 << 16)
        if not more:
            return b""
        data += more
        missing -= len(more)
    return data


def _length(head: bytes) -> int:
    found = re.search(rb"(?i)\r\ncontent-length: *(\d+)", head)
    return int(found[1]) if found else 0


def operation(request: bytes) -> str:
    found = re.search(rb"(?i)\r\nx-amz-target: *[^.\r]*\.(\w+)", request)
    return found[1].decode() if found else ""


def body(message: bytes) -> bytes:
    return message.partition(b"\r\n\r\n")[2]


def exchange(engine: socket.socket, request: bytes) -> bytes:
    engine.sendall(request)
    answer = read(engine)
    if not answer:
        raise OSError("the engine closed the connection")
    return answer


def made(status: int, content: bytes, *, crc: bool = True) -> bytes:
    lines = [f"HTTP/1.1 {status} X", "content-type: application/x-amz-json-1.0", f"content-length: {len(content)}"]
    if crc:
        lines.append(f"x-amz-crc32: {crc32(content)}")
    return "\r\n".join([*lines, "", ""]).encode() + content


def error(status: int, code: str, **more: Any) -> bytes:
    """As DynamoDB answers what it refuses."""
    named = {"__type": f"com.amazonaws.dynamodb.v20120810#{code}", "message": code, **more}
    return made(status, json.dumps(named).encode())


def _reframed(answer: bytes, header: bytes, content: bytes) -> bytes:
    """The same status and headers, but `header` in place of the length."""
    head, _, _ = answer.partition(b"\r\n\r\n")
    kept = [line for line in head.split(b"\r\n") if not line.lower().startswith((b"content-length:", b"connection:"))]
    return b"\r\n".join([*kept, header, b"", content])


def _chunked(answer: bytes) -> bytes:
    content = body(answer)
    half = len(content) // 2
    chunks = b"".join(b"%x\r\n%b\r\n" % (len(part), part) for part in (content[:half], content[half:]) if part)
    return _reframed(answer, b"transfer-encoding: chunked", chunks + b"0\r\n\r\n")


def _unframed(answer: bytes) -> bytes:
    return _reframed(answer, b"connection: close", body(answer))


def _goodbye(answer: bytes) -> bytes:
    return _reframed(answer, b"connection: close\r\ncontent-length: %d" % len(body(answer)), body(answer))


def _short(answer: bytes) -> bytes:
    """Says fewer bytes than come."""
    return _reframed(answer, b"content-length: %d" % (len(body(answer)) - 1), body(answer))


def _old(answer: bytes) -> bytes:
    return _unframed(answer).replace(b"HTTP/1.1", b"HTTP/1.0", 1)


FRAMED: dict[str, Callable[[bytes], bytes]] = {
    "chunked": _chunked,
    "unframed": _unframed,
    "goodbye": _goodbye,
    "old": _old,
    "short": _short,
    "twice": lambda answer: answer * 2,
    "continue": lambda answer: _CONTINUE + answer,
    "hints": lambda answer: _HINTS + answer,
}
"""The engine's answer, in other bytes. `goodbye` is the last of its connection by its own words; `unframed` and `old`
end where the connection does; `short` has one byte more than it says; `twice` comes two times; before the others comes
an interim answer."""


_FIXED = {
    "broken": made(200, b'{"Attributes": {"remaining": {"N": "7'),
    "empty": made(200, b""),
    "html 5xx": made(503, b"<html><body>Service Unavailable</body></html>", crc=False),
    "html 413": made(413, b"<html><body>Request Entity Too Large</body></html>", crc=False),
    "5xx": error(500, "InternalServerError"),
    "throttled": error(400, "ProvisionedThroughputExceededException"),
}
MADE_UP = (*_FIXED, "crc", "conflict", "in progress")


def made_up(kind: str, request: bytes, answer: bytes) -> bytes:
    """An answer that the engine never gave."""
    if kind == "crc":
        head, _, content = answer.partition(b"\r\n\r\n")
        changed = re.sub(rb"\d(?=\D*$)", lambda found: b"%d" % (9 - int(found[0])), content)
        return head + b"\r\n\r\n" + (changed if changed != content else content.replace(b"{", b"[", 1))
    if kind in _FIXED:
        return _FIXED[kind]
    if operation(request) != TRANSACTION:
        return error(400, "TransactionConflictException")
    if kind == "in progress":
        return error(400, "TransactionInProgressException")
    parts = json.loads(body(request))["TransactItems"]
    reasons = [{"Code": "TransactionConflict", "Message": "busy"}, *[{"Code": "None"}] * (len(parts) - 1)]
    return error(400, "TransactionCanceledException", CancellationReasons=reasons)

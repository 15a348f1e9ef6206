"""Whoever calls the stack over HTTP: one kept-alive connection, one token, answers as they come."""

from __future__ import annotations

import http.client
import json
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

from tests.world import Answered

TIMEOUT_S = 40
CLIENTS = 16
BUSY_MAX = 5
"""A machine that is busy with other things makes the engine miss the functions' short time limits."""
T = TypeVar("T")
S = TypeVar("S")


class Caller:
    """What a request got is what a test sees, except `busy`: that is repeated, as its answer says."""

    def __init__(self, host: str, port: int, token: str | None) -> None:
        self.token = token
        self.was_busy = 0
        """How many answers were `busy`: after one, the first success may be a replay."""
        self._connection = http.client.HTTPConnection(host, port, timeout=TIMEOUT_S)

    def __enter__(self) -> Caller:
        return self

    def __exit__(self, *_error: object) -> None:
        self._connection.close()

    def send(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        raw: bytes | None = None,
        headers: dict[str, str] | None = None,
    ) -> Answered:
        sent = dict(headers or {})
        if self.token:
            sent["Authorization"] = f"Bearer {self.token}"
        if body is not None:
            raw = json.dumps(body).encode()
        if raw is not None:
            sent.setdefault("Content-Type", "application/json")
        for _ in range(BUSY_MAX):
            self._connection.request(method, path, body=raw, headers=sent)
            response = self._connection.getresponse()
            text = response.read().decode()
            answer = Answered(response.status, {name.lower(): value for name, value in response.getheaders()}, text)
            if answer.slug != "busy":
                return answer
            self.was_busy += 1
        return answer

    def claim(self, batch_id: str) -> Answered:
        return self.send("PUT", f"/batches/{batch_id}/claim", {})

    def redeem(self, order_no: str, code: str, order: dict[str, Any]) -> Answered:
        return self.send("PUT", f"/orders/{order_no}/redemption", {"code": code, "order": order})


def from_many_clients(work: Callable[[S], T], things: Sequence[S]) -> list[T]:
    """`work` on each thing, sixteen at a time."""
    with ThreadPoolExecutor(CLIENTS) as pool:
        return list(pool.map(work, things))

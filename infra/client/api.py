"""HTTP with one stack: a kept-alive connection, time limits, and repeats of requests that are safe to repeat.

Errors, all of them `ApiError`:

    ApiError
    ├── ProblemError      the stack answered with a refusal: `status`, `slug`, `problem` (RFC 9457 members)
    └── UnreachableError  no usable answer after all attempts
"""

from __future__ import annotations

import http.client
import json
import random
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode, urlsplit

from infra.client.server_time import ServerTime

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from types import TracebackType

LOCAL_URL = "http://127.0.0.1:8080"
LOOPBACK_HOSTS = frozenset({"127.0.0.1", "localhost", "::1"})
ATTEMPTS_MAX = 5
BACKOFF_S = 0.2
PATIENCE_S = 60.0
"""No attempt begins later than this after the first one."""
TIMEOUT_S = 30.0
ANSWER_BYTES_MAX = 16_000_000
THROTTLED = 429
"""The gateway refused; no function has received the request."""
AGAIN = frozenset({THROTTLED, 500, 502, 503, 504})
"""Statuses to repeat a safe request after. Except for 429 the outcome is unknown; the repeat finds it."""


class ApiError(Exception):
    """A request was refused or got no usable answer."""


class ProblemError(ApiError):
    """The stack refused. `problem` is its problem document; a gateway's own `{message}` body becomes a title.

    `maybe_done`: the outcome of an earlier attempt is unknown, so the request may have been done before it was refused.
    """

    def __init__(
        self, status: int, problem: Mapping[str, Any], *, retry_after_s: float | None = None, maybe_done: bool = False
    ) -> None:
        self.status = status
        self.problem = dict(problem)
        self.retry_after_s = retry_after_s
        self.maybe_done = maybe_done
        super().__init__(f"{status} {self.title}")

    @property
    def title(self) -> str:
        text = self.problem.get("title") or self.problem.get("message")
        return str(text or http.client.responses.get(self.status, "refused"))

    @property
    def slug(self) -> str:
        """`not-found` of `/problems/not-found`; empty if the gateway itself refused."""
        return str(self.problem.get("type", "")).rpartition("/")[2]


class UnreachableError(ApiError):
    """No usable answer: nothing listens, time ran out, or the server is not a stack."""


@dataclass(frozen=True)
class Answer:
    """An answer with status 2xx: its JSON object (empty without a body), and whether it repeats an earlier write."""

    status: int
    body: dict[str, Any]
    replayed: bool = False


@dataclass
class Device:
    """What the client needs of the machine: a monotonic clock, sleep and chance. Tests hand in their own."""

    # Looked up at construction, not at import: a test may have replaced them.
    monotonic_s: Callable[[], float] = field(default_factory=lambda: time.monotonic)
    sleep: Callable[[float], None] = field(default_factory=lambda: time.sleep)
    uniform: Callable[[float, float], float] = field(default_factory=lambda: random.uniform)


class Api:
    """One connection to one stack with one token; not shared between threads."""

    def __init__(
        self,
        url: str = LOCAL_URL,
        token: str | None = None,
        *,
        timeout_s: float = TIMEOUT_S,
        patience_s: float = PATIENCE_S,
        agent: str = "coupon-season",
        device: Device | None = None,
    ) -> None:
        """
        Raises:
            ValueError: `url` is not an http or https address.
        """
        parts = urlsplit(url)
        if parts.scheme not in {"http", "https"} or not parts.hostname or parts.query or parts.fragment:
            raise ValueError(f"{url!r} is not an http or https address")
        connection = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
        self._connection = connection(parts.hostname, parts.port, timeout=timeout_s)
        self._prefix = parts.path.rstrip("/")
        self._patience_s = patience_s
        self._agent = agent
        self.device = device or Device()
        self.time = ServerTime(self.device.monotonic_s)
        self.url = url
        self.token = token
        self.local = parts.hostname in LOOPBACK_HOSTS

    def __enter__(self) -> Api:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        self._connection.close()

    def get(self, path: str, **query: str | int | None) -> Answer:
        return self.request("GET", with_query(path, query))

    def put(self, path: str, body: object) -> Answer:
        return self.request("PUT", path, body)

    def post(self, path: str, body: object, *, repeatable: bool = False) -> Answer:
        """`repeatable`: sending it twice has the same effect as once, so it may be repeated."""
        return self.request("POST", path, body, repeatable=repeatable)

    def request(self, method: str, path: str, body: object = None, *, repeatable: bool | None = None) -> Answer:
        """The answer of the stack. A safe request is repeated after a lost answer and after a status of AGAIN.

        Raises:
            ProblemError: any answer but 2xx, after the last attempt also those of AGAIN.
            UnreachableError: no answer after the last attempt.
        """
        if repeatable is None:
            repeatable = method in {"GET", "PUT", "DELETE"}
        attempts = ATTEMPTS_MAX if repeatable else 1
        if not repeatable:
            # A kept-alive connection may be closed already; only a second attempt can tell that from a lost answer.
            self.close()
        until_s = self.device.monotonic_s() + self._patience_s
        maybe_done = False
        for attempt in range(1, attempts + 1):
            may_go_on = attempt < attempts
            try:
                status, headers, raw = self._once(method, path, body)
            except (OSError, http.client.HTTPException) as error:
                self.close()
                if may_go_on and self._pause(attempt, 0.0, until_s):
                    maybe_done = True
                    continue
                raise UnreachableError(f"{self.url} gives no answer: {_reason(error)}") from error
            maybe_done = maybe_done or (status in AGAIN and status != THROTTLED)
            retry_after_s = _retry_after_s(headers)
            if status in AGAIN and may_go_on and self._pause(attempt, retry_after_s or 0.0, until_s):
                continue
            replayed = headers.get("Idempotent-Replay", "").lower() == "true"
            if 200 <= status < 300:
                return Answer(status, _object(self.url, status, raw), replayed)
            raise ProblemError(status, _problem(raw), retry_after_s=retry_after_s, maybe_done=maybe_done)
        raise AssertionError("the last attempt returns or raises")

    def _once(self, method: str, path: str, body: object) -> tuple[int, http.client.HTTPMessage, bytes]:
        headers = {"Accept": "application/json", "User-Agent": self._agent}
        if self.token:
            headers["Authorization"] = f"Bearer {self.token}"
        payload = None
        if body is not None:
            payload = json.dumps(body, ensure_ascii=False).encode()
            headers["Content-Type"] = "application/json"
        sent_s = self.device.monotonic_s()
        self._connection.request(method, self._prefix + path, body=payload, headers=headers)
        response = self._connection.getresponse()
        received_s = self.device.monotonic_s()
        self.time.learn(response.getheader("Date"), response.getheader("Age"), sent_s, received_s)
        raw = response.read(ANSWER_BYTES_MAX + 1)
        if len(raw) > ANSWER_BYTES_MAX:
            raise http.client.HTTPException(f"an answer of more than {ANSWER_BYTES_MAX} bytes")
        return response.status, response.headers, raw

    def _pause(self, attempt: int, retry_after_s: float, until_s: float) -> bool:
        """Waits before the next attempt; returns False at once if that would be later than `until_s`."""
        # Full jitter, so that clients that failed together do not retry together.
        wait_s = retry_after_s + self.device.uniform(0, BACKOFF_S * 2**attempt)
        if self.device.monotonic_s() + wait_s > until_s:
            return False
        self.device.sleep(wait_s)
        return True


def with_query(path: str, query: Mapping[str, str | int | None]) -> str:
    given = {name: value for name, value in query.items() if value is not None}
    return f"{path}?{urlencode(given)}" if given else path


def _retry_after_s(headers: http.client.HTTPMessage) -> float | None:
    """The contract states seconds, never a date."""
    text = headers.get("Retry-After") or ""
    return float(text[:9]) if text.isdecimal() else None


def _object(url: str, status: int, raw: bytes) -> dict[str, Any]:
    body = _json(raw)
    if not isinstance(body, dict):
        raise UnreachableError(f"{url} answers {status} without a JSON object: is a stack there?")
    return body


def _problem(raw: bytes) -> dict[str, Any]:
    body = _json(raw)
    return body if isinstance(body, dict) else {}


def _json(raw: bytes) -> object:
    try:
        return json.loads(raw or b"{}")
    except (ValueError, RecursionError):
        return None


def _reason(error: Exception) -> str:
    return str(error) or type(error).__name__

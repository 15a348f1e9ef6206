"""A small HTTP client of a stack: kept-alive connection, time limits, retries only where a repeat is safe.

Errors, all of them `ApiError`:

    ApiError
    ├── ProblemError      the stack answered with a refusal: `status`, `problem` (RFC 9457 members)
    └── UnreachableError  no answer, or none that can be understood, after the attempts
"""

from __future__ import annotations

import http.client
import json
import random
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal
from urllib.parse import quote, urlencode, urlsplit

from infra.couponctl.campaign_files import load_campaign
from infra.couponctl.core_yaml import DocumentFileError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from types import TracebackType

__all__ = [
    "Answer",
    "Api",
    "ApiError",
    "Applied",
    "DocumentFileError",
    "ProblemError",
    "UnreachableError",
    "apply",
    "load_campaign",
    "publish",
]

LOCAL_URL = "http://127.0.0.1:8080"
LOOPBACK_HOSTS = frozenset({"127.0.0.1", "localhost", "::1"})
ATTEMPTS_MAX = 4
BACKOFF_S = 0.2
RETRY_AFTER_MAX_S = 5.0
TIMEOUT_S = 30.0
ANSWER_BYTES_MAX = 16_000_000


class ApiError(Exception):
    """Whatever kept a request from its answer."""


class ProblemError(ApiError):
    """The stack refused. `problem` is its problem document; the gateway's own `{message}` bodies become a title."""

    def __init__(self, status: int, problem: Mapping[str, Any]) -> None:
        self.status = status
        self.problem = dict(problem)
        super().__init__(f"{status} {self.title}")

    @property
    def title(self) -> str:
        text = self.problem.get("title") or self.problem.get("message")
        return str(text or http.client.responses.get(self.status, "refused"))

    @property
    def slug(self) -> str:
        """`not-found` of `/problems/not-found`."""
        return str(self.problem.get("type", "")).rpartition("/")[2]


class UnreachableError(ApiError):
    """No usable answer: nothing listens, the time is up, or what answers is not a stack."""


@dataclass(frozen=True)
class Answer:
    """A good answer: its status, its JSON object (empty if no body), and whether it repeats an earlier write."""

    status: int
    body: dict[str, Any]
    replayed: bool = False


class Api:
    """One connection to one stack with one token; not shared between threads."""

    def __init__(
        self,
        url: str = LOCAL_URL,
        token: str | None = None,
        *,
        timeout_s: float = TIMEOUT_S,
        sleep: Callable[[float], None] | None = None,
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
        self._sleep = sleep or time.sleep
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
        given = {name: value for name, value in query.items() if value is not None}
        return self.request("GET", f"{path}?{urlencode(given)}" if given else path)

    def put(self, path: str, body: object) -> Answer:
        return self.request("PUT", path, body)

    def post(self, path: str, body: object, *, repeatable: bool = False) -> Answer:
        """`repeatable`: doing it twice is the same as doing it once, so that it may be retried."""
        return self.request("POST", path, body, repeatable=repeatable)

    def request(self, method: str, path: str, body: object = None, *, repeatable: bool | None = None) -> Answer:
        """The answer of the stack, retried on 503 and on a lost connection if a repeat is safe.

        Raises:
            ProblemError: any other answer than 2xx, and 503 after the last attempt.
            UnreachableError: no answer after the last attempt.
        """
        if repeatable is None:
            repeatable = method in {"GET", "PUT", "DELETE"}
        attempts = ATTEMPTS_MAX if repeatable else 1
        if not repeatable:
            # A kept-alive connection may be dead already, which only a second attempt could tell from a lost answer.
            self.close()
        for attempt in range(1, attempts + 1):
            try:
                status, headers, raw = self._once(method, path, body)
            except (OSError, http.client.HTTPException) as error:
                self.close()
                if attempt == attempts:
                    raise UnreachableError(f"{self.url} gives no answer: {_reason(error)}") from error
                self._pause(attempt, None)
                continue
            if status == 503 and attempt < attempts:
                self._pause(attempt, headers.get("Retry-After"))
                continue
            return _answer(self.url, status, headers, raw)
        raise AssertionError("the last attempt returns or raises")

    def _once(self, method: str, path: str, body: object) -> tuple[int, http.client.HTTPMessage, bytes]:
        headers = {"Accept": "application/json", "User-Agent": "couponctl"}
        if self.token:
            headers["Authorization"] = f"Bearer {self.token}"
        payload = None
        if body is not None:
            payload = json.dumps(body, ensure_ascii=False).encode()
            headers["Content-Type"] = "application/json"
        self._connection.request(method, self._prefix + path, body=payload, headers=headers)
        response = self._connection.getresponse()
        raw = response.read(ANSWER_BYTES_MAX + 1)
        if len(raw) > ANSWER_BYTES_MAX:
            raise http.client.HTTPException(f"an answer of more than {ANSWER_BYTES_MAX} bytes")
        return response.status, response.headers, raw

    def _pause(self, attempt: int, retry_after: str | None) -> None:
        # Full jitter, so that clients that failed together do not come back together.
        wait_s = random.uniform(0, BACKOFF_S * 2**attempt)
        if retry_after is not None and retry_after.isdecimal():
            wait_s += min(float(retry_after[:6]), RETRY_AFTER_MAX_S)
        self._sleep(wait_s)


def _answer(url: str, status: int, headers: http.client.HTTPMessage, raw: bytes) -> Answer:
    try:
        body = json.loads(raw or b"{}")
    except (ValueError, RecursionError):
        body = None
    if not 200 <= status < 300:
        raise ProblemError(status, body if isinstance(body, dict) else {})
    if not isinstance(body, dict):
        raise UnreachableError(f"{url} answers {status} without a JSON object: is a stack there?")
    return Answer(status=status, body=body, replayed=headers.get("Idempotent-Replay", "").lower() == "true")


def _reason(error: Exception) -> str:
    return str(error) or type(error).__name__


@dataclass(frozen=True)
class Applied:
    """What `apply` came to: the campaign now stands at `revision`."""

    campaign_id: str
    outcome: Literal["created", "updated", "unchanged"]
    revision: int | None


def apply(api: Api, document: Mapping[str, Any]) -> Applied:
    """The campaign stands as `document` says; applying it again changes nothing.

    The file carries no revision: the current one is read first and sent along, so that an edit in between is refused
    (`revision-conflict`) rather than overwritten. A `revision` in the document is sent as it stands.

    Raises:
        ApiError: refused, or no answer.
    """
    campaign_id = str(document["campaign_id"])
    path = f"/admin/campaigns/{quote(campaign_id, safe='')}"
    current = _revision_of(api, path)
    sent = dict(document)
    if sent.get("revision") is None and current is not None:
        sent["revision"] = current
    answer = api.put(path, sent)
    revision = answer.body.get("revision")
    if answer.status == 201:
        return Applied(campaign_id, "created", revision)
    unchanged = answer.replayed or (revision is not None and revision == current)
    return Applied(campaign_id, "unchanged" if unchanged else "updated", revision)


def _revision_of(api: Api, path: str) -> int | None:
    try:
        revision = api.get(path).body.get("revision")
    except ProblemError as error:
        if error.status == 404:
            return None
        raise
    return revision if isinstance(revision, int) else None


def publish(api: Api, batch_id: str) -> dict[str, Any]:
    """The batch is published: `{batch_id, status, …}`. Publishing again changes nothing.

    Raises:
        ApiError: refused (`budget-exceeded`, …), or no answer.
    """
    return api.post(f"/admin/batches/{quote(batch_id, safe='')}/publish", {}, repeatable=True).body

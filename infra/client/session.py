"""One caller's session: routes by name, the server's time, and waits that the caller limits."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self
from urllib.parse import quote

from infra.client.api import LOCAL_URL, Answer, Api, Device, ProblemError, UnreachableError, with_query
from infra.client.reactions import reaction_to

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from types import TracebackType

    from infra.client.server_time import ServerTime

AGENT = "coupon-season-client"
TIMEOUT_S = 15.0
"""A function times out after 10 s."""
COME_BACK_S = 10.0
"""The wait after a temporary refusal that states no time."""
JITTER_S = 3.0
"""Spreads a crowd that waits for the same moment."""
PAGES_MAX = 10_000


class Session:
    """Built with an address and a token, or on an open connection. Not shared between threads."""

    def __init__(
        self,
        url: str = LOCAL_URL,
        token: str | None = None,
        *,
        device: Device | None = None,
        api: Api | None = None,
    ) -> None:
        self.api = api or Api(url, token, timeout_s=TIMEOUT_S, agent=AGENT, device=device)
        self.last: Answer | None = None
        """The latest answer with status 2xx, and whether it was a replay."""
        self._device = self.api.device
        self._begin()

    def _begin(self) -> None:
        """Sets up what a subclass keeps."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.api.close()

    @property
    def time(self) -> ServerTime:
        """The server's time; known after the first answer."""
        return self.api.time

    def seconds_until(self, moment: str) -> float:
        """Seconds until an RFC 3339 time of an answer (`opens_at`), by the server's clock; 0 once it has come."""
        return self.time.seconds_until(moment)

    def _call(
        self,
        route: str,
        path: Mapping[str, str] | None = None,
        *,
        body: Mapping[str, Any] | None = None,
        query: Mapping[str, str | None] | None = None,
        writes: bool = True,
    ) -> Any:
        """The body of the answer of `METHOD /path/{name}`. A POST that writes nothing may be repeated like a GET."""
        method, _, template = route.partition(" ")
        target = template.format(**{name: quote(value, safe="") for name, value in (path or {}).items()})
        repeatable = None if method != "POST" else not writes
        self.last = self.api.request(method, with_query(target, query or {}), body, repeatable=repeatable)
        return self.last.body

    def _pages(
        self, route: str, path: Mapping[str, str], query: Mapping[str, str | None] | None = None
    ) -> Iterator[Any]:
        """Each page of a GET, by the `next` of the one before. Raises UnreachableError if they do not end."""
        cursor: str | None = None
        for _ in range(PAGES_MAX):
            page = self._call(route, path, query={**(query or {}), "cursor": cursor})
            yield page
            cursor = page["next"]
            if cursor is None:
                return
        raise UnreachableError(f"the pages of {route} do not end")

    def _come_back_s(self, error: ProblemError) -> float | None:
        """Seconds to wait before a retry can succeed; None if it cannot."""
        reaction = reaction_to(error)
        if reaction.kind not in ("wait", "repeat"):
            return None
        moment = error.problem.get("opens_at") or error.problem.get("returns_at")
        if error.retry_after_s is not None:
            wait_s = error.retry_after_s
        elif moment is not None and self.time.is_known:
            wait_s = self.seconds_until(str(moment))
        else:
            wait_s = COME_BACK_S
        return wait_s + self._device.uniform(0, JITTER_S)

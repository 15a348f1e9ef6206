"""CORS as API Gateway does it for an HTTP API, by the template's own configuration.

If ministack did it, the two kinds of answers that matter most to whoever writes a page would lack the headers:
ministack's own refusals, and those of the front.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import h11

from infra.local.answers import Answer, Headers

ANY = "*"
_SCHEMES = ("http://*", "https://*")
"""Every origin of the scheme."""


@dataclass(frozen=True)
class Cors:
    origins: tuple[str, ...]
    """Each like `http://localhost:5173`, or one of `_SCHEMES`, or `ANY`. If empty, no other page may call."""
    methods: str
    request_headers: str
    exposed: str
    max_age_s: int

    @classmethod
    def declared(cls, template: Mapping[str, Any], origins: Iterable[str]) -> Cors:
        """The template's configuration, for these origins."""
        _, declared, _ = template["Resources"]["Api"]["Properties"]["CorsConfiguration"]["Fn::If"]
        return cls(
            origins=tuple(origins),
            methods=", ".join(declared["AllowMethods"]),
            request_headers=", ".join(declared["AllowHeaders"]),
            exposed=", ".join(declared["ExposeHeaders"]),
            max_age_s=declared["MaxAge"],
        )

    def preflight(self, request: h11.Request) -> Answer | None:
        """The answer to a preflight; None if the request is none. Browsers read a missing header as a refusal."""
        if request.method != b"OPTIONS" or not self.origins:
            return None
        if not (_header(request, b"origin") and _header(request, b"access-control-request-method")):
            return None
        if self._allowed(request) is None:
            return Answer(204, b"")
        headers = {
            "access-control-allow-methods": self.methods,
            "access-control-allow-headers": self.request_headers,
            "access-control-max-age": str(self.max_age_s),
        }
        return Answer(204, b"", [(name.encode(), value.encode()) for name, value in headers.items()])

    def added(self, request: h11.Request, answer: Answer) -> Answer:
        """The answer with the headers that let the page read it, if the page's origin is allowed."""
        headers: Headers = []
        if self.origins and ANY not in self.origins:
            headers.append((b"vary", b"origin"))
        if (allowed := self._allowed(request)) is not None:
            headers += [
                (b"access-control-allow-origin", allowed),
                (b"access-control-expose-headers", self.exposed.encode()),
            ]
        return Answer(answer.status, answer.body, [*answer.headers, *headers])

    def _allowed(self, request: h11.Request) -> bytes | None:
        """The value of `Access-Control-Allow-Origin`; None without an origin, or if it is not allowed."""
        origin = _header(request, b"origin").decode("latin-1")
        if not origin:
            return None
        if ANY in self.origins:
            return ANY.encode()
        of_scheme = any(scheme in self.origins and origin.startswith(scheme[:-1]) for scheme in _SCHEMES)
        return origin.encode("latin-1") if of_scheme or origin in self.origins else None


def _header(request: h11.Request, name: bytes) -> bytes:
    return next((value for key, value in request.headers if key == name), b"")

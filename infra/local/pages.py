"""Web pages of the local stack: from its distribution, as on AWS."""

from __future__ import annotations

from typing import TYPE_CHECKING

import h11

from infra.local.answers import Answer
from infra.pages.applications import is_page, page_patterns

if TYPE_CHECKING:
    from infra.local.upstream import Upstream

_SCHEME = b"x-forwarded-proto"
"""The distribution redirects what does not come over TLS."""


class Pages:
    """`distribution`: the local cloud, called by the distribution's name."""

    def __init__(self, distribution: Upstream) -> None:
        self._distribution = distribution
        self._patterns = page_patterns()

    def has(self, path: bytes) -> bool:
        return is_page(path.decode("latin-1"), self._patterns)

    async def answer(self, request: h11.Request, target: bytes) -> Answer:
        """The distribution's answer to a request whose path is a page. Raises as `Upstream.exchange` does."""
        headers = [(name, value) for name, value in request.headers.raw_items() if name.lower() != _SCHEME]
        headers.append((_SCHEME, b"https"))
        return await self._distribution.exchange(request.method, target, headers, b"")

    def close(self) -> None:
        self._distribution.close()

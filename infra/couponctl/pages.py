"""Answers that come page by page."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from infra.client.api import UnreachableError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from infra.client.api import Api

PAGES_MAX = 10_000


def pages(api: Api, path: str) -> Iterator[dict[str, Any]]:
    """Each page of `path`, by the `next` of the one before. Raises ApiError, also if there is no end."""
    cursor: str | None = None
    for _ in range(PAGES_MAX):
        page = api.get(path, cursor=cursor).body
        yield page
        following = page.get("next")
        if following is None:
            return
        if following == cursor:
            break
        cursor = following
    raise UnreachableError(f"{api.url}{path} answers pages without end")

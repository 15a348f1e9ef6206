"""Read, change, and write with the revision that was read; if somebody else wrote meanwhile, start again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from infra.client.api import ProblemError

if TYPE_CHECKING:
    from collections.abc import Callable

    from infra.client.api import Api

EDITS_MAX = 5


def edit(
    api: Api,
    path: str,
    change: Callable[[dict[str, Any]], dict[str, Any] | None],
    tell: Callable[[str], None],
    *,
    create: bool = False,
) -> tuple[dict[str, Any], bool]:
    """The document at `path` is changed; returns it, and whether this call changed it.

    `change` gets the document that was read and returns the body to write, or None if there is nothing to change. It is
    called again on the newer document if somebody else wrote meanwhile, five times at most. With `create` it gets an
    empty document if there is none, which otherwise is a ProblemError (404). Raises ApiError.
    """
    for attempt in range(1, EDITS_MAX + 1):
        read = stored_or_empty(api, path) if create else api.get(path).body
        body = change(read)
        if body is None:
            return read, False
        try:
            return api.put(path, body).body, True
        except ProblemError as refusal:
            if not _is_overtaken(refusal) or attempt == EDITS_MAX:
                raise
            tell(f"{path}: changed by somebody else meanwhile, read again ({attempt})")
    raise AssertionError("the last edit returns or raises")


def stored_or_empty(api: Api, path: str) -> dict[str, Any]:
    """The document at `path`; empty if there is none. Raises ApiError."""
    try:
        return api.get(path).body
    except ProblemError as error:
        if error.status == 404:
            return {}
        raise


def _is_overtaken(refusal: ProblemError) -> bool:
    """Whether another revision was written, or a raise made the quantities of the document old."""
    places = [str(one.get("place")) for one in refusal.problem.get("differences") or []]
    is_raise = bool(places) and all(place.endswith(".quantity") for place in places)
    return refusal.slug == "revision-conflict" or (refusal.slug == "terms-frozen" and is_raise)

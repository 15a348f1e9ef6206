"""Read, change, and put back with the revision that was read; where somebody else was first, read and change again."""

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
    """What stands at `path` now, and whether this changed it.

    `change` is given what was read and returns the body to put; None: all is well as it is. With `create` it is given
    an empty document where there is nothing, which otherwise is a ProblemError (404).
    It says its own change only, and is asked again on top of somebody else's, five times at most. Raises ApiError.
    """
    for attempt in range(1, EDITS_MAX + 1):
        read = standing(api, path) if create else api.get(path).body
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


def standing(api: Api, path: str) -> dict[str, Any]:
    """What is at `path`; empty if there is nothing. Raises ApiError."""
    try:
        return api.get(path).body
    except ProblemError as error:
        if error.status == 404:
            return {}
        raise


def _is_overtaken(refusal: ProblemError) -> bool:
    """By another revision, or by a raise: then the document states quantities that were true when it was read."""
    places = [str(one.get("place")) for one in refusal.problem.get("differences") or []]
    is_raise = bool(places) and all(place.endswith(".quantity") for place in places)
    return refusal.slug == "revision-conflict" or (refusal.slug == "terms-frozen" and is_raise)

"""The published OpenAPI document, and which methods it lists for a path."""

from __future__ import annotations

import json
import re
from functools import lru_cache
from pathlib import Path

from coupons.refusals import MethodNotAllowed, NotFound, Refusal

DOCUMENT = Path(__file__).parents[1] / "openapi.json"


@lru_cache(maxsize=1)
def openapi() -> str:
    return DOCUMENT.read_text(encoding="utf-8")


def unknown_route(method: str, path: str) -> Refusal:
    """405 with the methods of a known path; 404 for every other path."""
    allowed = sorted(
        known.upper() for template, methods in _templates() if template.fullmatch(path) for known in methods
    )
    if allowed:
        return MethodNotAllowed(allow=allowed, detail=f"{path[:200]} does not know {method}.")
    return NotFound(detail="No such route.")


@lru_cache(maxsize=1)
def _templates() -> list[tuple[re.Pattern[str], list[str]]]:
    """Each path of the document as a pattern, with its methods."""
    paths = json.loads(openapi())["paths"]
    return [(re.compile(re.sub(r"\{[^}]+\}", "[^/]+", path)), list(methods)) for path, methods in paths.items()]

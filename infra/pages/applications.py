"""Which applications there are, and which paths of a stack are pages; all other paths are the API's."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

FOLDER = Path(__file__).parent
BUILT = FOLDER / "built"
ASSETS = "/assets/"
"""Below it each name carries a hash of the content."""
CONFIG = "/config.json"
"""Written at each upload; not in `built/`."""
MANIFEST = "manifest.json"
"""Of the build; not served."""


@dataclass(frozen=True)
class Application:
    name: str
    paths: tuple[str, ...]
    """Where its page is; the first is the address to which a sign-in returns."""
    scope: str | None
    """Of the token that it signs in for; none where nobody signs in."""


def applications() -> list[Application]:
    """Those of `apps.json`, the only list of them."""
    listed = json.loads((FOLDER / "apps.json").read_text("utf-8"))
    return [Application(name, tuple(facts["paths"]), facts["scope"]) for name, facts in listed.items()]


def built_files() -> dict[str, Path]:
    """The key of each file in the bucket: an application's page has one of each of its paths, but none for `/`, where
    the distribution serves `index.html`.
    """
    pages = {f"{one.name}.html": [path[1:] for path in one.paths if path != "/"] for one in applications()}
    files = {}
    for path in sorted(BUILT.rglob("*")):
        name = path.relative_to(BUILT).as_posix()
        if path.is_file() and name != MANIFEST:
            files.update(dict.fromkeys(pages.get(name, [name]), path))
    return files


def page_patterns() -> list[str]:
    """The paths that are served from the bucket, `*` at the end for all below: the behaviours of template.yaml."""
    others = {f"/{key}" for key in built_files() if not f"/{key}".startswith(ASSETS)}
    return sorted({path for one in applications() for path in one.paths} | others | {f"{ASSETS}*", CONFIG})


def is_page(path: str, patterns: list[str]) -> bool:
    return any(path.startswith(p[:-1]) if p.endswith("*") else path == p for p in patterns)

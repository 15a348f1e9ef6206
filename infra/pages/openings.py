"""What it takes to open an application the first time: files, and bytes as a distribution compresses them."""

from __future__ import annotations

import gzip
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from infra.pages.applications import BUILT, applications

_NAMED = re.compile(r'<(?!link rel="(?:license|apple-touch-icon)")[^>]* (?:src|href)="/([^"]+\.\w+)"')
"""A licence is read by whoever wants to, and that icon loaded when somebody puts the page on a home screen."""
_LINKED = re.compile(r"<a [^>]*>")
_IMPORTED = re.compile(r'(?:\bfrom|\bimport)\s*"(?:\.|/assets)/([^"]+\.js)"')
"""A part that a script needs at once; `import("…")` loads one when it is needed."""
_CONFIG_BYTES = 120


@dataclass(frozen=True)
class Opening:
    application: str
    requests: int
    """The page, what it names, what its scripts import at once, and `config.json`."""
    size_bytes: int


def openings() -> list[Opening]:
    """The first opening of each application. A later one asks for the page and `config.json` alone, and mostly hears
    that they have not changed.
    """
    found = []
    for one in applications():
        files = loaded(BUILT / f"{one.name}.html", BUILT)
        size = sum(len(gzip.compress(file.read_bytes(), 6, mtime=0)) for file in files)
        found.append(Opening(one.name, len(files) + 1, size + _CONFIG_BYTES))
    return found


def loaded(page: Path, folder: Path) -> list[Path]:
    """The page and every file of the folder that a browser loads with it, each once."""
    files = {page: None}
    waiting = [folder / name for name in _NAMED.findall(_LINKED.sub("", page.read_text("utf-8")))]
    while waiting:
        file = waiting.pop()
        if file not in files:
            files[file] = None
            waiting += _imported(file)
    return list(files)


def _imported(file: Path) -> Iterator[Path]:
    if file.suffix == ".js":
        yield from (file.parent / name for name in _IMPORTED.findall(file.read_text("utf-8")))

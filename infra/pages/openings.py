"""What it takes to open an application the first time: files, and bytes as a distribution compresses them."""

from __future__ import annotations

import gzip
import re
from dataclasses import dataclass

from infra.pages.applications import BUILT, applications

_NAMED = re.compile(r'<(?!link rel="license")[^>]* (?:src|href)="/([^"]+)"')
_CONFIG_BYTES = 120


@dataclass(frozen=True)
class Opening:
    application: str
    requests: int
    """The page, what it names, and `config.json`."""
    size_bytes: int


def openings() -> list[Opening]:
    """Of each application. Later ones send the page and `config.json` alone, mostly without their bytes."""
    found = []
    for one in applications():
        page = BUILT / f"{one.name}.html"
        files = [page, *(BUILT / name for name in _NAMED.findall(page.read_text("utf-8")))]
        size = sum(len(gzip.compress(file.read_bytes(), 6, mtime=0)) for file in files)
        found.append(Opening(one.name, len(files) + 1, size + _CONFIG_BYTES))
    return found

"""The files of draws in memory: what `stores/draw_files.py` keeps in a bucket."""

from __future__ import annotations

import hashlib

from coupons.refusals import NotFound


class MemoryFiles:
    """`content` by name. Threads may share it."""

    def __init__(self) -> None:
        self.content: dict[str, bytes] = {}

    def put(self, content: bytes) -> str:
        name = hashlib.sha256(content).hexdigest()
        self.content.setdefault(name, bytes(content))
        return name

    def get(self, name: str, offset: int = 0, length: int | None = None) -> bytes:
        if name not in self.content:
            raise NotFound(detail="No such file.")
        return self.content[name][offset : None if length is None else offset + length]

    def link(self, name: str) -> str | None:
        if name not in self.content:
            raise NotFound(detail="No such file.")
        return None

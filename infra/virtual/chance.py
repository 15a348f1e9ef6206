"""Chance by name: one root seed, and a stream for each purpose, so that one more draw in one place moves no other."""

from __future__ import annotations

from random import Random


class Chance:
    def __init__(self, seed: int | str) -> None:
        self._seed = seed

    def stream(self, name: str) -> Random:
        """The same one for the same seed and name, whatever PYTHONHASHSEED says: `random` hashes texts by SHA-512."""
        return Random(f"{self._seed}/{name}")

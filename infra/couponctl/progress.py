"""A file beside the file that is worked off: how much of it is done, so that a run that was cut off goes on."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path


class Progress:
    """How far a run has come; `run` says all that must be the same for another to go on from there."""

    def __init__(self, path: Path, run: Mapping[str, str]) -> None:
        self.path = path
        self._run = dict(run)

    def lines_done(self) -> int:
        """Of this very run; 0 where the file is another's, unreadable or not there."""
        try:
            standing = json.loads(self.path.read_text("utf-8"))
        except (OSError, ValueError):
            return 0
        if not isinstance(standing, dict) or {**standing, "lines_done": 0} != {**self._run, "lines_done": 0}:
            return 0
        return int(standing["lines_done"])

    def write(self, lines_done: int) -> None:
        """Whole or not at all: a run that ends in here finds the earlier one."""
        scratch = self.path.with_name(f"{self.path.name}.new")
        scratch.write_text(json.dumps({**self._run, "lines_done": lines_done}), "utf-8")
        scratch.replace(self.path)

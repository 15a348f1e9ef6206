"""A progress file states how much of an input file is done, so that the next run resumes an interrupted one."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path


class Progress:
    """How far a run has come; only an equal `run` resumes it."""

    def __init__(self, path: Path, run: Mapping[str, str]) -> None:
        self.path = path
        self._run = dict(run)

    def lines_done(self) -> int:
        """Lines done by an equal run; 0 if the file is of another run, unreadable or absent."""
        try:
            written = json.loads(self.path.read_text("utf-8"))
        except (OSError, ValueError):
            return 0
        if not isinstance(written, dict) or {**written, "lines_done": 0} != {**self._run, "lines_done": 0}:
            return 0
        return int(written["lines_done"])

    def write(self, lines_done: int) -> None:
        """The file is replaced as a whole; a run that is killed here leaves the earlier one."""
        scratch = self.path.with_name(f"{self.path.name}.new")
        scratch.write_text(json.dumps({**self._run, "lines_done": lines_done}), "utf-8")
        scratch.replace(self.path)

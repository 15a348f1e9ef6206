"""What a run found, in `.mutants/`: true until a source changes, and afterwards an order to try tests in."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from tests.mutants.reach import Reached


@dataclass(frozen=True)
class Verdict:
    """`test`: which one failed, empty if the mutant survived `run` of the `seen_by` tests that pass its statement.

    `is_short`: it is listed as equivalent and was run against the first tests only. `fault`: why this proves nothing.
    """

    was: str
    now: str
    test: str
    seen_by: int
    run: int
    is_short: bool
    fault: str = ""


class Kept:
    def __init__(self, root: Path) -> None:
        self._folder = root / ".mutants"
        self._folder.mkdir(exist_ok=True)
        self._digest = _digest(root)
        found = self._read("verdicts")
        self.last: dict[str, str] = {name: verdict["test"] for name, verdict in found.get("verdicts", {}).items()}
        """Mutant → the test that failed when it was last run."""
        is_current = found.get("digest") == self._digest
        self.verdicts = {n: Verdict(**v) for n, v in found["verdicts"].items()} if is_current else {}

    def reach(self) -> dict[str, Reached] | None:
        found = self._read("reach")
        if found.get("digest") != self._digest:
            return None
        return {name: Reached(**reached) for name, reached in found["tests"].items()}

    def write_reach(self, tests: Mapping[str, Reached]) -> None:
        self._write("reach", tests={name: asdict(reached) for name, reached in tests.items()})

    def add(self, name: str, verdict: Verdict) -> None:
        self.verdicts[name] = verdict
        self._write("verdicts", verdicts={name: asdict(verdict) for name, verdict in self.verdicts.items()})

    def _read(self, name: str) -> dict[str, Any]:
        path = self._folder / f"{name}.json"
        return json.loads(path.read_text("utf-8")) if path.exists() else {}

    def _write(self, name: str, **what: Any) -> None:
        written = self._folder / f"{name}.new"
        written.write_text(json.dumps({"digest": self._digest, **what}, indent=0), "utf-8")
        written.replace(self._folder / f"{name}.json")


def _digest(root: Path) -> str:
    """Of every source that a test may import."""
    found = hashlib.sha256()
    for path in sorted(path for top in ("functions", "infra", "tests") for path in (root / top).rglob("*.py")):
        found.update(f"{path.relative_to(root)} {path.stat().st_size}\n".encode() + path.read_bytes())
    return found.hexdigest()

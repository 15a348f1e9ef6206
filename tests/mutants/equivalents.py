"""The mutants that no test can tell from the original, each with its reason, in `equivalent.toml`."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from tests.mutants.source import Module


@dataclass(frozen=True)
class Equivalent:
    """`was`: the changed lines as they are in the source, so that an entry cannot slip to another mutant."""

    mutant: str
    was: str
    reason: str


def load(root: Path) -> list[Equivalent]:
    path = root / "tests" / "mutants" / "equivalent.toml"
    return [Equivalent(**entry) for entry in tomllib.loads(path.read_text("utf-8")).get("equivalent", [])]


def stale(entries: Iterable[Equivalent], modules: Iterable[Module]) -> list[str]:
    """What is wrong with the list: an entry without its mutant, and where its line is now; one without a reason."""
    lines = {m.name: m.was for module in modules for m in module.mutants}
    faults: list[str] = []
    for entry in entries:
        if lines.get(entry.mutant) != entry.was:
            kind = entry.mutant.rpartition(":")[2].partition("-")[0]
            now = [name for name, was in lines.items() if was == entry.was and f":{kind}-" in name]
            faults.append(f"{entry.mutant} is not there; its line is now of {', '.join(now) or 'no mutant'}")
        if not entry.reason:
            faults.append(f"{entry.mutant} has no reason")
    return faults

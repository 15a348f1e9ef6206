"""Runs Spin over a model: one search is the model with some settings, compiled and searched to its end."""

from __future__ import annotations

import re
import shutil
import subprocess
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from functools import reduce
from pathlib import Path

MODELS = Path(__file__).parent
DEPTH_MAX = 100_000
SEARCH_S = 240
COMPILE_S = 120


@dataclass(frozen=True)
class Search:
    """`settings` are the model's macros; a mutant takes `rule` away and looks at the property alone that it breaks."""

    name: str
    settings: str
    rule: str = ""
    caught_by: str = ""
    model: str = "claim"

    @property
    def macros(self) -> list[str]:
        """For the preprocessor; a mutant's own come last, and win."""
        words = [*self.settings.split(), *self.rule.split()]
        named = {name: value or "1" for name, _, value in (word.partition("=") for word in words)}
        if self.caught_by:
            named["ONLY"] = self.caught_by.upper().replace(" ", "_").replace("-", "_")
        return [f"-D{name}={value}" for name, value in named.items()]


def name_of(search: Search) -> str:
    return "-".join(part.replace(" ", "-") for part in (search.rule, search.name, search.caught_by) if part)


@dataclass(frozen=True)
class Found:
    """What a search reports; `unreached`: statements that no run of it came to, as `process, place, statement`."""

    errors: int
    states: int
    depth: int
    seconds: float
    complete: bool
    said: str
    unreached: frozenset[str]


Searches = dict[Search, "Future[Found]"]
"""Begun, some ended."""


def run(search: Search, folder: Path) -> Found:
    """Search until the first error or the end, in `folder`. Raises AssertionError when a tool is missing or refuses."""
    spin, compiler = _tool("spin"), _tool("cc")
    _call([spin, *search.macros, "-a", str(MODELS / f"{search.model}.pml")], folder, COMPILE_S)
    # A mutant is caught in a moment, so there the compiler's time is what counts.
    _call([compiler, "-O0" if search.rule else "-O1", "-w", "-DSAFETY", "-o", "pan", "pan.c"], folder, COMPILE_S)
    # Without a bit-state hash or a bound on memory: whatever ends, has seen every state. A mutant need not end well.
    began_s = time.monotonic()
    said = _call(["./pan", f"-m{DEPTH_MAX}", "-w21", *(["-E"] if search.rule else [])], folder, SEARCH_S)
    return _read(said, time.monotonic() - began_s)


def _tool(name: str) -> str:
    path = shutil.which(name)
    packages = {"spin": "spin (Debian, Ubuntu: apt install spin; macOS: brew install spin)", "cc": "a C compiler"}
    assert path, f"`{name}` is missing: the models cannot be checked without {packages[name]}"
    return path


def _call(command: list[str], folder: Path, timeout_s: int) -> str:
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=timeout_s, check=False)
    said = done.stdout + done.stderr
    assert done.returncode == 0, f"{' '.join(command)}\n{said}"
    return said


def _read(said: str, seconds: float) -> Found:
    totals = re.search(r"depth reached (\d+), errors: (\d+)\s+(\d+) states, stored", said)
    assert totals, said
    depth, errors, states = map(int, totals.groups())
    return Found(
        errors,
        states,
        depth,
        seconds,
        complete="Search not completed" not in said and "max search depth too small" not in said,
        said="\n".join(line for line in said.splitlines() if line.startswith(("pan:", "error:"))) or said,
        unreached=frozenset(_unreached(said)),
    )


def _unreached(said: str) -> Iterator[str]:
    for section in said.split("unreached in ")[1:]:
        process = section.splitlines()[0]
        for place, text in re.findall(r'^\t\S*?(\w+\.pml:\d+), state \d+, "(.+)"$', section, re.MULTILINE):
            if text != "-end-":
                yield f"{process}, {place}, {text}"


def assert_safe(search: Search, searches: Searches) -> None:
    """Every state was seen, and in none does a property fail."""
    found = searches[search].result()
    assert (found.errors, found.complete) == (0, True), found.said


def assert_caught(search: Search, searches: Searches) -> None:
    """The search showed how a property breaks."""
    found = searches[search].result()
    assert found.errors == 1, f"{search.rule} survives {found.states:,} states"
    assert "assertion violated" in found.said


def assert_reached(clean: Sequence[Search], searches: Searches) -> None:
    """Each statement of the model is come to in one of its clean scopes."""
    scopes = [future.result().unreached for search, future in searches.items() if search in clean]
    assert len(scopes) == len(clean), "run the whole file"
    assert reduce(frozenset.intersection, scopes) == frozenset()

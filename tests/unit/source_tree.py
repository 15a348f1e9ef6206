"""The files of the repository as rules read them: text, syntax, and the modules that each imports."""

from __future__ import annotations

import ast
import subprocess
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path

ROOT = Path(__file__).parents[2]
BINARY = {".png", ".wasm"}
"""Suffixes of files that hold no text."""


@dataclass(frozen=True)
class Source:
    """One file. `path` is relative to the repository."""

    path: str
    text: str

    @property
    def module(self) -> str:
        """The dotted name it is imported by."""
        name = self.path.removeprefix("functions/").removesuffix(".py").removesuffix("/__init__")
        return name.replace("/", ".")

    @property
    def is_handler(self) -> bool:
        return self.path.startswith("functions/") and self.path.count("/") == 1 and self.path.endswith(".py")

    @property
    def is_store(self) -> bool:
        return self.module.startswith("coupons.stores")

    @cached_property
    def nodes(self) -> list[ast.AST]:
        return list(ast.walk(ast.parse(self.text))) if self.path.endswith(".py") else []

    @cached_property
    def imports(self) -> set[str]:
        """Dotted names, `a.b` for `from a import b`; imports inside functions too."""
        names: set[str] = set()
        for node in self.nodes:
            if isinstance(node, ast.Import):
                names |= {alias.name for alias in node.names}
            elif isinstance(node, ast.ImportFrom):
                names |= {f"{node.module}.{alias.name}" for alias in node.names}
        return names

    @property
    def packages(self) -> set[str]:
        return {name.partition(".")[0] for name in self.imports}

    @property
    def uses(self) -> set[str]:
        """Every `a.b` in the text, and `a.b` for `from a import b`."""
        dotted = {ast.unparse(node) for node in self.nodes if isinstance(node, ast.Attribute)}
        return {".".join(name.split(".")[-2:]) for name in dotted | self.imports}


Sources = list[Source]


@cache
def sources() -> Sources:
    """Every text that git tracks or would track."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        check=True,
    )
    paths = sorted(set(listed.stdout.decode().split("\0")) - {""})
    texts = [path for path in paths if (ROOT / path).is_file() and Path(path).suffix not in BINARY]
    return [Source(path, (ROOT / path).read_text("utf-8")) for path in texts]


def functions(tree: Sources) -> Sources:
    return [source for source in tree if source.path.startswith("functions/") and source.path.endswith(".py")]


def edges(tree: Sources) -> dict[str, set[str]]:
    """Module → modules of functions/ that it imports."""
    known = {source.module for source in functions(tree)}
    return {
        source.module: {
            name if name in known else name.rpartition(".")[0]
            for name in source.imports
            if {name, name.rpartition(".")[0]} & known
        }
        - {source.module, "coupons"}
        for source in functions(tree)
    }


def reach(graph: dict[str, set[str]], start: str) -> set[str]:
    """Every module that `start` imports, directly or through others."""
    found: set[str] = set()
    ahead = set(graph.get(start, ()))
    while ahead:
        found |= ahead
        ahead = {later for name in ahead for later in graph.get(name, ())} - found
    return found

"""A rule's docstring names the tests that go red without it: they must be there."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
NAMED = re.compile(r"(tests/[\w/]+\.py)::(test_\w+)")
GUARDS = sorted(
    {found.groups() for path in (ROOT / "functions").rglob("*.py") for found in NAMED.finditer(path.read_text("utf-8"))}
)


@pytest.mark.parametrize(("file", "name"), GUARDS)
def test_the_guard_exists(file: str, name: str) -> None:
    """The named test is a function of the named file."""
    tree = ast.parse((ROOT / file).read_text("utf-8"))
    assert name in {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}


def test_rules_name_their_guards() -> None:
    """The rules of the protocol name their guards."""
    assert len(GUARDS) >= 15

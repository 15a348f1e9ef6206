"""`make mutants` finds what it is for, plants it, and reports what no test sees."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.mutants import conditions, source
from tests.mutants.conditions import FALSE, TRUE

ROOT = Path(__file__).parents[2]
SAMPLE = '''
class Refusal(Exception):
    pass

def seal(left: int) -> str:
    """Guarded by tests/unit/test_sample.py::test_guard."""
    if left < 1:
        raise Refusal
    return CONDITION

def unseen(left: int) -> None:
    if left == 7:
        raise Refusal

CONDITION = f"n = :n AND ({LEFT} OR attribute_not_exists(left))"
'''
TESTS = """
import pytest
from coupons.stores import sample

def test_guard():
    with pytest.raises(sample.Refusal):
        sample.seal(0)

def test_condition():
    assert sample.seal(2).startswith("n = :n AND (left >= :k OR ")
"""
LISTED = """
[[equivalent]]
mutant = "stores.sample:CONDITION:clause-4"
was = 'CONDITION = f"n = :n AND ({LEFT} OR attribute_not_exists(left))"'
reason = "a sample"
[[equivalent]]
mutant = "stores.sample:seal:guard-1"
was = "if left < 1:"
reason = "no reason: a test sees it"
[[equivalent]]
mutant = "stores.sample:gone:border-1"
was = "if left < 1:"
reason = "was moved"
"""


def test_each_clause_is_void_once() -> None:
    """A clause that AND joins is made true, one that OR joins false, a group both as a clause and inside."""
    text = "n = :n AND (a < :a OR attribute_not_exists(b))"
    assert conditions.mutants(text) == [
        ("clause", f"(n = :n OR {TRUE}) AND (a < :a OR attribute_not_exists(b))"),
        ("clause", f"n = :n AND ((a < :a OR attribute_not_exists(b)) OR {TRUE})"),
        ("clause", f"n = :n AND ((a < :a AND {FALSE}) OR attribute_not_exists(b))"),
        ("clause", f"n = :n AND (a < :a OR (attribute_not_exists(b) AND {FALSE}))"),
    ]
    text = "attribute_not_exists(b) OR b < :b"
    assert conditions.mutants(text)[2:] == [("always", f"({text}) OR {TRUE}")]


@pytest.mark.parametrize(
    ("text", "clauses"),
    [
        ("attribute_not_exists(pk)", 1),
        ("size(#r) = :n AND NOT contains(tags, :t)", 2),
        ("n BETWEEN :a AND :b AND n IN (:c, :d)", 2),
        ("⟦0⟧ AND #c.#p[0] = :p", 2),
        ("SET n = :n, left = if_not_exists(left, :none)", 0),
        ("pk = :pk AND begins_with(sk, :prefix)", 0),
        ("⟦0⟧", 0),
        ("A sentence; nothing more AND nothing less.", 0),
    ],
)
def test_conditions_are_told_from_other_text(text: str, clauses: int) -> None:
    """Conditions of writes are taken; updates, key conditions and other text are not."""
    assert [kind for kind, _ in conditions.mutants(text)].count("clause") == clauses


def test_a_condition_that_cannot_be_read_is_an_error() -> None:
    """Nothing is passed over in silence."""
    with pytest.raises(conditions.UnreadableError):
        conditions.mutants("attribute_not_exists(pk) AND")


def test_every_store_with_conditions_has_mutants() -> None:
    """The search finds them where they are: each has a name of its own, and every tenth is seen to compile."""
    modules = source.read(ROOT)
    found = [(module, mutant) for module in modules for mutant in module.mutants]
    for module, mutant in found[::10]:
        compile(mutant.apply(module.source), mutant.path, "exec", dont_inherit=True)
    names = [mutant.name for _, mutant in found]
    assert len(set(names)) == len(names) > 400
    with_conditions = {module.name for module, mutant in found if mutant.kind == "clause"}
    assert {"stores.stock", "stores.claims", "stores.orders", "stores.controls", "stores.budgets"} <= with_conditions


def test_the_command_reports_what_no_test_sees(tmp_path: Path) -> None:
    """Red, listed, surviving, never passed and stale are told apart, and the exit code is 1."""
    for name, text in {
        "functions/coupons/__init__.py": "",
        "functions/coupons/stores/__init__.py": "",
        "functions/coupons/stores/sample.py": 'LEFT = "left >= :k"\n' + SAMPLE,
        "tests/unit/test_sample.py": TESTS,
        "tests/mutants/equivalent.toml": LISTED,
    }.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text, "utf-8")
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(tmp_path / "functions"), str(ROOT)])}
    command = [sys.executable, "-m", "tests.mutants", "--all", "--root", str(tmp_path)]
    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)
    words = dict(line.split()[-2:] for line in done.stderr.splitlines() if "/" in line.partition(" ")[0])
    assert done.returncode == 1, done.stderr
    assert {name.removeprefix("stores.sample:"): word for name, word in words.items()} == {
        "seal:guard-1": "red",
        "seal:border-1": "SURVIVES",
        "unseen:guard-1": "SURVIVES",
        "LEFT:clause-1": "red",
        "CONDITION:clause-1": "red",
        "CONDITION:clause-2": "red",
        "CONDITION:clause-3": "red",
        "CONDITION:clause-4": "listed",
    }
    assert "no test passes it" in done.stdout
    assert "stale: stores.sample:seal:guard-1 is red" in done.stdout
    assert "stores.sample:gone:border-1 is not there; its line is now of stores.sample:seal:border-1" in done.stdout

"""No expression names a reserved word of DynamoDB: no engine here refuses them all, the service does."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import moto.dynamodb.parsing
import pytest

import coupons.stores

STORES = sorted(Path(coupons.stores.__path__[0]).glob("*.py"))
LIST = Path(moto.dynamodb.parsing.__path__[0]) / "reserved_keywords.txt"
RESERVED = frozenset(LIST.read_text("utf-8").upper().split())
GRAMMAR = {"SET", "REMOVE", "ADD", "DELETE", "AND", "OR", "NOT", "BETWEEN", "IN", "SIZE"}
IS_EXPRESSION = re.compile(r":[a-z]|attribute_(not_)?exists\(|#c\.")


def expressions(source: str) -> Iterator[str]:
    """Every string of a module that looks like an expression or a part of one; docstrings are left out."""
    tree = ast.parse(source)
    docstrings = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        if not isinstance(node, ast.Constant) or not isinstance(node.value, str) or id(node) in docstrings:
            continue
        if IS_EXPRESSION.search(node.value) and node.value[0] != ":":
            yield node.value


def names(expression: str) -> set[str]:
    """Attribute names that stand in it as they are: neither `#alias` nor `:value`, function or grammar."""
    words = re.findall(r"(?<![#:\w])[A-Za-z_]\w*(?!\w*\()", expression)
    return {word for word in words if word.upper() not in GRAMMAR}


@pytest.mark.parametrize("path", STORES, ids=lambda path: path.stem)
def test_no_expression_names_a_reserved_word(path: Path) -> None:
    """Each name that is reserved stands behind an alias."""
    text = path.read_text("utf-8")
    # The one condition whose attribute is an argument.
    used = set(re.findall(r"self\._put_same\(.*?\), \"(\w+)\"", text))
    used |= {name for expression in expressions(text) for name in names(expression)}
    assert {name for name in used if name.upper() in RESERVED} == set()
    assert path.stem != "catalog" or {"batch_id", "buckets", "revision", "pk"} <= used


def test_the_search_finds_them() -> None:
    """The list is the service's, the expressions are found, and a reserved word among them would be seen."""
    assert len(RESERVED) > 500
    assert {"STATE", "FINAL", "NUMBER", "LIST", "BUCKET"} <= RESERVED
    found = {path.stem for path in STORES if list(expressions(path.read_text("utf-8")))}
    assert {"stock", "claims", "orders", "catalog", "budgets", "bookings", "folds", "registry"} <= found
    sample = (
        'x = "SET #a = :b, bucket = if_not_exists(bucket, :c)"\ny = "attribute_not_exists(state) OR size(list) = :n"'
    )
    assert [names(text) for text in expressions(sample)] == [{"bucket"}, {"state", "list"}]

"""No expression names a reserved word of DynamoDB: no engine here refuses them all, the service does."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import moto.dynamodb.parsing
import pytest

import coupons.stores
from coupons.stores import table
from coupons.stores.dynamodb import Dynamo
from coupons.stores.table import Table

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
    """Attribute names that it spells: neither `#alias` nor `:value`, function or grammar."""
    words = re.findall(r"(?<![#:\w])[A-Za-z_]\w*(?!\w*\()", expression)
    return {word for word in words if word.upper() not in GRAMMAR}


@pytest.mark.parametrize("path", STORES, ids=lambda path: path.stem)
def test_no_expression_names_a_reserved_word(path: Path) -> None:
    """Each name that is reserved is one of those that the table helper puts behind an alias."""
    text = path.read_text("utf-8")
    # The one condition whose attribute is an argument.
    used = set(re.findall(r"\bunchanged\(\"(\w+)\"", text))
    used |= {name for expression in expressions(text) for name in names(expression)}
    assert {name for name in used if name.upper() in RESERVED} <= set(table.RESERVED)
    assert path.stem != "registry" or {"facts", "revision"} <= used


def test_reserved_words_are_sent_behind_aliases() -> None:
    """Wherever they are names, and only there; the texts say what the aliases stand for."""
    assert {name.upper() for name in table.RESERVED} <= RESERVED
    request = Table(Dynamo(None), "t").update(
        "control", {}, "SET state = :state, round = :r REMOVE final", "#state = :state AND final_x = :final", state=1
    )
    assert request.request["UpdateExpression"] == "SET #state = :state, round = :r REMOVE #final"
    assert request.request["ConditionExpression"] == "#state = :state AND final_x = :final"
    assert request.request["ExpressionAttributeNames"] == {"#state": "state", "#final": "final"}


def test_the_search_finds_them() -> None:
    """The list is the service's, the expressions are found, and a reserved word among them would be seen."""
    assert len(RESERVED) > 500
    assert {"STATE", "FINAL", "NUMBER", "LIST", "BUCKET"} <= RESERVED
    found = {path.stem for path in STORES if list(expressions(path.read_text("utf-8")))}
    assert {"stock", "claims", "orders", "catalog", "budgets", "bookings", "pieces", "registry"} <= found
    sample = (
        'x = "SET #a = :b, bucket = if_not_exists(bucket, :c)"\ny = "attribute_not_exists(state) OR size(list) = :n"'
    )
    assert [names(text) for text in expressions(sample)] == [{"bucket"}, {"state", "list"}]

"""Updates of DynamoDB's expressions, as functions from an item to a new one."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from infra.virtual.parser import (
    KEY_NAMES,
    InvalidError,
    Operand,
    Parser,
    Steps,
    UnsupportedError,
    Values,
    plain,
    reader,
)
from infra.virtual.values import DIGITS_MAX, Item, Value, number

Change = Callable[[Item, Values], Item]
"""A new item; the old one stays as it is."""


def update(parser: Parser) -> Change:
    sets, adds, removes, clauses = list[tuple[Steps, Operand]](), list[tuple[str, str]](), list[Steps](), set[str]()
    while parser.next:
        clause = parser.accept("SET", "REMOVE", "ADD").upper()
        if not clause:
            raise parser.unsupported()
        if clause in clauses:
            raise InvalidError(f"two clauses {clause}")
        clauses.add(clause)
        if clause == "SET":
            sets += parser.each(lambda: _assignment(parser))
        elif clause == "ADD":
            adds += parser.each(lambda: (parser.pathname(), parser.value_name()))
        else:
            removes += parser.each(lambda: _of_map(parser, parser.path()))
    changes = [(path, change) for path, change in sets] + [((name,), _added(name, value)) for name, value in adds]
    _refuse_overlap([*(path for path, _ in changes), *removes])

    def change(item: Item, values: Values) -> Item:
        found = [(path, _there(operand(item, values))) for path, operand in changes]
        for path, value in found:
            item = _with(item, path, value)
        for path in removes:
            item = _with(item, path, None)
        return item

    return change


def _assignment(parser: Parser) -> tuple[Steps, Operand]:
    path = _of_map(parser, parser.path())
    parser.expect("=")
    left = _term(parser)
    sign = parser.accept("+", "-")
    if not sign:
        return path, left
    return path, _sum(left, -1 if sign == "-" else 1, _term(parser))


def _of_map(parser: Parser, path: Steps) -> Steps:
    if isinstance(path[-1], int):
        raise parser.unsupported()
    return path


def _term(parser: Parser) -> Operand:
    if not parser.is_call():
        return plain(parser)
    function = parser.take()
    parser.expect("(")
    if function == "if_not_exists":
        left = reader(parser.path())
    elif function == "list_append":
        left = _term(parser)
    else:
        raise UnsupportedError(function)
    parser.expect(",")
    right = _term(parser)
    parser.expect(")")
    if function == "if_not_exists":
        return lambda item, values: found if (found := left(item, values)) is not None else right(item, values)
    return lambda item, values: {"L": [*_content(left(item, values), "L"), *_content(right(item, values), "L")]}


def _sum(left: Operand, sign: int, right: Operand) -> Operand:
    def add(item: Item, values: Values) -> Value:
        one, other = (number(_content(operand(item, values), "N")) for operand in (left, right))
        return _numeral(one + sign * other)

    return add


def _added(name: str, value: str) -> Operand:
    def add(item: Item, values: Values) -> Value:
        before = item.get(name, {"N": "0"})
        return _numeral(number(_content(before, "N")) + number(_content(values[value], "N")))

    return add


def _numeral(value: Any) -> Value:
    text = str(value) if isinstance(value, int) else f"{value.normalize():f}"
    if len(text.lstrip("-").replace(".", "").strip("0")) > DIGITS_MAX:
        raise InvalidError(f"a number of more than {DIGITS_MAX} digits")
    return {"N": text}


def _there(value: Value | None) -> Value:
    if value is None:
        raise InvalidError("The provided expression refers to an attribute that does not exist in the item")
    return value


def _content(value: Value | None, kind: str) -> Any:
    found = _there(value)
    if kind not in found:
        raise InvalidError("An operand in the update expression has an incorrect data type")
    return found[kind]


def _refuse_overlap(paths: list[Steps]) -> None:
    for place, one in enumerate(paths):
        if one[0] in KEY_NAMES:
            raise InvalidError(f"Cannot update attribute {one[0]}. This attribute is part of the key")
        for other in paths[:place]:
            length = min(len(one), len(other))
            if one[:length] == other[:length]:
                raise InvalidError(f"Two document paths overlap with each other: {one}, {other}")


def _with(content: Any, path: Steps, value: Value | None) -> Any:
    """A map or list with another value at `path` (None: with none); everything else is shared, nothing is changed."""
    step, *rest = path
    if rest:
        kind = "L" if isinstance(rest[0], int) else "M"
        try:
            inner = content[step][kind]
        except (KeyError, IndexError):
            raise InvalidError("The document path provided in the update expression is invalid for update") from None
        value = {kind: _with(inner, tuple(rest), value)}
    if isinstance(step, int):
        return [*content[:step], value, *content[step + 1 :]]
    if value is not None:
        return {**content, step: value}
    return {name: kept for name, kept in content.items() if name != step}

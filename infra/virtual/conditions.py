"""Conditions of DynamoDB's expressions, as functions of an item."""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import Any

from infra.virtual.parser import Operand, Parser, Values, plain, reader
from infra.virtual.values import Item, Value, ordered, same

Condition = Callable[[Item, Values], bool]
_ORDER: dict[str, Callable[[Any, Any], bool]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}


def condition(parser: Parser) -> Condition:
    found = _both(parser)
    while parser.accept("OR"):
        found = _or(found, _both(parser))
    return found


def _both(parser: Parser) -> Condition:
    found = _single(parser)
    while parser.accept("AND"):
        found = _and(found, _single(parser))
    return found


def _or(left: Condition, right: Condition) -> Condition:
    return lambda item, values: left(item, values) or right(item, values)


def _and(left: Condition, right: Condition) -> Condition:
    return lambda item, values: left(item, values) and right(item, values)


def _single(parser: Parser) -> Condition:
    if parser.accept("NOT"):
        refused = _single(parser)
        return lambda item, values: not refused(item, values)
    if parser.accept("("):
        found = condition(parser)
        parser.expect(")")
        return found
    if parser.is_call() and parser.next in ("attribute_exists", "attribute_not_exists"):
        wanted = parser.take() == "attribute_exists"
        parser.expect("(")
        read = reader(parser.path())
        parser.expect(")")
        return lambda item, values: (read(item, values) is not None) is wanted
    return _comparison(parser)


def _comparison(parser: Parser) -> Condition:
    left = _operand(parser)
    sign = parser.accept("=", "<>", *_ORDER)
    if not sign:
        raise parser.unsupported()
    right = _operand(parser)
    if sign in _ORDER:
        return _in_order(left, _ORDER[sign], right)
    wanted = sign == "="

    def compare(item: Item, values: Values) -> bool:
        one, other = left(item, values), right(item, values)
        return (one is not None and other is not None and same(one, other)) is wanted

    return compare


def _in_order(left: Operand, holds: Callable[[Any, Any], bool], right: Operand) -> Condition:
    def compare(item: Item, values: Values) -> bool:
        one, other = left(item, values), right(item, values)
        pair = ordered(one, other) if one is not None and other is not None else None
        return pair is not None and holds(*pair)

    return compare


def _operand(parser: Parser) -> Operand:
    if not parser.is_call():
        return plain(parser)
    if parser.next != "size":
        raise parser.unsupported()
    parser.take()
    parser.expect("(")
    read = reader(parser.path())
    parser.expect(")")

    def size(item: Item, values: Values) -> Value | None:
        found = read(item, values)
        if found is None:
            return None
        ((kind, content),) = found.items()
        if kind not in ("S", "B", "L", "M"):
            return None
        return {"N": str(len(content.encode() if kind == "S" else content))}

    return size

"""DynamoDB's expression texts as Python functions: parsed once a text, then a few calls a request.

The grammar is as much of DynamoDB's as the functions use; `UnsupportedError` names everything else, so that nothing
is ever ignored. What DynamoDB itself refuses is an `InvalidError`.

    condition   operand (= | <> | < | <= | > | >=) operand | attribute_exists(path) | attribute_not_exists(path)
                | NOT condition | condition AND condition | condition OR condition | (condition)
    operand     path | :value | size(path)
    update      SET path = sum, … | REMOVE path, … | ADD name :value, …
    sum         term | term + term | term - term
    term        path | :value | if_not_exists(path, term) | list_append(term, term)
    key         pk = :value [AND begins_with(sk, :value)]
    projection  name, …

docs.aws.amazon.com/amazondynamodb/latest/developerguide/Expressions.OperatorsAndFunctions.html
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from infra.virtual.conditions import Condition, condition
from infra.virtual.parser import InvalidError, Parser
from infra.virtual.updates import Change, update


@dataclass(frozen=True, slots=True)
class KeyCondition:
    """The names of the values that a query gives."""

    pk: str
    prefix: str | None


@dataclass(frozen=True, slots=True)
class Expressions:
    """All expressions of one request."""

    condition: Condition | None = None
    update: Change | None = None
    key: KeyCondition | None = None
    filter: Condition | None = None
    projection: tuple[str, ...] | None = None


@lru_cache(maxsize=4_096)
def compiled(
    texts: tuple[tuple[str, str], ...], names: tuple[tuple[str, str], ...], values: tuple[str, ...]
) -> Expressions:
    """The functions of a request's `texts`, by parameter name. Raises InvalidError, UnsupportedError."""
    aliases, found = dict(names), dict[str, Any]()
    used: set[str] = set()
    for parameter, text in texts:
        field, parse = _PARAMETERS[parameter]
        parser = Parser(text, aliases, used)
        found[field] = parse(parser)
        parser.end()
    given = {*aliases, *values}
    if used != given:
        raise InvalidError(f"expressions and their names or values differ in {sorted(used ^ given)}")
    return Expressions(**found)


def _key(parser: Parser) -> KeyCondition:
    if parser.name() != "pk":
        raise parser.unsupported()
    parser.expect("=")
    pk = parser.value_name()
    if not parser.accept("AND"):
        return KeyCondition(pk, None)
    if parser.take() != "begins_with":
        raise parser.unsupported()
    parser.expect("(")
    if parser.name() != "sk":
        raise parser.unsupported()
    parser.expect(",")
    prefix = parser.value_name()
    parser.expect(")")
    return KeyCondition(pk, prefix)


def _projection(parser: Parser) -> tuple[str, ...]:
    return tuple(parser.each(parser.pathname))


_PARAMETERS: dict[str, tuple[str, Callable[[Parser], Any]]] = {
    "ConditionExpression": ("condition", condition),
    "UpdateExpression": ("update", update),
    "KeyConditionExpression": ("key", _key),
    "FilterExpression": ("filter", condition),
    "ProjectionExpression": ("projection", _projection),
}

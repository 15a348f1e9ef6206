"""Items as Python values, and as DynamoDB's API spells them (`{"S": "…"}`)."""

from __future__ import annotations

import base64
from collections.abc import Callable, Mapping, Sequence
from types import NoneType
from typing import Any

Item = dict[str, Any]
"""Attribute name → str, int, bool, bytes, None, list or dict."""


def encode(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: attribute_of(value) for name, value in values.items()}


def decode(item: Mapping[str, Any]) -> Item:
    return {name: _value(attribute) for name, attribute in item.items()}


def attribute_of(value: Any) -> dict[str, Any]:
    of_kind = _ATTRIBUTES.get(type(value))
    if of_kind is None:  # a subclass, such as a named tuple
        of_kind = next((_ATTRIBUTES[kind] for kind in (str, tuple, Mapping) if isinstance(value, kind)), None)
        if of_kind is None:
            raise TypeError(f"no attribute for a {type(value).__name__}")
    return of_kind(value)


def _list(value: Sequence[Any]) -> dict[str, Any]:
    return {"L": [attribute_of(element) for element in value]}


def _map(value: Mapping[str, Any]) -> dict[str, Any]:
    return {"M": encode(value)}


_ATTRIBUTES: dict[Any, Callable[[Any], dict[str, Any]]] = {
    str: lambda value: {"S": value},
    int: lambda value: {"N": str(value)},
    bool: lambda value: {"BOOL": value},
    bytes: lambda value: {"B": value},
    NoneType: lambda _: {"NULL": True},
    list: _list,
    tuple: _list,
    dict: _map,
    Mapping: _map,
}


def _value(attribute: Mapping[str, Any]) -> Any:
    (kind, value), *_ = attribute.items()
    match kind:
        case "N":
            return int(value) if value.lstrip("-").isdigit() else float(value)  # we write whole numbers only
        case "B" if isinstance(value, str):
            return base64.b64decode(value)  # as Lambda hands over a stream's record
        case "L":
            return [_value(element) for element in value]
        case "M":
            return decode(value)
        case "NULL":
            return None
    return value

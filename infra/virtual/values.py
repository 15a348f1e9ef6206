"""DynamoDB's attribute values in wire form, `{"N": "5"}`: equality, order, size."""

from __future__ import annotations

import marshal
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

Value = Mapping[str, Any]
"""One attribute value: its type and its content."""
Item = dict[str, Any]
"""Attribute name → value."""
DIGITS_MAX = 38


def number(text: str) -> int | Decimal:
    """The content of an `N`."""
    try:
        return int(text)
    except ValueError:
        return Decimal(text)


def same(left: Value, right: Value) -> bool:
    """Whether two values are equal: of one type and one content, numbers by what they are worth."""
    if left == right:
        return True
    ((kind, one),), ((other_kind, other),) = left.items(), right.items()
    if kind != other_kind:
        return False
    if kind == "N":
        return number(one) == number(other)
    if kind == "L":
        return len(one) == len(other) and all(map(same, one, other))
    if kind == "M":
        return one.keys() == other.keys() and all(same(one[name], other[name]) for name in one)
    return False


def ordered(left: Value, right: Value) -> tuple[Any, Any] | None:
    """Both contents as Python orders them; None: the types differ or have no order."""
    ((kind, one),), ((other_kind, other),) = left.items(), right.items()
    if kind != other_kind:
        return None
    if kind == "N":
        return number(one), number(other)
    return (one, other) if kind in ("S", "B") else None


def at_most(item: Item, size: int) -> bool:
    """Whether an item has `size` bytes or fewer.

    Most items are small, and the bytes of `marshal` (version 2, which repeats equal objects) are never fewer than
    DynamoDB's: one call of C decides for them.
    """
    return len(marshal.dumps(item, 2)) <= size or item_size(item) <= size


def item_size(item: Item) -> int:
    """Bytes as DynamoDB counts them.

    docs.aws.amazon.com/amazondynamodb/latest/developerguide/CapacityUnitCalculations.html
    """
    return sum(len(name.encode()) + _size(value) for name, value in item.items())


def _size(value: Value) -> int:
    kind: str
    content: Any
    ((kind, content),) = value.items()
    if kind == "S":
        return len(content.encode())
    if kind == "B":
        return len(content)
    if kind == "N":
        digits = content.lstrip("-").strip("0")
        return 1 + (len(digits) + 1) // 2 + int(content.startswith("-"))
    if kind == "M":
        return 3 + len(content) + item_size(content)
    if kind == "L":
        return 3 + sum(1 + _size(element) for element in content)
    return 1

"""JSON documents as their models: integral numbers are integers, and no object states a name twice.

Pydantic parses straight from bytes, so depth, digits, encoding and NaN are reported as its errors, each with its place.
What it accepts is read a second time for names, and what it refuses a second time for numbers.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from decimal import Decimal, InvalidOperation
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError
from pydantic_core import InitErrorDetails, PydanticCustomError

_EXACT_BELOW = 2**53
"""Every whole number below is exact in the double precision that most JSON libraries use (RFC 8259, section 6)."""
_Model = TypeVar("_Model", bound=BaseModel)
_Pairs = list[tuple[str, Any]]
_Place = tuple[int | str, ...]


def parsed(model: type[_Model], raw: bytes) -> _Model:
    """The document. Raises ValidationError, also for a name that is stated twice."""
    try:
        document = model.model_validate_json(raw)
    except ValidationError as error:
        if error.errors(include_url=False, include_context=False, include_input=False)[0]["type"] == "json_invalid":
            raise
        document = model.model_validate_json(_with_integers(raw))
    # Whoever states a name twice writes two colons.
    if raw.count(b":") > 1 and (twice := list(_stated_twice(raw))):
        raise ValidationError.from_exception_data(model.__name__, twice)
    return document


def _with_integers(raw: bytes) -> str:
    """The same document; whole numbers like `6000.0` and `6e3` are written as integers."""
    return json.dumps(json.loads(raw.decode(), parse_float=_number))


def _number(text: str) -> int | float:
    value = float(text)
    if not value.is_integer() or abs(value) >= _EXACT_BELOW:
        return value
    try:
        # The double may be whole only because it is rounded: `5.0000000000000000001`.
        return int(value) if Decimal(text) == value else value
    except InvalidOperation:  # an exponent of twenty digits
        return value


def _stated_twice(raw: bytes) -> Iterator[InitErrorDetails]:
    """An error for each name that an object states more than once; compared without escapes, as names are read."""
    found: list[_Doubled] = []

    def members(pairs: _Pairs) -> dict[str, Any] | _Doubled:
        names = dict(pairs)
        if len(names) == len(pairs):
            return names
        found.append(_Doubled(pairs))
        return found[-1]

    # `len` in place of numbers: only names matter here, and numbers may have any number of digits.
    document = json.loads(raw.decode(), object_pairs_hook=members, parse_int=len, parse_float=len)
    if found:
        for place in _places(document, ()):
            yield {"type": PydanticCustomError("stated_twice", "is stated twice"), "loc": place, "input": None}


class _Doubled:
    """An object that states a name twice."""

    def __init__(self, pairs: _Pairs) -> None:
        self.pairs = pairs


def _places(value: Any, place: _Place) -> Iterator[_Place]:
    """The place of each name that is stated twice, in the order of the text."""
    if isinstance(value, _Doubled):
        counts = Counter(name for name, _ in value.pairs)
        yield from ((*place, name) for name, count in counts.items() if count > 1)
        members: Any = value.pairs
    else:
        members = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for step, inner in members:
        yield from _places(inner, (*place, step))

"""Items become values here, or `Damaged`: an attribute is missing, or is of another type than the value's.

A store says how (`make`), and this module that it fits: the value's own annotations are held against what was read, so
that a string cannot pass for a number, nor a state that nobody knows for one of ours.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import fields, is_dataclass
from functools import cache
from types import NoneType, UnionType
from typing import Any, Literal, TypeVar, Union, get_args, get_origin, get_type_hints

from coupons.damage import Damaged, UnlikeError, blamed
from coupons.money import Amounts
from coupons.stores.dynamodb import Item

T = TypeVar("T")
_Fits = Callable[[Any], bool]
_PLAIN = {int, str, bytes, bool, float, NoneType}


def value_of(table: str, item: Item, make: Callable[[Item], T]) -> T:
    """What `make` reads of the item of `table`. Raises Damaged."""
    with blamed(table, item["pk"], item["sk"]):
        value = make(item)
        refuse_other_types(value)
        return value


def values_of(table: str, items: Iterable[Item], make: Callable[[Item], T]) -> Iterator[T | Damaged]:
    """The same of each; a damaged one stands in its place."""
    for item in items:
        found: T | Damaged
        try:
            found = value_of(table, item, make)
        except Damaged as damaged:
            found = damaged
        yield found


def sure(value: Any, kind: type[T]) -> T:
    """An attribute that is of this type, and of no subclass: True is no number. Raises UnlikeError."""
    if type(value) is not kind:
        raise UnlikeError(f"{type(value).__name__} in the place of {kind.__name__}")
    return value


def strings(value: Any) -> list[str]:
    """A list of nothing but strings. Raises UnlikeError."""
    return [sure(one, str) for one in sure(value, list)]


def amounts(value: Any) -> dict[str, int]:
    """By name, whole numbers. Raises UnlikeError."""
    return {sure(name, str): sure(number, int) for name, number in sure(value, dict).items()}


def by_funder(value: Any) -> Amounts:
    """Minor units by funder. Raises UnlikeError."""
    return Amounts(amounts(value))


def refuse_other_types(value: Any) -> None:
    """Raises UnlikeError unless a dataclass or named tuple is as annotated, with all that it holds; all else passes."""
    if name := _unlike(value):
        raise UnlikeError(f"{type(value).__name__}.{name} is of another type")


def _unlike(value: Any) -> str:
    """The first field that is not as annotated; empty if there is none."""
    return next((name for name, fits in _fields(value.__class__) if not fits(getattr(value, name))), "")


@cache
def _fields(kind: Any) -> tuple[tuple[str, _Fits], ...]:
    names = [field.name for field in fields(kind)] if is_dataclass(kind) else getattr(kind, "_fields", ())
    hints = get_type_hints(kind) if names else {}
    return tuple((name, _fits(hints[name])) for name in names)


def _fits(hint: Any) -> _Fits:
    origin, args = get_origin(hint), get_args(hint)
    if hint in _PLAIN:
        return lambda value: type(value) is hint
    if origin is Literal:
        return lambda value: isinstance(value, str) and value in args
    if origin in (Union, UnionType):
        several = [_fits(arg) for arg in args]
        return lambda value: any(fits(value) for fits in several)
    if origin in (tuple, list, frozenset):
        each = _fits(args[0])
        return lambda value: isinstance(value, origin) and all(map(each, value))
    if origin is not None and issubclass(origin, Mapping):
        name, of = (_fits(arg) for arg in args)
        return lambda value: isinstance(value, Mapping) and all(name(key) and of(value[key]) for key in value)
    if is_dataclass(hint) or hasattr(hint, "_fields"):
        return lambda value: value.__class__ is hint and not _unlike(value)
    # A model of pydantic has checked what it holds when it was made.
    return lambda value: isinstance(value, hint)

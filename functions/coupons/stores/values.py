"""Items become values here, or `Damaged`: an attribute is missing, or is not of the type of the value's field.

A store says how an item is read, mostly by a `reader`. `value_of` then compares each field with its annotation, so that
a string cannot pass for a number, and an unknown state cannot pass for one of ours. `fields_of` is the way back.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import fields, is_dataclass
from functools import cache
from types import NoneType, UnionType
from typing import Any, Literal, TypeVar, Union, get_args, get_origin, get_type_hints

from coupons.damage import UNREADABLE, Damaged, UnlikeError, reason_of
from coupons.money import Amounts
from coupons.stores.attributes import Item

T = TypeVar("T")
_Fits = Callable[[Any], bool]
_PLAIN = {int, str, bytes, bool, float, NoneType}


def value_of(table: str, item: Item, make: Callable[[Item], T]) -> T:
    """What `make` reads from the item of `table`. Raises Damaged."""
    try:  # as `blamed` does, which takes as long as reading a small item
        value = make(item)
        refuse_other_types(value)
    except UNREADABLE as error:
        raise Damaged(table, item["pk"], item["sk"], reason_of(error)) from None
    return value


def values_of(table: str, items: Iterable[Item], make: Callable[[Item], T]) -> Iterator[T | Damaged]:
    """The same for each item; `Damaged` takes the place of one that cannot be read."""
    for item in items:
        found: T | Damaged
        try:
            found = value_of(table, item, make)
        except Damaged as damaged:
            found = damaged
        yield found


def fields_of(value: Any, *but: str) -> Item:
    """The fields of a dataclass as attributes of the same names, without those of `but`."""
    return {name: getattr(value, name) for name in _names(value.__class__) if name not in but}


def reader(kind: Callable[..., T], **others: str | Callable[[Item], Any]) -> Callable[[Item], T]:
    """Makes a dataclass of an item: each field from the attribute of its name.

    `others`: fields from an attribute of another name, or made from the whole item. No default is taken for a missing
    attribute.
    """
    own = {name: name for name in _names(kind) if name not in others}
    attributes = own | {name: other for name, other in others.items() if isinstance(other, str)}
    made = {name: other for name, other in others.items() if not isinstance(other, str)}

    def read(item: Item) -> T:
        try:
            values = {name: item[attribute] for name, attribute in attributes.items()}
        except KeyError as missing:
            raise UnlikeError(f"lacks {missing.args[0]!r}") from None
        for name, make in made.items():
            values[name] = make(item)
        return kind(**values)

    return read


def sure(value: Any, kind: type[T]) -> T:
    """An attribute of exactly this type: True is not a number. Raises UnlikeError."""
    if type(value) is not kind:
        raise UnlikeError(f"{type(value).__name__} where {kind.__name__} is expected")
    return value


def strings(value: Any) -> list[str]:
    """A list of strings. Raises UnlikeError."""
    return [sure(one, str) for one in sure(value, list)]


def amounts(value: Any) -> dict[str, int]:
    """Whole numbers by name. Raises UnlikeError."""
    return {sure(name, str): sure(number, int) for name, number in sure(value, dict).items()}


def by_funder(value: Any) -> Amounts:
    """Minor units by funder. Raises UnlikeError."""
    return Amounts(amounts(value))


def refuse_other_types(value: Any) -> None:
    """Raises UnlikeError if a field of a dataclass or named tuple, at any depth, is not of its annotated type.

    Guarded by tests/store/stores/test_damage.py::test_one_damaged_item_is_named_and_the_rest_is_served.
    """
    if name := _unlike(value):
        raise UnlikeError(f"{type(value).__name__}.{name} is of another type")


def _unlike(value: Any) -> str:
    """The first field that is not of its annotated type; empty if there is none."""
    return next((name for name, fits in _fields(value.__class__) if not fits(getattr(value, name))), "")


@cache
def _names(kind: Any) -> tuple[str, ...]:
    return tuple(field.name for field in fields(kind)) if is_dataclass(kind) else getattr(kind, "_fields", ())


@cache
def _fields(kind: Any) -> tuple[tuple[str, _Fits], ...]:
    names = _names(kind)
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
        name, of = (_fits(arg) for arg in (args if len(args) > 1 else (*args, int)))  # a Counter states its keys
        return lambda value: isinstance(value, Mapping) and all(name(key) and of(value[key]) for key in value)
    if is_dataclass(hint) or hasattr(hint, "_fields"):
        return lambda value: value.__class__ is hint and not _unlike(value)
    # A pydantic model checked its own fields when it was made.
    return lambda value: isinstance(value, hint)

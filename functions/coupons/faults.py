"""What is wrong with a body, a query or a file, in our words: each place of the document, and a plain sentence.

pydantic tells an error's type, its place and its facts. Its own sentences, and the steps that it adds to a place for
the branch of a union, are replaced here and nowhere else. Guarded by
tests/unit/test_faults.py::test_no_error_of_any_model_is_told_in_pydantics_words.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from types import UnionType
from typing import Annotated, Any, Literal, Self, Union, get_args, get_origin

from pydantic import BaseModel, ValidationError
from pydantic.fields import FieldInfo

from coupons.fields import (
    CallersNumber,
    ClockEnd,
    ClockTime,
    Currency,
    Day,
    FacilityId,
    Geo,
    Id,
    Image,
    Label,
    Link,
    Placement,
    PointsKind,
    Reason,
    SealedId,
    Step,
)
from coupons.refusals import Fault
from coupons.spelling import did_you_mean

SAID_MAX = 200
"""Characters of a place, and of a message."""
KNOWN_MAX = 12
"""So many names are listed where none is alike."""
FAULTS_MAX = 100
"""Errors of one body that are put into words; looking for names that are alike costs time."""


@dataclass(frozen=True, slots=True)
class _Found:
    """An error at its place in the document. `union`: the place of the union of which it is one branch's error."""

    place: tuple[Step, ...]
    kind: str
    message: str
    union: tuple[Step, ...] | None

    @property
    def is_another_branch(self) -> bool:
        """The value is not even of this branch's type."""
        return self.place == self.union and self.kind in _OF_TYPES


def faults(error: ValidationError, place: str, model: type[BaseModel] | None = None) -> list[Fault]:
    """The first errors, each with its place inside `place`. `model`: what was to be read, for the names it knows."""
    word = "parameter" if place == "query" else "field"
    return [
        {"place": ".".join([place, *map(str, steps)])[:SAID_MAX], "message": message[:SAID_MAX]}
        for steps, message in explained(error, model, word=word, most=FAULTS_MAX)
    ]


def explained(
    error: ValidationError, model: type[BaseModel] | None, *, word: str = "field", most: int | None = None
) -> list[tuple[tuple[Step, ...], str]]:
    """The errors, or the first `most`, with the steps of their place: names, and numbers of list items."""
    found = [_found(detail, model, word) for detail in error.errors(include_url=False)[:most]]
    is_meant = {one.union for one in found if not one.is_another_branch}
    told: dict[tuple[tuple[Step, ...], str], None] = {}
    for one in found:
        if one.is_another_branch and one.union in is_meant:
            continue
        told[one.place, "must be a string, or an object" if one.is_another_branch else one.message] = None
    return list(told)


def _found(detail: Any, model: type[BaseModel] | None, word: str) -> _Found:
    kind, facts = detail["type"], detail.get("ctx") or {}
    at = _Place.of(detail["loc"], model)
    if kind in _OWN_WORDS:
        message = detail["msg"].removeprefix("Value error, ")
    elif kind == "extra_forbidden":
        message = _unknown(str(at.steps[-1]), word, at.owner)
    elif kind == "union_tag_not_found":
        message = f"needs {facts['discriminator']}: {_one_of(_tags(at.value))}"
    else:
        message = _WORDS[kind](facts, detail.get("input")) if kind in _WORDS else "does not fit"
    return _Found(at.steps, kind, message, at.union)


def _unknown(name: str, word: str, owner: Any) -> str:
    known = _fields(owner) if _is_model(owner) else {}
    alike = did_you_mean(name, known)
    if alike or not 0 < len(known) <= KNOWN_MAX:
        return f"unknown {word}" + (f"; did you mean {alike}?" if alike else "")
    return f"unknown {word}; known are {', '.join(known)}"


@dataclass(frozen=True, slots=True)
class _Place:
    """`owner`: the type that the last step leads into. `value`: the type of what is there. None if it is not known."""

    steps: tuple[Step, ...]
    owner: Any
    value: Any
    union: tuple[Step, ...] | None

    @classmethod
    def of(cls, loc: Iterable[Step], model: type[BaseModel] | None) -> Self:
        steps: list[Step] = []
        owner, value, union = None, _plain(model), None
        for step in loc:
            branch = _branch(value, step)
            if branch is not None:
                value, union = branch, tuple(steps)
                continue
            steps.append(step)
            owner, value = value, _plain(_inside(value, step))
        return cls(tuple(steps), owner, value, union)


def _inside(value: Any, step: Step) -> Any:
    if _is_model(value):
        field = _fields(value).get(str(step))
        return field.annotation if field else None
    return get_args(value)[0] if get_origin(value) is list else None


def _plain(annotation: Any) -> Any:
    """Without what is added to a type: its constraints, and that it may be absent."""
    if get_origin(annotation) is Annotated:
        return _plain(get_args(annotation)[0])
    if get_origin(annotation) in _UNIONS:
        present = [one for one in get_args(annotation) if one is not type(None)]
        return _plain(present[0]) if len(present) == 1 else annotation
    return annotation


def _branch(annotation: Any, step: Step) -> Any:
    """The branch of a union that this step of pydantic's place names; None if it names none."""
    for one in map(_plain, get_args(annotation) if get_origin(annotation) in _UNIONS else ()):
        is_text = one is str or get_origin(one) is Literal
        names = {one.__name__, *_tags(one)} if _is_model(one) else _STRING_BRANCHES if is_text else ()
        if step in names:
            return one
    return None


def _tags(annotation: Any) -> list[str]:
    """The values of `kind` that choose a model, or one of the models of a union."""
    if _is_model(annotation):
        kind = annotation.model_fields.get("kind")
        return [str(tag) for tag in get_args(kind.annotation)] if kind else []
    return [tag for one in get_args(annotation) for tag in _tags(_plain(one))]


def _is_model(annotation: Any) -> bool:
    return isinstance(annotation, type) and issubclass(annotation, BaseModel)


def _fields(model: type[BaseModel]) -> dict[str, FieldInfo]:
    """The fields by the names that a writer gives them."""
    return {field.alias or name: field for name, field in model.model_fields.items()}


def _pattern(annotated: Any) -> str:
    constraints = [one for field in get_args(annotated)[1:] for one in getattr(field, "metadata", ())]
    return str(next(one.pattern for one in constraints if hasattr(one, "pattern")))


_UNIONS = (Union, UnionType)
_STRING_BRANCHES = ("str", "constrained-str", "word")
_OF_TYPES = ("string_type", "model_type", "model_attributes_type", "dict_type")
_OWN_WORDS = ("value_error", "stated_twice")
"""Errors that our own validators raise."""
_GROUPED = re.compile(r"-?\d{1,3}(,\d{3})+")
_TIME = "must be a time with its offset, like 2020-06-06T10:00:00+08:00"
_PATTERNS = {
    _pattern(Id): "must be 1 to 64 of the characters a-z, 0-9 and -",
    _pattern(Label): "must not hold a control character",
    _pattern(Reason): "must be one line of text, without a control character",
    _pattern(SealedId): "must be 1 to 160 of the characters A-Z, a-z, 0-9, - and _",
    _pattern(
        CallersNumber
    ): "must be 1 to 64 of the characters A-Z, a-z, 0-9, ., - and _, beginning with none of the last",
    _pattern(Currency): "must be three capital letters, like CNY",
    _pattern(Day): "must be a day like 2020-06-06",
    _pattern(Placement): "must be home, ticker, section:<id> or batch:<id>",
    _pattern(PointsKind): "must be 1 to 32 of the characters a-z, 0-9 and _, beginning with a letter",
    _pattern(ClockTime): "must be a time of day like 09:30",
    _pattern(FacilityId): "must be 1 to 47 of the characters a-z, 0-9 and -",
    _pattern(Link): "must be an https address, or a path that begins with one /",
    _pattern(Image): "must be a name of a-z, 0-9 and -, or a file under /media/",
    _pattern(Geo): "must be a latitude and a longitude like 39.9042,116.4074",
    _pattern(ClockEnd): "must be a time of day like 09:30, or 24:00",
}


def _one_of(names: Iterable[str]) -> str:
    *others, last = names
    return f"{', '.join(others)} or {last}" if others else last


def _string(_: Mapping[str, Any], value: Any) -> str:
    if isinstance(value, bool | int | float):
        return f"must be a string: put {str(value).lower()[:20]} in quotes"
    return "must be a string"


def _integer(_: Mapping[str, Any], value: Any) -> str:
    quoted = isinstance(value, str) and value.lstrip("-").isdecimal()
    grouped = isinstance(value, str) and _GROUPED.fullmatch(value)
    return "must be a whole number" + (", without quotes" if quoted else ", without commas" if grouped else "")


def _without_offset(_: Mapping[str, Any], value: Any) -> str:
    if isinstance(value, str) and len(value) == len("2020-06-06"):
        return "lacks its time of day and its offset: write it like 2020-06-06T10:00:00+08:00"
    return "lacks its offset: write it at the end, like +08:00 or Z"


def _boolean(_: Mapping[str, Any], value: Any) -> str:
    is_word = isinstance(value, str) and value.lower() in ("yes", "no", "on", "off", "true", "false")
    return "must be true or false" + (f", and {value} is text" if is_word else "")


def _literal(facts: Mapping[str, Any], value: Any) -> str:
    named = re.findall(r"'([^']*)'", facts["expected"])
    alike = did_you_mean(value, named) if isinstance(value, str) else None
    return f"must be {_one_of(name or 'empty' for name in named)}" + (f"; did you mean {alike}?" if alike else "")


def _tag(facts: Mapping[str, Any], _: Any) -> str:
    named = re.findall(r"'([^']*)'", facts["expected_tags"])
    alike = did_you_mean(facts["tag"], named)
    question = f"; did you mean {alike}?" if alike else ""
    return f"{facts['discriminator'].strip(chr(39))} must be {_one_of(named)}{question}"


def _counted(number: int, what: str) -> str:
    return f"{number} {what}" if number == 1 else f"{number} {what}s".replace("entrys", "entries")


_WORDS: dict[str, Callable[[Mapping[str, Any], Any], str]] = {
    "missing": lambda *_: "is missing",
    "json_invalid": lambda facts, _: f"is not JSON: {facts['error']}",
    "model_type": lambda *_: "must be an object",
    "model_attributes_type": lambda *_: "must be an object",
    "dict_type": lambda *_: "must be an object",
    "list_type": lambda *_: "must be a list",
    "too_short": lambda facts, _: f"must have at least {_counted(facts['min_length'], 'entry')}",
    "too_long": lambda facts, _: f"must have at most {_counted(facts['max_length'], 'entry')}",
    "string_type": _string,
    "string_unicode": lambda *_: "must be a string of Unicode characters",
    "string_too_short": lambda facts, _: f"must have at least {_counted(facts['min_length'], 'character')}",
    "string_too_long": lambda facts, _: f"must have at most {_counted(facts['max_length'], 'character')}",
    "string_pattern_mismatch": lambda facts, _: _PATTERNS.get(facts["pattern"], f"must match {facts['pattern']}"),
    "int_type": _integer,
    "int_parsing": _integer,
    "int_from_float": _integer,
    "int_parsing_size": lambda *_: "is too large a number",
    "greater_than_equal": lambda facts, _: f"must be at least {facts['ge']}",
    "less_than_equal": lambda facts, _: f"must be at most {facts['le']}",
    "bool_type": _boolean,
    "bool_parsing": _boolean,
    "literal_error": _literal,
    "union_tag_invalid": _tag,
    "datetime_type": lambda *_: _TIME,
    "datetime_parsing": lambda *_: _TIME,
    "datetime_object_invalid": lambda *_: _TIME,
    "datetime_from_date_parsing": lambda *_: _TIME,
    "timezone_aware": _without_offset,
}

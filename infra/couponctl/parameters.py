"""The types of arguments and options, each with a message that says what is wanted."""

from __future__ import annotations

import codecs
import re
from datetime import date, datetime
from typing import TYPE_CHECKING, Generic, TypeVar

import click

from coupons.identities import IdentityError, person_name

if TYPE_CHECKING:
    from collections.abc import Callable

NUMBER_MAX = 10**9
Value = TypeVar("Value")
_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?(Z|[+-]\d\d:\d\d)", re.ASCII | re.IGNORECASE)


class Checked(click.ParamType[Value], Generic[Value]):
    """A type whose function raises ValueError with the message for the reader."""

    def __init__(self, name: str, read: Callable[[str], Value]) -> None:
        self.name = name
        self._read = read

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> Value:
        try:
            return self._read(str(value))
        except ValueError as error:
            self.fail(str(error), param, ctx)


def _name(text: str) -> str:
    if not text or len(text) > 64:
        raise ValueError(f"{text[:80]!r} is not an identifier")
    return text


def _person(text: str) -> str:
    try:
        return person_name(text)
    except IdentityError as error:
        raise ValueError(f"the person {error}") from None


def _positive(text: str) -> int:
    digits = text.lstrip("0")
    if not (text.isascii() and digits.isdecimal()):
        raise ValueError(f"{text[:80]!r} is not a positive number")
    # The length first: Python refuses to convert thousands of digits.
    if len(digits) > len(str(NUMBER_MAX)) or int(digits) > NUMBER_MAX:
        raise ValueError(f"{text[:80]} is too large: {NUMBER_MAX:,} at most")
    return int(digits)


def _moment(text: str) -> str:
    try:
        if _MOMENT.fullmatch(text):
            datetime.fromisoformat(text.upper())
            return text
    except ValueError:
        pass  # such as 31 June
    raise ValueError(f"{text[:80]!r} is not a moment: RFC 3339 with offset, e.g. 2020-06-07T10:00:00+08:00")


def _day(text: str) -> str:
    try:
        return date.fromisoformat(text).isoformat()
    except ValueError:
        raise ValueError(f"{text[:80]!r} is not a day like 2020-06-06") from None


def _encoding(text: str) -> str:
    try:
        return codecs.lookup(text).name
    except LookupError:
        raise ValueError(f"{text[:80]!r} is no encoding, such as utf-8 or gbk") from None


NAME = Checked("name", _name)
PERSON = Checked("person", _person)
POSITIVE = Checked("number", _positive)
MOMENT = Checked("moment", _moment)
DAY = Checked("day", _day)
ENCODING = Checked("encoding", _encoding)

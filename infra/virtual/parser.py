"""The parts of DynamoDB's expression texts: tokens, names, values, paths."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TypeVar

from infra.virtual.values import Item, Value

T = TypeVar("T")
Values = Mapping[str, Value]
"""`:name` → value."""
Steps = tuple[str | int, ...]
"""A path into an item: names, and places in lists."""
Operand = Callable[[Item, Values], Value | None]
"""None: there is no such attribute."""

KEY_NAMES = ("pk", "sk")
TEXTS = (
    "ConditionExpression",
    "UpdateExpression",
    "KeyConditionExpression",
    "FilterExpression",
    "ProjectionExpression",
)
"""The parameters of a request that are expressions."""
RESERVED = frozenset(Path(__file__).with_name("reserved.txt").read_text("utf-8").split())
"""docs.aws.amazon.com/amazondynamodb/latest/developerguide/ReservedWords.html"""
_TOKEN = re.compile(r"\s*([#:]?\w+|<>|<=|>=|[=<>()\[\],.+-])")


class UnsupportedError(NotImplementedError):
    """DynamoDB may know this; this engine does not."""


class InvalidError(ValueError):
    """DynamoDB answers with ValidationException."""


class Parser:
    def __init__(self, text: str, aliases: Mapping[str, str], used: set[str]) -> None:
        self._text = text
        self._aliases = aliases
        self._used = used
        self._tokens = _tokens(text)
        self._place = 0

    @property
    def next(self) -> str:
        return self._tokens[self._place] if self._place < len(self._tokens) else ""

    @property
    def word(self) -> str:
        """The next token as a keyword."""
        return self.next.upper()

    def take(self) -> str:
        token = self.next
        self._place += 1
        return token

    def accept(self, *tokens: str) -> str:
        return self.take() if self.word in tokens else ""

    def expect(self, token: str) -> None:
        if self.word != token:
            raise self.unsupported()
        self.take()

    def end(self) -> None:
        if self.next:
            raise self.unsupported()

    def unsupported(self) -> UnsupportedError:
        return UnsupportedError(f"{self.next or 'the end'!r} in {self._text!r}")

    def each(self, parse: Callable[[], T]) -> list[T]:
        """One or more, separated by commas."""
        found = [parse()]
        while self.accept(","):
            found.append(parse())
        return found

    def is_call(self) -> bool:
        return self._tokens[self._place + 1 : self._place + 2] == ["("]

    def name(self) -> str:
        token = self.take()
        if token.startswith("#"):
            self._used.add(token)
            if token not in self._aliases:
                raise InvalidError(f"{token} is not defined")
            return self._aliases[token]
        if not re.fullmatch(r"[A-Za-z]\w*", token):
            self._place -= 1
            raise self.unsupported()
        if token.upper() in RESERVED:
            raise InvalidError(f"Attribute name is a reserved keyword; reserved keyword: {token}")
        return token

    def value_name(self) -> str:
        token = self.take()
        if not token.startswith(":"):
            self._place -= 1
            raise self.unsupported()
        self._used.add(token)
        return token

    def path(self) -> Steps:
        steps: list[str | int] = [self.name()]
        while step := self.accept(".", "["):
            if step == ".":
                steps.append(self.name())
            else:
                steps.append(int(self.take()))
                self.expect("]")
        return tuple(steps)

    def pathname(self) -> str:
        """A path of one name."""
        path = self.path()
        if len(path) != 1:
            raise self.unsupported()
        return str(path[0])


def _tokens(text: str) -> list[str]:
    found, place = [], 0
    text = text.rstrip()
    while place < len(text):
        match = _TOKEN.match(text, place)
        if match is None:
            raise UnsupportedError(f"{text[place:]!r} in {text!r}")
        found.append(match[1])
        place = match.end()
    return found


def plain(parser: Parser) -> Operand:
    """A path or a value."""
    if not parser.next.startswith(":"):
        return reader(parser.path())
    name = parser.value_name()
    return lambda _item, values: values[name]


def reader(path: Steps) -> Operand:
    name = str(path[0])
    if len(path) == 1:
        return lambda item, _values: item.get(name)

    def read(item: Item, _values: Values) -> Value | None:
        found = item.get(name)
        for step in path[1:]:
            if found is None:
                return None
            content = found.get("L" if isinstance(step, int) else "M")
            if content is None:
                return None
            if isinstance(step, int):
                found = content[step] if step < len(content) else None
            else:
                found = content.get(step)
        return found

    return read

"""The mutants of one condition expression: each clause without effect, and alternatives as a whole always true.

A clause is not cut out but made void: `a AND b` becomes `(a OR TRUE) AND b`, and `a OR b` becomes `(a AND FALSE) OR b`.
So every name and value stays in use, and the store does not refuse the request for an unused one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

TRUE = "attribute_exists(pk) OR attribute_not_exists(pk)"
FALSE = "attribute_exists(pk) AND attribute_not_exists(pk)"
_TOKEN = re.compile(r"\s*([#:\w.\[\]⟦⟧]+|<>|<=|>=|[<>=(),])")
_UPDATE = re.compile(r"\s*(SET|REMOVE|ADD|DELETE)\s|.*if_not_exists\(|.*list_append\(")
_EVIDENCE = re.compile(r":\w|attribute_\w+\(|\b(AND|OR|NOT)\b")
_CERTAIN = re.compile(r"attribute_(not_)?exists\(|[<>=] :\w+ (AND|OR) ")
_COMPARATORS = ("=", "<>", "<", "<=", ">", ">=")


class UnreadableError(ValueError):
    """The text looks like a condition and does not fit the grammar."""


@dataclass(frozen=True)
class _Part:
    """A clause or a group of them, at `text[start:end]`. `kind`: AND, OR, or empty for a clause."""

    kind: str
    start: int
    end: int
    parts: tuple[_Part, ...] = ()


def mutants(text: str) -> list[tuple[str, str]]:
    """Kind (`clause`, `always`) and text of each mutant; `⟦0⟧` is a place that an f-string fills.

    None if the text is no condition of a write: an update, a key condition of a query, or no expression at all.
    Raises UnreadableError.
    """
    if _UPDATE.match(text) or text.startswith("pk = ") or not _EVIDENCE.search(text):
        return []
    try:
        whole = _Reader(text).whole()
    except UnreadableError:
        if _CERTAIN.search(text):
            raise
        return []
    if not whole.parts:
        is_place = re.fullmatch(r"⟦\d+⟧", text) is not None
        return [] if is_place else [("clause", f"({text} OR {TRUE})")]
    # Where AND joins the clauses, a test that fails without one of them fails without all.
    always = [("always", f"({text}) OR {TRUE}")] if whole.kind == "OR" else []
    return [*(("clause", changed) for changed in _without_one(text, whole)), *always]


def _without_one(text: str, group: _Part) -> Iterator[str]:
    for part in group.parts:
        void = f"OR {TRUE}" if group.kind == "AND" else f"AND {FALSE}"
        yield f"{text[: part.start]}({text[part.start : part.end]} {void}){text[part.end :]}"
        yield from _without_one(text, part)


class _Reader:
    """Reads a condition by DynamoDB's grammar; only where clauses begin and end matters here."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._tokens: list[re.Match[str]] = []
        place = 0
        while text[place:].strip():
            token = _TOKEN.match(text, place)
            if token is None:
                raise UnreadableError(text)
            self._tokens.append(token)
            place = token.end()
        self._next = 0

    def whole(self) -> _Part:
        part = self._joined("OR")
        if self._next < len(self._tokens):
            raise UnreadableError(self._text)
        return part

    def _joined(self, kind: str) -> _Part:
        """`OR` joins what `AND` joins; one part alone is itself."""
        parts = [self._joined("AND") if kind == "OR" else self._clause()]
        while self._take(kind):
            parts.append(self._joined("AND") if kind == "OR" else self._clause())
        return parts[0] if len(parts) == 1 else _Part(kind, parts[0].start, parts[-1].end, tuple(parts))

    def _clause(self) -> _Part:
        start = self._start()
        if self._take("NOT"):
            return _Part("", start, self._clause().end)
        if self._take("("):
            inner = self._joined("OR")
            self._want(")")
            return _Part(inner.kind, start, self._end(), inner.parts)
        operand = self._operand()
        if self._take("BETWEEN"):
            self._operand()
            self._want("AND")
            self._operand()
        elif self._take("IN"):
            self._want("(")
            self._listed()
        elif self._take(*_COMPARATORS):
            self._operand()
        elif not re.match(r"⟦|attribute_|begins_with|contains", operand):
            raise UnreadableError(self._text)
        return _Part("", start, self._end())

    def _operand(self) -> str:
        if not re.match(r"[#:\w⟦]", self._ahead()):
            raise UnreadableError(self._text)
        name = self._ahead()
        self._next += 1
        if self._take("("):
            self._listed()
        return name

    def _listed(self) -> None:
        self._operand()
        while self._take(","):
            self._operand()
        self._want(")")

    def _ahead(self) -> str:
        return self._tokens[self._next][1] if self._next < len(self._tokens) else ""

    def _start(self) -> int:
        return self._tokens[self._next].start(1) if self._next < len(self._tokens) else len(self._text)

    def _end(self) -> int:
        return self._tokens[self._next - 1].end()

    def _take(self, *wanted: str) -> bool:
        taken = self._ahead() in wanted
        self._next += taken
        return taken

    def _want(self, token: str) -> None:
        if not self._take(token):
            raise UnreadableError(self._text)

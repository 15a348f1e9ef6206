"""Read a file of people, of any length in bounded memory; every bad line is named with its reason.

CSV in UTF-8, as Python's `csv` reads it: quotes may hold commas, quotes and line breaks. The first line that counts is
a header if one of its cells is `person_id`, in whatever case; the other columns are left alone. Without a header each
line is one person. Blank lines and those that begin with `#` are skipped. A person is what the API takes: a real-name
identity in any spelling, or `sub:…` for the subject of a token without one; blanks around either do not count.
"""

from __future__ import annotations

import csv
import hashlib
import re
from dataclasses import dataclass
from typing import IO, TYPE_CHECKING

from coupons.identities import LENGTH_MAX, IdentityError, normal_form, person_name

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

COLUMN = "person_id"
LINE_BYTES_MAX = 64 * 1024
_SEPARATOR = re.compile(r"[,;\t]")
_BLOCK_BYTES = 1 << 20
_REPLACEMENT = "\ufffd"


@dataclass(frozen=True, slots=True)
class Line:
    """One line that counts, by the number of its first: a person as the API takes them, or why it is none."""

    number: int
    name: str
    bad: str = ""


@dataclass(frozen=True)
class Facts:
    sha256: str
    lines: int


class BadLineError(ValueError):
    """What is wrong with one line."""


def facts_of(path: Path) -> Facts:
    """The content's hash and the number of its lines. Raises OSError."""
    digest, lines, last = hashlib.sha256(), 0, b"\n"
    with path.open("rb") as file:
        while block := file.read(_BLOCK_BYTES):
            digest.update(block)
            lines += block.count(b"\n")
            last = block[-1:]
    return Facts(digest.hexdigest(), lines + (last != b"\n"))


def read_members(path: Path) -> Iterator[Line]:
    """Every line of the file that is neither blank nor a comment nor the header. Raises OSError."""
    with path.open("rb") as file:
        rows = _Rows(file)
        header = next(rows, None)
        if header is None:
            return
        column = _column(header)
        if column is None:
            yield _line(header, None)
        elif COLUMN in map(normal_form, header.cells[column + 1 :]):
            yield Line(header.number, "", f"names {COLUMN} twice")
        for row in rows:
            yield _line(row, column)


@dataclass(frozen=True, slots=True)
class _Row:
    number: int
    cells: list[str]
    bad: str


class _Rows:
    """The rows of a CSV file, with the number of the line on which each begins and what was wrong with its lines."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self._reader = csv.reader(self._texts(), strict=True)
        self._number = self._begins = 0
        self._bad = ""

    def __iter__(self) -> Iterator[_Row]:
        return self

    def __next__(self) -> _Row:
        self._begins, self._bad = 0, ""
        try:
            cells = next(self._reader)
        except csv.Error:
            # A quote that is not closed takes what follows with it, up to what `csv` holds of one cell.
            last = f" (to line {self._number})" if self._number > self._begins else ""
            return _Row(self._begins, [], self._bad or f"not a line of a CSV file{last}")
        return _Row(self._begins, cells, self._bad)

    def _texts(self) -> Iterator[str]:
        """Lines with their ends; those between rows only if they count."""
        while raw := self._file.readline(LINE_BYTES_MAX + 1):
            self._number += 1
            rest = raw
            while not rest.endswith(b"\n") and (rest := self._file.readline(LINE_BYTES_MAX)):
                pass
            text = self._text(raw.rstrip(b"\r\n"))
            if not self._begins:
                if not text.strip() or text.startswith("#"):
                    self._bad = ""
                    continue
                self._begins = self._number
            yield f"{text}\n"

    def _text(self, raw: bytes) -> str:
        if len(raw) > LINE_BYTES_MAX:
            self._bad = f"longer than {LINE_BYTES_MAX:,} bytes"
            return _REPLACEMENT
        encoding = "utf-8-sig" if self._number == 1 else "utf-8"
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            self._bad = "not UTF-8"
            return raw.decode(encoding, "replace")


def _column(header: _Row) -> int | None:
    """Where the header names the people, in whatever encoding its other names are; None if it is no header."""
    names = [normal_form(cell) for cell in header.cells]
    return names.index(COLUMN) if COLUMN in names else None


def _line(row: _Row, column: int | None) -> Line:
    try:
        if row.bad:
            raise BadLineError(row.bad)
        return Line(row.number, _name(row.cells, column))
    except (BadLineError, IdentityError) as error:
        return Line(row.number, "", str(error))


def _name(cells: list[str], column: int | None) -> str:
    """Raises BadLineError, IdentityError."""
    if column is None and (len(cells) > 1 or _SEPARATOR.search(cells[0])):
        # A spreadsheet's rows would each become a person that nobody is, and count for ever.
        raise BadLineError(f"holds a separator: a CSV file needs commas and a header that names {COLUMN}")
    if column is not None and column >= len(cells):
        raise BadLineError(f"no column {COLUMN}")
    text = cells[column or 0].strip()
    if text.startswith("'"):
        raise BadLineError("begins with ', by which spreadsheets mark a text")
    if _REPLACEMENT in text:
        # Somebody's editor has put it where there was something else, and the API refuses a body that holds it.
        raise BadLineError("holds U+FFFD: it was not UTF-8 before")
    name = person_name(text)
    if name == COLUMN:
        raise BadLineError("is the header again: were files joined?")
    if len(name) > LENGTH_MAX:
        raise BadLineError(f"longer than {LENGTH_MAX} characters")
    return name

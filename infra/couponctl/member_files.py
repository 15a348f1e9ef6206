"""Read a file of people, of any length in bounded memory; each bad line is reported with its reason.

CSV in UTF-8, as Python's `csv` reads it: quotes may hold commas, quotes and line breaks. The first line that
is not skipped is a header if one of its cells is `person_id`, in any case; other columns are ignored. Without a header
each line is one person. Blank lines and lines that begin with `#` are skipped. A person is what the API accepts: a
real-name identity in any spelling, or `sub:…` for the subject of a token without one; surrounding blanks are ignored.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from coupons.identities import LENGTH_MAX, IdentityError, normal_form, person_name
from infra.couponctl.csv_rows import REPLACEMENT, Row, Rows

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

COLUMN = "person_id"
_SEPARATOR = re.compile(r"[,;\t]")
_QUOTES = "'\"=\u2018\u2019\u201c\u201d"
"""Quotes that programs put around a text; `csv` has removed the file's own."""
_DECIMAL = re.compile(r"[0-9]+\.0*")


@dataclass(frozen=True, slots=True)
class Line:
    """One row, by the number of its first line: a person as the API accepts them, or the error."""

    number: int
    name: str
    bad: str = ""


class BadLineError(ValueError):
    """The error in one line."""


def read_members(path: Path) -> Iterator[Line]:
    """Every row that is neither blank nor a comment nor the header. Raises OSError."""
    with path.open("rb") as file:
        rows = Rows(file)
        header = next(rows, None)
        if header is None:
            return
        column, width = _column(header), len(header.cells)
        if column is None:
            yield _line(header, None, width)
        elif COLUMN in map(normal_form, header.cells[column + 1 :]):
            yield Line(header.number, "", f"names {COLUMN} twice")
        for row in rows:
            yield _line(row, column, width)


def _column(header: Row) -> int | None:
    """The place of `person_id` in the header, whatever its other names are encoded in; None if it is no header."""
    names = [normal_form(cell) for cell in header.cells]
    return names.index(COLUMN) if COLUMN in names else None


def _line(row: Row, column: int | None, width: int) -> Line:
    try:
        if row.bad:
            raise BadLineError(row.bad)
        if column is not None and any(cell.strip() for cell in row.cells[width:]):
            # A name or number holds a comma without quotes, so the cells behind it are shifted.
            raise BadLineError("more cells than the header")
        return Line(row.number, _name(row.cells, column))
    except (BadLineError, IdentityError) as error:
        return Line(row.number, "", str(error))


def _name(cells: list[str], column: int | None) -> str:
    """Raises BadLineError, IdentityError."""
    if column is None and (len(cells) > 1 or _SEPARATOR.search(normal_form(cells[0]))):
        # A spreadsheet would turn each row into a member that is no person.
        raise BadLineError(f"holds a separator: a CSV file needs commas and a header that names {COLUMN}")
    if column is not None and column >= len(cells):
        raise BadLineError(f"no column {COLUMN}")
    text = cells[column or 0].strip()
    if REPLACEMENT in text:
        # The replacement character: an editor could not read the original, and the API refuses it.
        raise BadLineError("holds U+FFFD: it was not UTF-8 before")
    name = person_name(text)
    if name[0] in _QUOTES or name[-1] in _QUOTES:
        raise BadLineError("begins or ends with a quote by which programs mark text")
    if _DECIMAL.fullmatch(name):
        raise BadLineError("is a number with a decimal point: a program converted it, and may have rounded it")
    if name == COLUMN:
        raise BadLineError("is the header again: were files joined?")
    if len(name) > LENGTH_MAX:
        raise BadLineError(f"longer than {LENGTH_MAX} characters")
    return name

"""Read a file of person ids, line by line, of any length in bounded memory; every bad line is named with its reason.

Plain: one id a line; blank lines and lines that start with `#` are skipped. CSV: the first line that counts is a
header with a column `person_id`; the other columns are left alone. UTF-8 either way. What a line may hold is what the
API takes as a `person_id`: 1 to 128 characters, none of them a control character.
"""

from __future__ import annotations

import csv
import hashlib
import re
import sqlite3
from contextlib import closing, contextmanager
from dataclasses import dataclass
from typing import IO, TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

COLUMN = "person_id"
LENGTH_MAX = 128
LINE_BYTES_MAX = 64 * 1024
_BLANKS = " \t\u00a0\u3000"
_SEPARATOR = re.compile(r"[,;\t]")
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_BLOCK_BYTES = 1 << 20
_REPLACEMENT = "\ufffd"


@dataclass(frozen=True)
class Line:
    """One line that counts: a person, or why it is none."""

    number: int
    person_id: str
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
    column: int | None = None
    begun = False
    with path.open("rb") as file, _seen() as seen:
        for number, raw in _lines(file):
            person_id, bad = "", ""
            if not begun and _counts(text := raw.decode("utf-8-sig", "replace")):
                # The other columns' names may be in whatever a spreadsheet writes.
                begun, column = True, _column(text)
                if column is not None:
                    continue
            try:
                text = _text(raw, first=number == 1)
                if not _counts(text):
                    continue
                person_id = _person_id(text, column)
                if (first := seen(person_id, number)) is not None:
                    raise BadLineError(f"repeats line {first}")
            except BadLineError as error:
                bad = str(error)
            yield Line(number, person_id, bad)


def _counts(text: str) -> bool:
    """Neither blank nor a comment."""
    return bool(text.strip(_BLANKS)) and not text.startswith("#")


def _lines(file: IO[bytes]) -> Iterator[tuple[int, bytes]]:
    """Lines by number, without their ends; of one that is too long its beginning."""
    number = 0
    while raw := file.readline(LINE_BYTES_MAX + 1):
        number += 1
        rest = raw
        while not rest.endswith(b"\n") and (rest := file.readline(LINE_BYTES_MAX)):
            pass
        yield number, raw.rstrip(b"\r\n")


def _text(raw: bytes, *, first: bool) -> str:
    if len(raw) > LINE_BYTES_MAX:
        raise BadLineError(f"longer than {LINE_BYTES_MAX:,} bytes")
    try:
        text = raw.decode("utf-8-sig" if first else "utf-8")
    except UnicodeDecodeError:
        raise BadLineError("not UTF-8") from None
    if _REPLACEMENT in text:
        # Somebody's editor has put it where there was something else, and the API refuses a body that holds it.
        raise BadLineError("holds U+FFFD: it was not UTF-8 before")
    return text


def _column(text: str) -> int | None:
    """Where the header names the ids; None if the line is no such header."""
    try:
        names = [name.strip(_BLANKS) for name in _cells(text)]
    except BadLineError:
        return None
    return names.index(COLUMN) if COLUMN in names else None


def _cells(text: str) -> list[str]:
    try:
        return next(csv.reader([text], strict=True))
    except csv.Error:
        raise BadLineError("not a line of a CSV file") from None


def _person_id(text: str, column: int | None) -> str:
    if column is not None:
        cells = _cells(text)
        if column >= len(cells):
            raise BadLineError(f"no column {COLUMN}")
        text = cells[column]
    text = text.strip(_BLANKS)
    if not text:
        raise BadLineError("empty")
    if len(text) > LENGTH_MAX:
        raise BadLineError(f"longer than {LENGTH_MAX} characters")
    if _CONTROL.search(text):
        raise BadLineError("holds a control character")
    if column is None and _SEPARATOR.search(text):
        # A spreadsheet's rows would each become a person that nobody is, and count for ever.
        raise BadLineError(f"holds a separator: a CSV file needs commas and a header that names {COLUMN}")
    return text


@contextmanager
def _seen() -> Iterator[_Seen]:
    # "" is a database in a temporary file of its own, gone when closed: millions of ids need not fit into memory.
    with closing(sqlite3.connect("", isolation_level=None)) as database:
        yield _Seen(database)


class _Seen:
    """The line on which an id stood first. Ids are kept as hashes of 16 bytes, of one length and nobody's identity."""

    def __init__(self, database: sqlite3.Connection) -> None:
        self._database = database
        database.execute("PRAGMA journal_mode = OFF")
        database.execute("PRAGMA cache_size = -65536")
        database.execute("CREATE TABLE seen (id BLOB PRIMARY KEY, line INTEGER) WITHOUT ROWID")
        # One transaction that is never committed: committing a million inserts one by one would take minutes.
        database.execute("BEGIN")

    def __call__(self, person_id: str, number: int) -> int | None:
        """None, and it is noted, if this is the first."""
        key = hashlib.blake2b(person_id.encode(), digest_size=16).digest()
        try:
            self._database.execute("INSERT INTO seen VALUES (?, ?)", (key, number))
        except sqlite3.IntegrityError:
            ((first,),) = self._database.execute("SELECT line FROM seen WHERE id = ?", (key,))
            return int(first)
        return None

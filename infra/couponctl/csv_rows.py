"""Rows of a UTF-8 CSV file as Python's `csv` reads it, in bounded memory, each with its first line's number."""

from __future__ import annotations

import csv
import hashlib
from dataclasses import dataclass
from typing import IO, TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

LINE_BYTES_MAX = 64 * 1024
REPLACEMENT = "\ufffd"
_BLOCK_BYTES = 1 << 20


@dataclass(frozen=True)
class Facts:
    sha256: str
    lines: int


def facts_of(path: Path) -> Facts:
    """The content's hash and the number of its lines. Raises OSError."""
    digest, lines, last = hashlib.sha256(), 0, b"\n"
    with path.open("rb") as file:
        while block := file.read(_BLOCK_BYTES):
            digest.update(block)
            lines += block.count(b"\n")
            last = block[-1:]
    return Facts(digest.hexdigest(), lines + (last != b"\n"))


@dataclass(frozen=True, slots=True)
class Row:
    number: int
    cells: list[str]
    bad: str


class Rows:
    """The rows of a CSV file, each with the number of its first line and the error in its lines, if any."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self._reader = csv.reader(self._texts(), strict=True)
        self._number = self._begins = 0
        self._bad = ""

    def __iter__(self) -> Iterator[Row]:
        return self

    def __next__(self) -> Row:
        self._begins, self._bad = 0, ""
        try:
            cells = next(self._reader)
        except csv.Error:
            # A quote that is not closed takes the following lines with it, up to the size limit of a cell.
            last = f" (to line {self._number})" if self._number > self._begins else ""
            return Row(self._begins, [], self._bad or f"not a line of a CSV file{last}")
        return Row(self._begins, cells, self._bad)

    def _texts(self) -> Iterator[str]:
        """Lines with their line ends; between rows only those that are not skipped."""
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
            return REPLACEMENT
        encoding = "utf-8-sig" if self._number == 1 else "utf-8"
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            self._bad = "not UTF-8"
            return raw.decode(encoding, "replace")

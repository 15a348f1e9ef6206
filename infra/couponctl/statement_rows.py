"""The rows of a merchant's file as text, whatever program saved it.

Spreadsheet programs change a file when they save it: another encoding, semicolons or tabs between cells, blank rows and
columns at the end. Files that were joined repeat their header. All this is read as the file that it was before; the
cells that are compared hold no letter outside ASCII.
"""

from __future__ import annotations

import codecs
import csv
import unicodedata
from itertools import chain, dropwhile
from typing import TYPE_CHECKING, NamedTuple

from coupons.cells import from_text_cell

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator
    from pathlib import Path

CHINESE = "gb18030"
"""GBK and all its extensions: what Excel writes as CSV on a Chinese Windows. No byte of a letter is a separator."""
SEPARATORS = ",;\t"
_MARKS = {codecs.BOM_UTF8: "utf-8-sig", codecs.BOM_UTF16_LE: "utf-16", codecs.BOM_UTF16_BE: "utf-16"}
_BLOCK_BYTES = 1 << 20


class Row(NamedTuple):
    """The cells by column name; `line` is the row's last line. `fault`: why no cell of it can be relied on."""

    line: int
    cells: dict[str, str]
    fault: str = ""


def encoding_of(path: Path) -> str:
    """What the file's byte order mark says; without one UTF-8, or else GB18030. Raises OSError."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    with path.open("rb") as file:
        block = file.read(_BLOCK_BYTES)
        marked = next((encoding for mark, encoding in _MARKS.items() if block.startswith(mark)), None)
        if marked:
            return marked
        try:
            while block:
                decoder.decode(block)
                block = file.read(_BLOCK_BYTES)
        except UnicodeDecodeError:
            return CHINESE
    return "utf-8"


def name_of(cell: str) -> str:
    """The name of a column, without what an editor or a keyboard adds: marks, blanks, capitals, wide letters."""
    return unicodedata.normalize("NFKC", cell).replace("\ufeff", "").strip().casefold()


class Rows:
    """The rows under the header. Raises csv.Error and UnicodeError while it is read; then `line` says where."""

    def __init__(self, lines: Iterable[str], columns: Collection[str]) -> None:
        """`columns`: the names that are read. Others are ignored."""
        self._columns = columns
        self._above = 0
        rest = dropwhile(self._is_above, iter(lines))
        first = next(rest, "")
        self.separator = max(SEPARATORS, key=lambda one: len(self._known(next(csv.reader([first], delimiter=one), []))))
        self._reader = csv.reader(chain([first], rest), delimiter=self.separator, strict=True)
        self.header = [name_of(cell) for cell in next(self._reader, [])]
        self._places = {name: self.header.index(name) for name in self._known(self.header)}

    @property
    def line(self) -> int:
        return self._above + self._reader.line_num

    def doubled(self) -> list[str]:
        """The columns that are read and appear more than once."""
        return [name for name in self._columns if self.header.count(name) > 1]

    def __iter__(self) -> Iterator[Row]:
        for cells in self._reader:
            if any(map(str.strip, cells)) and not self._is_header(cells):
                yield self._row(cells)

    def _is_header(self, cells: list[str]) -> bool:
        return name_of(cells[0]) == self.header[0] and [name_of(cell) for cell in cells] == self.header

    def _row(self, cells: list[str]) -> Row:
        fault = ""
        if any(map(str.strip, cells[len(self.header) :])):
            fault = f"more cells than the header: a cell that holds {self.separator!r} needs quotes"
        named = {name: cells[place] if place < len(cells) else "" for name, place in self._places.items()}
        return Row(self.line, {name: from_text_cell(cell).strip() for name, cell in named.items()}, fault)

    def _known(self, cells: list[str]) -> list[str]:
        names = {name_of(cell) for cell in cells}
        return [name for name in self._columns if name in names]

    def _is_above(self, line: str) -> bool:
        """Blank lines, and `sep=;` by which a program tells another one its separator."""
        is_above = bool(line) and (not line.strip(" \ufeff\r\n,;\t") or name_of(line).startswith("sep="))
        self._above += is_above
        return is_above

"""Read a merchant's own list of a day from CSV.

A header and one line a movement:

    order_no[,reversal_no],discount_minor,merchant_match_minor,payable_minor[,campaign_id][,currency][,funding][,day][,at]

Amounts are whole minor units, negative for a reversal, as in the settlement. The day is `day`, or else the local day of
`at` (`settlement_days.py`). Campaign, currency and funding are compared if the list has them. Other columns are
ignored. What spreadsheet programs change is read as it was before, unless that would be a guess (`statement_rows.py`).
"""

from __future__ import annotations

import csv
import re
import unicodedata
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from coupons.currencies import EXPONENTS
from infra.couponctl import funding
from infra.couponctl.output import BadFileError, WrongUseError
from infra.couponctl.settlement_days import DayError, Days
from infra.couponctl.statement_rows import Row, Rows, encoding_of

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

AMOUNTS = ("discount_minor", "merchant_match_minor", "payable_minor")
NEEDED = ("order_no", *AMOUNTS)
DAY_COLUMNS = ("day", "at")
COLUMNS = (*NEEDED, "reversal_no", "campaign_id", "currency", funding.COLUMN, *DAY_COLUMNS, "kind")
ROWS_MAX = 1_000_000
PROBLEMS_MAX = 50
_WHOLE = re.compile(r"-?[0-9]{1,12}")
_GROUPED = re.compile(r"-?[0-9]{1,3}(?:([,' ])[0-9]{3})(?:\1[0-9]{3})*")
"""With separators of thousands. Not a point, which may end the whole units."""
_ROUNDED = re.compile(r"-?[0-9][.,][0-9]+E[+-]?[0-9]+", re.IGNORECASE)
_NUMBER = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
_CAMPAIGN = re.compile(r"[a-z0-9-]{1,64}")

LineNumbers = tuple[str, str]
"""The numbers of an order and of its reversal; the latter is empty for the redemption itself."""
StatedAmounts = tuple[int, int, int]
"""In the order of `AMOUNTS`, in minor units."""


class Entry(NamedTuple):
    """What a list states of a movement; None: it does not state it."""

    amounts: StatedAmounts
    campaign_id: str | None = None
    currency: str | None = None
    funding: funding.Funding | None = None


class CellError(ValueError):
    """A row cannot be read; the text says why, without its line."""


class StatementError(BadFileError):
    """The merchant's file cannot be read as a list of movements; each problem names its line."""


class NoDayError(WrongUseError):
    """Neither the merchant's file nor `--day` states one day."""


@dataclass
class Statement:
    """The content of the merchant's file."""

    name: str
    encoding: str = "utf-8"
    movements: dict[LineNumbers, Entry] = field(default_factory=dict)
    day_column: str | None = None
    """The first of `DAY_COLUMNS` that the file has."""
    days: dict[str, int] = field(default_factory=dict)
    """Each day that the file names, with its first line."""
    dayless: str = ""
    """The first cell that names no day: its line, and why."""

    def day(self) -> str:
        """The day of all its movements. Raises NoDayError."""
        if self.day_column is None:
            raise NoDayError(f"{self.name}: no column {' or '.join(DAY_COLUMNS)}: give --day YYYY-MM-DD")
        if self.dayless:
            raise NoDayError(self.dayless)
        if not self.days:
            raise NoDayError(f"{self.name}: no line, so no day: give --day YYYY-MM-DD")
        (day, _), *others = self.days.items()
        if others:
            other, line = others[0]
            raise NoDayError(f"{self.name}:{line}: {other} after {day}: a settlement is of one day")
        return day

    def take_day(self, row: Row, days: Days) -> None:
        """Notes the day that the row names, or why it names none."""
        if self.day_column is None or self.dayless:
            return
        cell = row.cells[self.day_column]
        try:
            self.days.setdefault(days.of(cell, row.cells.get("campaign_id")), row.line)
        except DayError as error:
            self.dayless = f"{self.name}:{row.line}: {self.day_column} {cell[:40]!r} {error}; or give --day YYYY-MM-DD"


def read_statement(path: Path, days: Days | None = None, encoding: str | None = None) -> Statement:
    """The merchant's movements and, unless `days` is None, the days that they name. `encoding`: None to find it out.

    Raises:
        OSError: the file cannot be read.
        LookupError: there is no such encoding.
        StatementError: the text cannot be decoded, a column is missing or there twice, a cell cannot be read, a
            movement appears twice.
        ApiError: `days` had to ask for time zones, and got none.
    """
    statement = Statement(path.name, encoding or encoding_of(path))
    problems: list[str] = []
    with path.open(encoding=statement.encoding, newline="") as lines:
        rows: Rows | None = None
        try:
            rows = Rows(lines, COLUMNS)
            _refuse_header(rows, path.name)
            statement.day_column = next((name for name in DAY_COLUMNS if name in rows.header), None)
            for row in rows:
                if days is not None:
                    statement.take_day(row, days)
                try:
                    _take(row, rows.separator, statement)
                except CellError as error:
                    problems.append(f"{path.name}:{row.line}: {error}")
                if len(statement.movements) > ROWS_MAX or len(problems) >= PROBLEMS_MAX:
                    problems.append(f"{path.name}:{row.line}: stopped here: too many lines or problems")
                    break
        except UnicodeError as error:
            why = f"not text in {statement.encoding}: {error}; save it as CSV in UTF-8, or name its --encoding"
            raise StatementError([*problems, f"{path.name}: {why}"]) from None
        except csv.Error as error:
            raise StatementError([*problems, f"{path.name}:{rows.line if rows else 1}: {error}"]) from None
    if problems:
        raise StatementError(problems)
    return statement


def _refuse_header(rows: Rows, name: str) -> None:
    missing = [column for column in NEEDED if column not in rows.header]
    if missing:
        raise StatementError([f"{name}:{rows.line}: no column {', '.join(missing)}"])
    if twice := rows.doubled():
        raise StatementError([f"{name}:{rows.line}: {', '.join(twice)} appears twice in the header: keep one column"])


def _take(row: Row, separator: str, statement: Statement) -> None:
    """Adds the row to the movements. Raises CellError."""
    if row.fault:
        raise CellError(row.fault)
    movement = _movement(row.cells)
    if row.cells.get("kind") == "damaged":
        raise CellError(f"{_name(movement)} could not be read when this file was written: get the file anew")
    amounts = _amounts(row.cells, separator)
    if movement in statement.movements:
        raise CellError(f"{_name(movement)} appears twice")
    campaign_id, currency = row.cells.get("campaign_id"), row.cells.get("currency")
    if campaign_id is not None and not _CAMPAIGN.fullmatch(campaign_id):
        raise CellError(f"campaign_id {campaign_id[:40]!r} is no campaign id")
    if currency is not None and currency not in EXPONENTS:
        raise CellError(f"currency {currency[:40]!r} is no ISO 4217 currency, such as CNY")
    shared = row.cells.get(funding.COLUMN)
    shares = funding.read_cell(shared) if shared is not None else None
    if shared is not None and shares is None:
        raise CellError(f"funding {shared[:40]!r} is not each FUNDER:MINOR once, separated by spaces")
    statement.movements[movement] = Entry(amounts, campaign_id, currency, shares)


def _movement(cells: Mapping[str, str]) -> LineNumbers:
    movement = cells["order_no"], cells.get("reversal_no", "")
    if not movement[0]:
        raise CellError("no order_no")
    for column, number in zip(("order_no", "reversal_no"), movement, strict=True):
        if _ROUNDED.fullmatch(number):
            raise CellError(f"{column} {number!r} was rounded by a spreadsheet program: open the original as text")
        if number and not _NUMBER.fullmatch(number):
            raise CellError(f"{column} {number[:40]!r} is not 1 to 64 letters, digits, dots, hyphens, underscores")
    return movement


def _name(movement: LineNumbers) -> str:
    return f"order {movement[0]} {movement[1]}".rstrip()


def _amounts(cells: Mapping[str, str], separator: str) -> StatedAmounts:
    discount, match, payable = (_whole(column, cells[column], separator) for column in AMOUNTS)
    return discount, match, payable


def _whole(column: str, cell: str, separator: str) -> int:
    """The number of a cell, with or without separators of thousands. Raises CellError unless it is surely whole."""
    text = cell
    if not cell.isascii():
        text = unicodedata.normalize("NFKC", cell).replace("\u2212", "-").replace("\u2019", "'")
    # Where semicolons separate cells a comma ends the whole units.
    if (grouped := _GROUPED.fullmatch(text)) and not (grouped[1] == "," and separator == ";"):
        text = text.replace(grouped[1], "")
    if not _WHOLE.fullmatch(text):
        rounded = "was rounded by a spreadsheet program: give the column a number format without decimals"
        why = rounded if _ROUNDED.fullmatch(text) else "is not a whole number of minor units: 10.00 CNY are 1000"
        raise CellError(f"{column} {cell[:40]!r} {why}")
    return int(text)

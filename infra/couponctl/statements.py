"""Read a merchant's own list of a day from CSV.

A header and one line a movement:

    order_no[,reversal_no],discount_minor,merchant_match_minor,payable_minor[,campaign_id][,currency][,funding][,day][,at]

Amounts are whole minor units, negative for a reversal, as in the settlement. The day is `day`, or else the date that
`at` begins with (local time, as in the settlement's own file). Campaign, currency and funding are compared if the list
has them. Other columns are ignored.
"""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, NamedTuple

from coupons.currencies import EXPONENTS
from infra.couponctl import funding
from infra.couponctl.output import BadFileError, WrongUseError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

AMOUNTS = ("discount_minor", "merchant_match_minor", "payable_minor")
ROWS_MAX = 1_000_000
PROBLEMS_MAX = 50
DAY_COLUMNS = ("day", "at")
_WHOLE = re.compile(r"-?[0-9]{1,12}")
_DATE = re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2})(?:[T ].*)?")
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


class StatementError(BadFileError):
    """The merchant's file cannot be read as a list of movements; each problem names its line."""


class DayError(WrongUseError):
    """Neither the merchant's file nor `--day` states one day."""


@dataclass
class Statement:
    """The content of the merchant's file."""

    name: str
    movements: dict[LineNumbers, Entry] = field(default_factory=dict)
    day_column: str | None = None
    """The first of `DAY_COLUMNS` that the file has."""
    day_lines: dict[str, int] = field(default_factory=dict)
    """Each day as written in the file ("" for none), with its first line."""

    def day(self) -> str:
        """The day of all its movements. Raises DayError."""
        if self.day_column is None:
            raise DayError(f"{self.name}: no column {' or '.join(DAY_COLUMNS)}: give --day YYYY-MM-DD")
        for written, line in self.day_lines.items():
            if not _is_day(written):
                raise DayError(
                    f"{self.name}:{line}: {self.day_column} {written[:40]!r} has no day: give --day YYYY-MM-DD"
                )
        if not self.day_lines:
            raise DayError(f"{self.name}: no line, so no day: give --day YYYY-MM-DD")
        (day, _), *others = self.day_lines.items()
        if others:
            other, line = others[0]
            raise DayError(f"{self.name}:{line}: {other} after {day}: a settlement is of one day")
        return day


def read_statement(path: Path) -> Statement:
    """The merchant's movements, and the days that they name.

    Raises:
        OSError: the file cannot be read.
        StatementError: not UTF-8, a missing column, a cell that cannot be read, a movement twice.
    """
    statement = Statement(path.name)
    problems: list[str] = []
    try:
        with path.open(encoding="utf-8-sig", newline="") as lines:
            rows = csv.DictReader(lines)
            missing = [column for column in ("order_no", *AMOUNTS) if column not in (rows.fieldnames or ())]
            if missing:
                raise StatementError([f"{path.name}:1: no column {', '.join(missing)}"])
            statement.day_column = next((name for name in DAY_COLUMNS if name in (rows.fieldnames or ())), None)
            for row in rows:
                if statement.day_column:
                    statement.day_lines.setdefault(_day_of(row[statement.day_column]), rows.line_num)
                if problem := _take(row, statement):
                    problems.append(f"{path.name}:{rows.line_num}: {problem}")
                if len(statement.movements) > ROWS_MAX or len(problems) >= PROBLEMS_MAX:
                    problems.append(f"{path.name}:{rows.line_num}: stopped here: too many lines or problems")
                    break
    except (UnicodeDecodeError, csv.Error) as error:
        raise StatementError([f"{path.name}:1: not a CSV file in UTF-8: {error}"]) from None
    if problems:
        raise StatementError(problems)
    return statement


def _day_of(cell: str | None) -> str:
    """The date that a cell begins with, or the whole cell if it begins with none."""
    text = (cell or "").strip()
    found = _DATE.fullmatch(text)
    return found[1] if found else text


def _is_day(text: str) -> bool:
    try:
        return bool(_DATE.fullmatch(text) and date.fromisoformat(text))
    except ValueError:
        return False


def _take(row: Mapping[str, str | None], statement: Statement) -> str | None:
    """Adds the row to the entries; returns the error that prevents it, or None."""
    movement = ((row["order_no"] or "").strip(), (row.get("reversal_no") or "").strip())
    texts = [(row[column] or "").strip() for column in AMOUNTS]
    if not movement[0]:
        return "no order_no"
    for column, text in zip(AMOUNTS, texts, strict=True):
        if not _WHOLE.fullmatch(text):
            return f"{column} {text[:40]!r} is not a whole number of minor units"
    if movement in statement.movements:
        return f"order {movement[0]} {movement[1]}".rstrip() + " appears twice"
    campaign_id, currency = ((row[name] or "").strip() if name in row else None for name in ("campaign_id", "currency"))
    if campaign_id is not None and not _CAMPAIGN.fullmatch(campaign_id):
        return f"campaign_id {campaign_id[:40]!r} is no campaign id"
    if currency is not None and currency not in EXPONENTS:
        return f"currency {currency[:40]!r} is no ISO 4217 currency, such as CNY"
    shares = funding.read_cell(row[funding.COLUMN]) if funding.COLUMN in row else None
    if funding.COLUMN in row and shares is None:
        return f"funding {(row[funding.COLUMN] or '')[:40]!r} is not each FUNDER:MINOR once, separated by spaces"
    discount, match, payable = (int(text) for text in texts)
    statement.movements[movement] = Entry((discount, match, payable), campaign_id, currency, shares)
    return None

"""Hold a merchant's own list of a day against the settlement of that day.

The merchant's CSV has a header and one line a movement:

    order_no[,reversal_no],discount_minor,merchant_match_minor,payable_minor[,day][,at][,funding]

Amounts are whole fen, those of a reversal negative, as in the settlement. `day`, or else the date that `at` begins
with (local time, as in the settlement's own file), says which day it is. `funding` is compared where the list has it.
Further columns are left alone.
"""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Any, Literal

from infra.client.api import UnreachableError
from infra.couponctl import funding
from infra.couponctl.output import WrongUseError, yuan

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from pathlib import Path

    from infra.client.api import Api

AMOUNTS = ("discount_minor", "merchant_match_minor", "payable_minor")
PAGES_MAX = 10_000
ROWS_MAX = 1_000_000
PROBLEMS_MAX = 50
DAY_COLUMNS = ("day", "at")
HEAD = ("merchant_id", "day", "sums", "final", "day_sums")
_WHOLE = re.compile(r"-?[0-9]{1,12}")
_DATE = re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2})(?:[T ].*)?")

Movement = tuple[str, str]
"""An order's number and its reversal's number, the latter empty for the redemption itself."""
Amounts = tuple[int, int, int]
"""In the order of `AMOUNTS`, in fen."""


class StatementError(ValueError):
    """The merchant's file cannot be read as a list of movements; each problem names its line."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


class DayError(WrongUseError):
    """The merchant's file does not say of which one day it is, and nobody else has."""


@dataclass
class Statement:
    """What the merchant's file says."""

    name: str
    movements: dict[Movement, Amounts] = field(default_factory=dict)
    funding: dict[Movement, funding.Funding] | None = None
    """Of each movement; None if the file has no such column."""
    day_column: str | None = None
    """Which of `DAY_COLUMNS` the file has; the first wins."""
    day_lines: dict[str, int] = field(default_factory=dict)
    """Each day as it is written there, or "" for none, and the first line that has it."""

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


@dataclass(frozen=True)
class Difference:
    """One movement on which the two lists do not agree."""

    kind: Literal["missing-with-us", "missing-with-them", "amount-differs", "funding-differs"]
    movement: Movement
    ours: Amounts | None
    theirs: Amounts | None
    funding: funding.Differing = ()
    """May differ beside the amounts too."""

    def as_json(self) -> dict[str, Any]:
        order_no, reversal_no = self.movement
        return {
            "kind": self.kind,
            "order_no": order_no,
            "reversal_no": reversal_no or None,
            "ours": dict(zip(AMOUNTS, self.ours, strict=True)) if self.ours else None,
            "theirs": dict(zip(AMOUNTS, self.theirs, strict=True)) if self.theirs else None,
            "funding": [
                {"funder_id": funder_id, "ours_minor": ours, "theirs_minor": theirs}
                for funder_id, ours, theirs in self.funding
            ],
        }

    def __str__(self) -> str:
        name = _name(self.movement)
        if self.ours is None:
            return f"{name}: missing with us (theirs: {_amounts(self.theirs)})"
        if self.theirs is None:
            return f"{name}: missing with them (ours: {_amounts(self.ours)})"
        amounts = zip((column.removesuffix("_minor") for column in AMOUNTS), self.ours, self.theirs, strict=True)
        shares = ((f"{funder_id}'s share", ours, theirs) for funder_id, ours, theirs in self.funding)
        differing = [
            f"{what} is {yuan(ours)} with us, {yuan(theirs)} with them"
            for what, ours, theirs in (*amounts, *shares)
            if ours != theirs
        ]
        return f"{name}: {'; '.join(differing)}"


@dataclass(frozen=True)
class NotDue:
    """A movement of ours that is not paid out, by an operator's word: no difference, but what explains one of money."""

    movement: Movement
    standing: Literal["withheld", "refused"]
    reason: str
    amounts: Amounts

    def as_json(self) -> dict[str, Any]:
        order_no, reversal_no = self.movement
        return {
            "order_no": order_no,
            "reversal_no": reversal_no or None,
            "standing": self.standing,
            "reason": self.reason,
            **dict(zip(AMOUNTS, self.amounts, strict=True)),
        }

    def __str__(self) -> str:
        return f"{_name(self.movement)}: {self.standing}, discount {yuan(self.amounts[0])}: {self.reason}"


@dataclass
class Settlement:
    """What we say of the day. `head`: of its first page, all but the lines."""

    movements: dict[Movement, Amounts] = field(default_factory=dict)
    funding: dict[Movement, funding.Funding] = field(default_factory=dict)
    not_due: list[NotDue] = field(default_factory=list)
    head: dict[str, Any] = field(default_factory=dict)

    def take(self, line: Mapping[str, Any]) -> None:
        movement = (line["order_no"], line.get("reversal_no") or "")
        discount, match, payable = (int(line[column]) for column in AMOUNTS)
        self.movements[movement] = (discount, match, payable)
        self.funding[movement] = funding.of_answer(line["funding"])
        reason, decision = line.get("withheld"), line.get("decision")
        if reason is not None and decision != "released":
            standing: Literal["withheld", "refused"] = "refused" if decision == "refused" else "withheld"
            self.not_due.append(NotDue(movement, standing, str(reason), self.movements[movement]))


def read_statement(path: Path) -> Statement:
    """The merchant's movements, and the days that they name.

    Raises:
        OSError: the file cannot be read.
        StatementError: no UTF-8, a missing column, an amount that is not whole fen, a funding that cannot be read, a
            movement that stands twice.
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
            if funding.COLUMN in (rows.fieldnames or ()):
                statement.funding = {}
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
    """The date that a cell begins with; a cell without one as it is."""
    text = (cell or "").strip()
    found = _DATE.fullmatch(text)
    return found[1] if found else text


def _is_day(text: str) -> bool:
    try:
        return bool(_DATE.fullmatch(text) and date.fromisoformat(text))
    except ValueError:
        return False


def _take(row: Mapping[str, str | None], statement: Statement) -> str | None:
    movement = ((row["order_no"] or "").strip(), (row.get("reversal_no") or "").strip())
    texts = [(row[column] or "").strip() for column in AMOUNTS]
    if not movement[0]:
        return "no order_no"
    for column, text in zip(AMOUNTS, texts, strict=True):
        if not _WHOLE.fullmatch(text):
            return f"{column} {text[:40]!r} is not a whole number of fen"
    if movement in statement.movements:
        return f"order {movement[0]} {movement[1]}".rstrip() + " stands twice"
    discount, match, payable = (int(text) for text in texts)
    statement.movements[movement] = (discount, match, payable)
    if statement.funding is not None:
        if (shares := funding.read_cell(row[funding.COLUMN])) is None:
            return f"funding {(row[funding.COLUMN] or '')[:40]!r} is not each FUNDER:FEN once, separated by spaces"
        statement.funding[movement] = shares
    return None


def fetch_settlement(api: Api, day: str, progress: Callable[[str], None]) -> Settlement:
    """All movements of our settlement of a day.

    Raises:
        ApiError: refused, no answer, or an answer that is not a settlement.
    """
    found = Settlement()
    cursor: str | None = None
    for page_no in range(1, PAGES_MAX + 1):
        page = api.get(f"/settlements/{day}", cursor=cursor).body
        try:
            found.head = found.head or {name: page.get(name) for name in HEAD}
            for line in page["lines"]:
                found.take(line)
            following = page["next"]
        except (AttributeError, KeyError, TypeError, ValueError) as error:
            raise UnreachableError(f"{api.url} answers something that is not a settlement: {error!r}") from None
        if following is None:
            return found
        if following == cursor:
            break
        cursor = following
        progress(f"settlement of {day}: {len(found.movements):,} lines after {page_no:,} pages")
    raise UnreachableError(f"{api.url}: the settlement of {day} does not end")


def compare(ours: Settlement, theirs: Statement) -> list[Difference]:
    """Every movement that is not the same in both lists, by order number."""
    return list(_differences(ours, theirs))


def _differences(ours: Settlement, theirs: Statement) -> Iterable[Difference]:
    for movement in sorted(ours.movements.keys() | theirs.movements.keys()):
        mine, other = ours.movements.get(movement), theirs.movements.get(movement)
        if mine is None:
            yield Difference("missing-with-us", movement, mine, other)
        elif other is None:
            yield Difference("missing-with-them", movement, mine, other)
        else:
            told = theirs.funding
            shares = () if told is None else funding.differing(ours.funding[movement], told[movement])
            if mine != other:
                yield Difference("amount-differs", movement, mine, other, shares)
            elif shares:
                yield Difference("funding-differs", movement, mine, other, shares)


def _name(movement: Movement) -> str:
    order_no, reversal_no = movement
    return f"order {order_no}" + (f", reversal {reversal_no}" if reversal_no else "")


def _amounts(amounts: Amounts | None) -> str:
    pairs = zip(AMOUNTS, amounts or (), strict=False)
    return ", ".join(f"{column.removesuffix('_minor')} {yuan(amount)}" for column, amount in pairs)

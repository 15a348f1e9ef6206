"""What couponctl prints: text or JSON on stdout, progress and errors on stderr."""

from __future__ import annotations

import json
import re
import sys
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Literal

from coupons.currencies import money

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from infra.client.api import ProblemError

GOOD = 0
REFUSED = 1
"""Exit codes of commands; failures.py has the others."""
WIDE = 10_000
_NUMBER = re.compile(r"(-?[0-9][0-9,.]*( [A-Z]{3})?)?")
_SHOWN_ELSEWHERE = frozenset({"type", "title", "status", "detail", "instance", "errors", "differences", "message"})


class BadFileError(ValueError):
    """A file does not hold what it must: `problems` are lines `file:line: message`."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


class WrongUseError(ValueError):
    """The arguments contradict each other; nothing was changed."""


class NotAgreedError(Exception):
    """The answer to a question was no; nothing was done."""


@dataclass(frozen=True)
class Output:
    """Results go to stdout, as text or (`as_json`) one JSON value a line; progress and errors go to stderr."""

    as_json: bool = False

    def result(self, value: object, *lines: str) -> None:
        """`value` for machines, `lines` for people."""
        if self.as_json:
            print(json.dumps(value, ensure_ascii=False), flush=True)
        else:
            for line in lines:
                print(line, flush=True)

    def plan(self, value: object, *lines: str) -> None:
        """What will be done: `value` for machines, on stdout; `lines` for people, on stderr."""
        if self.as_json:
            self.result(value)
        else:
            self.failure(*lines)

    def progress(self, line: str) -> None:
        print(line, file=sys.stderr, flush=True)

    @contextmanager
    def track(self, total: int) -> Iterator[Callable[[int, str], None]]:
        """Gives a function that tells how many of `total` are done, with a text.

        On a terminal it draws a bar, which is removed at the end; elsewhere it prints the text.
        """
        if not sys.stderr.isatty():
            yield lambda _done, text: self.progress(text)
            return
        from rich.console import Console
        from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

        text = TextColumn("{task.description}", markup=False)
        columns = (text, BarColumn(), TaskProgressColumn(), TimeRemainingColumn())
        with Progress(*columns, console=Console(stderr=True), transient=True, redirect_stdout=False) as bar:
            task = bar.add_task("", total=total)
            yield lambda done, said: bar.update(task, completed=done, description=said)

    def failure(self, *lines: str) -> None:
        for line in lines:
            print(line, file=sys.stderr, flush=True)

    def problem(self, what: str, error: ProblemError) -> None:
        """Prints a refusal: title, detail, each place of `errors`, and its other members."""
        if self.as_json:
            self.result({"refused": what, "problem": {"status": error.status, "title": error.title} | error.problem})
            return
        self.failure(f"{what}: refused with {error.status} {error.slug or 'by the gateway'}: {error.title}")
        if (detail := error.problem.get("detail")) and detail != error.title:
            self.failure(f"  {detail}")
        for name in ("errors", "differences"):
            places = error.problem.get(name)
            for place in places if isinstance(places, list) else []:
                self.failure(f"  {_place(place)}")
        for fact, value in error.problem.items():
            if fact not in _SHOWN_ELSEWHERE:
                name = fact.removesuffix("_minor").removesuffix("_s")
                self.failure(f"  {name}: {shown(fact, value, error.problem.get('currency'))}")


def amount(amount_minor: int, currency: object) -> str:
    """`12.34 CNY` of an answer's amount and its `currency`; minor units if the currency is absent."""
    return money(amount_minor, currency) if isinstance(currency, str) else f"{amount_minor:,} minor units"


def currency_name(currency: str) -> str:
    """`Chinese Yuan (CNY)`, for a heading."""
    from babel.numbers import get_currency_name

    return f"{get_currency_name(currency, locale='en')} ({currency})"


def shown(name: str, value: object, currency: object = None) -> str:
    """A member as text: amounts (`*_minor`, and `amounts` by funder) in their currency, seconds (`*_s`) as hours and
    days, counts with separators, others as they are.
    """
    if name == "amounts" and isinstance(value, dict):
        return " + ".join(f"{funder_id} {amount(minor, currency)}" for funder_id, minor in value.items())
    if isinstance(value, bool) or value is None:
        return json.dumps(value)
    if isinstance(value, int):
        if name.endswith("_s"):
            return str(timedelta(seconds=value))
        return amount(value, currency) if name.endswith("_minor") else f"{value:,}"
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def facts(values: Mapping[str, Any]) -> str:
    """A mapping's members as text: `claims 200, quantity 2,000,000`. Its `currency` stands with its amounts."""
    currency = values.get("currency")
    said = ((name.removesuffix("_minor"), shown(name, value, currency)) for name, value in values.items())
    return ", ".join(f"{name} {text}" for name, text in said if name != "currency")


def table(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    """The lines of a table, numbers to the right.

    On a terminal texts are folded to its width, but not names (the first column) and numbers. In a pipe there are no
    colours and no folds.
    """
    from rich import box, console, table
    from rich.cells import cell_len

    is_shown = sys.stdout.isatty()
    made = table.Table(box=box.SIMPLE_HEAD if is_shown else None, pad_edge=False, padding=(0, 2, 0, 0))
    cells, whole = [*map(list, rows)], []
    for place, name in enumerate(columns):
        column = [row[place] for row in cells]
        is_number = all(map(_NUMBER.fullmatch, column))
        justify: Literal["left", "right"] = "right" if is_number else "left"
        if is_number or not place:
            whole += column
            made.add_column(name, justify=justify, min_width=max(map(cell_len, column)))
        else:
            made.add_column(name, justify=justify, overflow="fold")
    for row in cells:
        made.add_row(*row)
    screen = console.Console(markup=False, highlight=False, emoji=False)
    text = ""
    # rich cuts off what it can neither fold nor fit; then the terminal may break the lines.
    for width in (screen.width, WIDE) if is_shown else (WIDE,):
        screen.width = width
        with screen.capture() as captured:
            screen.print(made)
        text = captured.get()
        if all(cell in text for cell in whole):
            break
    return [line.rstrip() for line in text.splitlines() if line.strip()]


def counted(number: int, noun: str) -> str:
    """`1 pack`, `2,000 packs`."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def _place(place: object) -> str:
    if not isinstance(place, dict):
        return str(place)
    if "kept" in place:
        kept, stated = (json.dumps(place.get(name), ensure_ascii=False) for name in ("kept", "stated"))
        line = f"line {place['line']}: " if "line" in place else ""
        return f"{line}{place.get('place')}: {kept} is kept, {stated} was stated"
    return ": ".join(shown(name, value) for name, value in place.items())

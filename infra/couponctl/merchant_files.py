"""Read a file of merchants, one store a line; each bad line is reported with its reason.

CSV in UTF-8 with a header: `merchant_id`, and any of the other columns. Each line of a merchant is one of its stores;
facts of the merchant itself are on one of its lines, or the same on each. A blank cell changes nothing.
Several tags, channels or campaigns in one cell are separated by semicolons.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from infra.couponctl.csv_rows import REPLACEMENT, Row, Rows
from infra.couponctl.output import BadFileError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

KEY = "merchant_id"
FACTS = ("title", "title_en", "title_zh", "category", "tags", "channels", "campaigns", "late_scans_per_day")
STORE = {
    "store_id": "store_id",
    "store_title": "title",
    "region": "region",
    "district": "district",
    "address": "address",
}
COLUMNS = (KEY, *FACTS, *STORE)
_LISTS = ("tags", "channels", "campaigns")


@dataclass
class Listed:
    """A merchant of the file: `facts` and `stores` as in a record, and the numbers of their lines."""

    merchant_id: str
    line: int
    facts: dict[str, Any] = field(default_factory=dict)
    stores: list[dict[str, Any]] = field(default_factory=list)
    lines: dict[str, int] = field(default_factory=dict)
    """The first line of each fact, and of each store by its id."""


def read_merchants(path: Path) -> list[Listed]:
    """The merchants in the order of the file.

    Raises:
        OSError: the file cannot be read.
        BadFileError: every bad line with its reason.
    """
    problems: list[tuple[int, str]] = []
    listed: dict[str, Listed] = {}
    with path.open("rb") as file:
        rows = Rows(file)
        columns = _columns(next(rows, None), problems)
        for row in rows if columns else ():
            _take(row, columns, listed, problems)
    for merchant in listed.values():
        problems += _misfits(merchant)
    if problems:
        raise BadFileError([f"{path.name}:{line}: {text}" for line, text in sorted(problems)])
    return list(listed.values())


def _columns(header: Row | None, problems: list[tuple[int, str]]) -> list[str]:
    """The header's names; empty if it is no such header."""
    names = [cell.strip().casefold() for cell in header.cells] if header else []
    line = header.number if header else 1
    if KEY not in names:
        problems.append((line, f"the header names no column {KEY}"))
        return []
    strange = [f"unknown column {name!r}" for name in names if name not in COLUMNS]
    twice = [f"{name} appears twice" for name in COLUMNS if names.count(name) > 1]
    problems += [(line, f"{text}; the columns are {', '.join(COLUMNS)}") for text in strange + twice]
    return names


def _take(row: Row, columns: list[str], listed: dict[str, Listed], problems: list[tuple[int, str]]) -> None:
    """Adds a line to its merchant."""
    if row.bad:
        problems.append((row.number, row.bad))
        return
    cells = [cell.strip() for cell in row.cells]
    said = {name: cell for name, cell in zip(columns, cells, strict=False) if cell}
    if len(cells) > len(columns) or not said.get(KEY) or any(REPLACEMENT in cell for cell in cells):
        what = "more cells than columns" if len(cells) > len(columns) else f"no {KEY}"
        problems.append((row.number, what if REPLACEMENT not in "".join(cells) else "holds U+FFFD: it was not UTF-8"))
        return
    merchant = listed.setdefault(said[KEY], Listed(said[KEY], row.number))
    for name, value in _facts(said).items():
        if merchant.facts.setdefault(name, value) != value:
            problems.append((row.number, f"{name} differs from line {merchant.lines[name]}"))
        merchant.lines.setdefault(name, row.number)
    store = {attribute: said[column] for column, attribute in STORE.items() if column in said}
    place = f"store {store.get('store_id', '')}"
    if place in merchant.lines and store:
        problems.append((row.number, f"{place} is on line {merchant.lines[place]} already"))
    elif store:
        merchant.lines[place] = merchant.lines[f"stores.{len(merchant.stores)}"] = row.number
        merchant.stores.append(store)


def _facts(said: dict[str, str]) -> dict[str, Any]:
    facts: dict[str, Any] = {name: said[name] for name in ("title", "category") if name in said}
    if "title_en" in said or "title_zh" in said:
        facts["title"] = {name: said[f"title_{name}"] for name in ("en", "zh") if f"title_{name}" in said}
    for name in _LISTS:
        if name in said:
            facts[name] = [part.strip() for part in said[name].split(";") if part.strip()]
    if (late := said.get("late_scans_per_day")) is not None:
        facts["late_scans_per_day"] = int(late) if late.isascii() and late.isdecimal() and len(late) < 9 else late
    return facts


def _misfits(merchant: Listed) -> Iterator[tuple[int, str]]:
    """What the API would refuse, with its line."""
    from pydantic import ValidationError

    from coupons.faults import faults
    from coupons.fields import PATH_PARAMETERS
    from coupons.model.merchants import MerchantEdit

    try:
        PATH_PARAMETERS[KEY].validate_python(merchant.merchant_id)
    except ValidationError:
        yield (
            merchant.line,
            f"{merchant.merchant_id[:80]!r} is no {KEY}: lowercase letters, digits and hyphens, 64 at most",
        )
    stores = {"stores": merchant.stores} if merchant.stores else {}
    try:
        MerchantEdit.model_validate({**merchant.facts, **stores})
    except ValidationError as error:
        for fault in faults(error, "", MerchantEdit):
            names = fault["place"].split(".")[1:]
            line = merchant.lines.get(".".join(names[:2]), merchant.lines.get(names[0], merchant.line))
            yield line, f"{'.'.join(names)}: {fault['message']}"

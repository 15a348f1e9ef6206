"""Amounts in minor units by funder: in answers, and as `government:1000 platform:600` in the settlement's CSV."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable

COLUMN = "funding"
_PART = re.compile(r"([^\s:]{1,64}):(-?[0-9]{1,12})")

Funding = dict[str, int]
Differing = tuple[tuple[str, int, int], ...]
"""Each funder whose amounts differ: name, our amount, their amount."""


def read_cell(cell: str | None) -> Funding | None:
    """The funding of a cell, funders in any order; None if the cell is anything else, or names a funder twice."""
    parts = [_PART.fullmatch(part) for part in (cell or "").split()]
    found = {part[1]: int(part[2]) for part in parts if part}
    return found if found and len(found) == len(parts) else None


def of_answer(parts: Iterable[dict[str, Any]]) -> Funding:
    """Raises KeyError, TypeError or ValueError if `parts` is no funding."""
    return {part["funder_id"]: int(part["amount_minor"]) for part in parts}


def total_minor(parts: Iterable[dict[str, Any]]) -> int:
    """The sum of an answer's parts."""
    return sum(part["amount_minor"] for part in parts)


def differing(ours: Funding, theirs: Funding) -> Differing:
    """The differing amounts, funder by funder; a funder who is not named pays nothing."""
    both = ((name, ours.get(name, 0), theirs.get(name, 0)) for name in sorted(ours.keys() | theirs.keys()))
    return tuple(part for part in both if part[1] != part[2])

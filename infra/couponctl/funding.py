"""What each funder pays of a line, in minor units, as the settlement's CSV has it: `government:1000 platform:600`."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable

COLUMN = "funding"
_PART = re.compile(r"([^\s:]{1,64}):(-?[0-9]{1,12})")

Funding = dict[str, int]
Differing = tuple[tuple[str, int, int], ...]
"""Each funder on whom two fundings do not agree, with ours and theirs, by name."""


def read_cell(cell: str | None) -> Funding | None:
    """The funding of a cell, in any order of funders; None for anything else, also for a funder that stands twice."""
    parts = [_PART.fullmatch(part) for part in (cell or "").split()]
    found = {part[1]: int(part[2]) for part in parts if part}
    return found if found and len(found) == len(parts) else None


def of_answer(parts: Iterable[dict[str, Any]]) -> Funding:
    """Raises KeyError, TypeError or ValueError for what is no funding."""
    return {part["funder_id"]: int(part["amount_minor"]) for part in parts}


def differing(ours: Funding, theirs: Funding) -> Differing:
    """Funder by funder; one who is not named pays nothing."""
    both = ((name, ours.get(name, 0), theirs.get(name, 0)) for name in sorted(ours.keys() | theirs.keys()))
    return tuple(part for part in both if part[1] != part[2])

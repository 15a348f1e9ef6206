"""Sums as they are stored: a row for each purse."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from coupons.model.days import NUMBERS, Sums, Totals
from coupons.money import Purse


def rows_of(sums: Sums) -> list[dict[str, Any]]:
    return [
        {**purse._asdict(), **{name: getattr(totals, name) for name in NUMBERS}, "spent": totals.spent}
        for purse, totals in sums.by_purse.items()
    ]


def sums_of(rows: Iterable[Mapping[str, Any]]) -> Sums:
    """Of `rows`, whatever else stands in them."""
    return Sums(
        {
            Purse(row["campaign_id"], row["currency"]): Totals(**{name: row[name] for name in (*NUMBERS, "spent")})
            for row in rows
        }
    )

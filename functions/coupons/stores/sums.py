"""Sums as they are stored: one row for each purse."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from coupons.model.days import NUMBERS, Sums, Totals
from coupons.model.facility_uses import FacilityUses
from coupons.money import Purse
from coupons.stores.values import amounts, by_funder, fields_of


def rows_of(sums: Sums) -> list[dict[str, Any]]:
    return [
        {
            **purse._asdict(),
            **{name: getattr(totals, name) for name in NUMBERS},
            "spent": totals.spent,
            **({"uses": {name: fields_of(uses) for name, uses in totals.uses.items()}} if totals.uses else {}),
        }
        for purse, totals in sums.by_purse.items()
    ]


def sums_of(rows: Iterable[Mapping[str, Any]]) -> Sums:
    """The sums of `rows`; other attributes of a row are ignored."""
    return Sums({Purse(row["campaign_id"], row["currency"]): _totals(row) for row in rows})


def _totals(row: Mapping[str, Any]) -> Totals:
    spent = {batch_id: by_funder(owed) for batch_id, owed in row["spent"].items()}
    return Totals(**{name: row[name] for name in NUMBERS}, spent=spent, uses=_uses(row.get("uses", {})))


def _uses(rows: Mapping[str, Any]) -> dict[str, FacilityUses]:
    """None in sums of before check-ins."""
    return {name: FacilityUses(one["subsidy_minor"], amounts(one["visits_by_slot"])) for name, one in rows.items()}

"""The only importers of boto3. `keys` builds every key; each other module owns the items and expressions it names.

`stores.name` loads that module when it is first asked for, so a function pays at its cold start for what it uses.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from coupons.stores import (  # noqa: F401
        announced,
        audit_folds,
        audit_reads,
        bookings,
        budgets,
        bus,
        catalog,
        claims,
        controls,
        coupon_parts,
        day_folds,
        days,
        diaries,
        documents,
        due_list,
        failed_records,
        folds,
        groups,
        liabilities,
        limits,
        orders,
        points,
        points_folds,
        points_reads,
        programmes,
        refusal_counts,
        registry,
        reserves,
        secrets,
        slots,
        statistics,
        stock,
        swept_days,
        venue_payments,
    )
else:

    def __getattr__(name: str) -> object:
        if name.startswith("_"):  # tools ask any module for such names
            raise AttributeError(name)
        return import_module(f"{__name__}.{name}")

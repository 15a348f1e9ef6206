"""All calls to AWS. Modules of keys build every key; each other module owns the items and expressions it names.

`stores.name` loads that module when it is first asked for (`lazy.py`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from coupons.lazy import loading

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
        draw_files,
        draw_folds,
        draws,
        due_list,
        entry_reads,
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
        step_folds,
        stock,
        swept_days,
        venue_payments,
    )
else:
    __getattr__ = loading(__name__)

"""What one process keeps between requests.

`process.name` loads that module when it is first asked for (`lazy.py`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from coupons.lazy import loading

if TYPE_CHECKING:
    from coupons.process import (  # noqa: F401
        cache,
        day_marks,
        entry_lists,
        fresh,
        leases,
        merchants,
        programmes,
        refusal_counter,
        season_counts,
        shown_documents,
        swept_days,
    )
else:
    __getattr__ = loading(__name__)

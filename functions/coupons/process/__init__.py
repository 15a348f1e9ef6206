"""What one process keeps between requests.

`process.name` loads that module when it is first asked for, so a function pays at its cold start for what it uses.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from coupons.process import (  # noqa: F401
        cache,
        day_marks,
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

    def __getattr__(name: str) -> object:
        if name.startswith("_"):  # tools ask any module for such names
            raise AttributeError(name)
        return import_module(f"{__name__}.{name}")

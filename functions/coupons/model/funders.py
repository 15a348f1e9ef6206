"""出资方: who pays the discounts of a season."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from coupons.fields import Document, Id, Title

BUDGET_MAX_MINOR = 10**15
FunderKind = Literal["government", "platform", "enterprise"]
"""What a funder is."""


class Funder(Document):
    """出资方: who pays discounts, and how much at most."""

    funder_id: Id
    """Named by the funding of terms."""
    title: Title
    """Shown to people."""
    kind: FunderKind
    """What the funder is."""
    budget_minor: Annotated[int, Field(ge=0, le=BUDGET_MAX_MINOR)]
    """What this funder pays at most in the whole campaign. It can be raised, and lowered to what is reserved."""

"""What operators' actions on batches and groups respond with."""

from __future__ import annotations

from typing import Self

from coupons.model import batches
from coupons.model.batches import Control, PublishedBatch
from coupons.times import DAY_S
from coupons.web.responses.base import ResponseBody


class BatchState(ResponseBody):
    """A batch after an operator's action."""

    batch_id: str
    status: batches.BatchStatus
    """What the batch does now."""
    quantity: int
    """Packs in all."""
    extended_days: int
    """By how many days the validity of its coupons was lengthened, in all."""
    voided: bool
    """It was stopped and its coupons that were not redeemed are void."""

    @classmethod
    def of(cls, batch: PublishedBatch, control: Control, status: batches.BatchStatus) -> Self:
        return cls.copied(batch, control, status=status, extended_days=control.extended_s // DAY_S)


class MembersView(ResponseBody):
    """A group of members after a change."""

    group_id: str
    added: int
    """How many people joined by this call."""
    removed: int
    """How many people left by this call."""
    entitled: int
    """Everyone who was ever a member."""

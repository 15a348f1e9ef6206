"""What operators' actions on batches and groups respond with."""

from __future__ import annotations

from typing import Self

from coupons.model import batches
from coupons.model.batches import Control, PublishedBatch
from coupons.times import DAY_S
from coupons.web.responses.base import ResponseBody


class BatchState(ResponseBody):
    batch_id: str
    status: batches.BatchStatus
    quantity: int
    extended_days: int
    voided: bool

    @classmethod
    def of(cls, batch: PublishedBatch, control: Control, now_s: int) -> Self:
        status = batches.batch_status(batch, control, now_s)
        return cls.copied(batch, control, status=status, extended_days=control.extended_s // DAY_S)


class MembersView(ResponseBody):
    """`added`, `removed`: how many people joined and left by this call."""

    group_id: str
    added: int
    removed: int
    entitled: int
    """Everyone who was ever a member."""

"""Campaigns and published batches, as everybody may read them."""

from __future__ import annotations

from typing import Any, Self

from coupons.fields import Title
from coupons.model import batches
from coupons.model.batches import BatchNow
from coupons.model.campaigns import BatchMode, Booking, Campaign, Eligibility, Section
from coupons.model.limits import Limit
from coupons.model.terms import Terms
from coupons.times import epoch_s, rfc3339
from coupons.web.responses.base import ResponseBody


class BatchSummary(ResponseBody):
    batch_id: str
    campaign_id: str
    title: Title
    section_id: str | None
    mode: BatchMode
    status: batches.BatchStatus
    opens_at: str
    closes_at: str
    booking: Booking | None
    exclusive_group: str | None
    eligibility: Eligibility
    price_points: int
    limits: list[Limit]
    quantity: int
    remaining: int
    booked: int | None
    """How many people booked; null until half a minute after the booking window has closed."""

    @classmethod
    def of(cls, now: BatchNow, **more: Any) -> Self:
        """`more`: the fields that a subclass adds."""
        batch, document, control = now.batch, now.batch.document, now.control
        return cls.copied(
            now,
            batch,
            control,
            document,
            opens_at=rfc3339(batch.opens_at_s, batch.timezone),
            closes_at=rfc3339(batch.closes_at_s, batch.timezone),
            booked=control.booked if control.booked >= 0 else None,
            **more,
        )


class BatchView(BatchSummary):
    coupons: list[Terms]

    @classmethod
    def of(cls, now: BatchNow, **more: Any) -> Self:
        return super().of(now, coupons=list(now.batch.terms), **more)


class CampaignSummary(ResponseBody):
    campaign_id: str
    title: Title
    timezone: str
    currency: str
    starts_at: str
    ends_at: str

    @classmethod
    def of(cls, campaign: Campaign, **more: Any) -> Self:
        """`more`: the fields that a subclass adds."""
        return cls.copied(
            campaign,
            starts_at=rfc3339(epoch_s(campaign.starts_at), campaign.timezone),
            ends_at=rfc3339(epoch_s(campaign.ends_at), campaign.timezone),
            **more,
        )


class CampaignList(ResponseBody):
    campaigns: list[CampaignSummary]

    @classmethod
    def of(cls, campaigns: list[Campaign]) -> Self:
        return cls(campaigns=[CampaignSummary.of(campaign) for campaign in campaigns])


class CampaignView(CampaignSummary):
    description: Title | None
    sections: list[Section]
    batches: list[BatchSummary]

    @classmethod
    def with_batches(cls, campaign: Campaign, found: list[BatchNow]) -> Self:
        summaries = [BatchSummary.of(now) for now in found]
        return cls.of(campaign, batches=summaries)

"""Campaigns and published batches, as everybody may read them."""

from __future__ import annotations

from typing import Any, Self

from coupons.fields import Channel, Title
from coupons.model import batches
from coupons.model.batches import BatchNow
from coupons.model.campaigns import Campaign, Section
from coupons.model.declared_batches import BatchMode, Booking, Eligibility
from coupons.model.funders import FunderKind
from coupons.model.limits import Limit
from coupons.model.merchants import AcceptingMerchant, Store
from coupons.model.terms import Terms
from coupons.times import epoch_s, rfc3339
from coupons.web.responses.base import CurrencyCode, Moment, ResponseBody
from coupons.web.responses.draws import DrawTermsView


class FunderView(ResponseBody):
    """Who pays discounts of a campaign."""

    funder_id: str
    title: Title
    kind: FunderKind
    """What the funder is."""


class BatchSummary(ResponseBody):
    """A published batch: what it gives, to whom and when, and how much is left of it."""

    batch_id: str
    campaign_id: str
    title: Title
    section_id: str | None
    """The section that it is shown under; null: none."""
    mode: BatchMode
    """How packs are given."""
    status: batches.BatchStatus
    """What the batch does now."""
    opens_at: Moment
    """The first second in which a pack can be claimed."""
    closes_at: Moment
    """The first second in which none can."""
    booking: Booking | None
    """The sign-up before the batch opens; null: none."""
    exclusive_group: str | None
    """Of the batches with the same name a person can claim one; null: it is in no group."""
    eligibility: Eligibility
    """Who can claim."""
    price_points: int
    """What a pack costs in points; 0: nothing."""
    limits: list[Limit]
    """Limits over several batches that count its packs."""
    quantity: int
    """Packs in all."""
    remaining: int
    """Packs that are left: approximate until the batch is over."""
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
    """A published batch with the terms of its coupons."""

    coupons: list[Terms]
    """The terms of the pack's coupons, in order."""
    draw: DrawTermsView | None
    """How it is drawn; null: it is no lottery."""

    @classmethod
    def of(cls, now: BatchNow, **more: Any) -> Self:
        draw = DrawTermsView.of(now.batch, now.control.quantity)
        return super().of(now, coupons=list(now.batch.terms), draw=draw, **more)


class CampaignSummary(ResponseBody):
    """A campaign that has a published batch."""

    campaign_id: str
    title: Title
    timezone: str
    """IANA name: the zone of its calendar days and hours."""
    currency: CurrencyCode
    starts_at: Moment
    """When the season starts; each batch has its own window."""
    ends_at: Moment
    """When the season ends."""

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
    """The campaigns that have a published batch."""

    campaigns: list[CampaignSummary]
    """In the order of their ids."""

    @classmethod
    def of(cls, campaigns: list[Campaign]) -> Self:
        return cls(campaigns=[CampaignSummary.of(campaign) for campaign in campaigns])


class MerchantSummary(ResponseBody):
    """A merchant that accepts coupons of a campaign."""

    merchant_id: str
    title: Title
    category: str
    """What it is, as terms name it."""
    channels: list[Channel]
    """Where it sells; if terms were asked for, where it accepts their coupons."""
    stores: list[Store]
    """Its stores that were asked for, without those of suspended districts; online too it sells from them."""

    @classmethod
    def of(cls, merchant: AcceptingMerchant) -> Self:
        return cls.copied(merchant, merchant.record)


class MerchantPage(ResponseBody):
    """Merchants of a campaign, without those that are suspended."""

    merchants: list[MerchantSummary]
    """Of the 100 that the page looks at, those that were asked for, in the order of their ids."""
    next: str | None
    """The `cursor` of the next page, which there is also after an empty one; null: this is the last."""

    @classmethod
    def of(cls, found: list[AcceptingMerchant], after: str) -> Self:
        return cls(merchants=[MerchantSummary.of(one) for one in found], next=after or None)


class CampaignView(CampaignSummary):
    """A campaign with its sections and published batches."""

    description: Title | None
    """Shown to people; null: none."""
    funders: list[FunderView]
    """Who pays the discounts."""
    sections: list[Section]
    """Headings under which batches and terms are shown."""
    batches: list[BatchSummary]
    """The published ones."""

    @classmethod
    def with_batches(cls, campaign: Campaign, found: list[BatchNow]) -> Self:
        summaries = [BatchSummary.of(now) for now in found]
        funders = [FunderView.copied(funder) for funder in campaign.funders]
        return cls.of(campaign, funders=funders, batches=summaries)

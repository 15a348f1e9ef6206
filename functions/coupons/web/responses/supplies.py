"""Rationed goods by material and store, as everybody may read them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Self

from coupons.fields import Title
from coupons.model.supplies import Supply, SupplyStatus
from coupons.times import rfc3339
from coupons.web.responses.base import Moment, ResponseBody


class SupplyView(ResponseBody):
    """What a batch allots of one material to one store. All numbers are packs."""

    material: str
    """The item, as the till calls it."""
    title: Title
    """Of the material, shown to people."""
    unit: Title | None
    """What one pack is; null: nobody says."""
    batch_id: str
    title_of_batch: Title
    """Shown to people."""
    merchant_id: str
    """Whose store it is."""
    store_id: str
    """Where it is collected, and nowhere else."""
    district: str | None
    """Where the store is; null: its record does not say."""
    status: SupplyStatus
    """What the batch does now, or that its store is suspended."""
    opens_at: Moment
    """The first second in which a pack can be claimed."""
    closes_at: Moment
    """The first second in which none can."""
    allotted: int
    """Packs in all: exact. What another batch did not use and rolled over to this one is in it."""
    booked: int
    """Bookings that stand: exact once they were counted after their window, a second or some behind before."""
    claimed: int
    """Packs claimed: exact once they were counted after the batch closed, a second or some behind before."""
    collected: int
    """Packs that the store handed out, less those that were brought back: a second or some behind. A reversal in
    several parts counts once for each."""
    left: int
    """`allotted` less `claimed`. Once the batch is over it rolls over to the next one of the store, if there is one."""

    @classmethod
    def of(cls, supply: Supply) -> Self:
        ration, batch = supply.ration, supply.ration.batch
        return cls.copied(
            supply,
            ration,
            ration.exchange,
            batch,
            material=ration.exchange.sku,
            title_of_batch=batch.document.title,
            opens_at=rfc3339(batch.opens_at_s, batch.timezone),
            closes_at=rfc3339(batch.closes_at_s, batch.timezone),
        )


class SupplyList(ResponseBody):
    """Rationed goods of a campaign by material and store."""

    campaign_id: str
    as_of: Moment
    """When this was read."""
    supplies: list[SupplyView]
    """Each published batch that allots a material to one store, in the order of opening."""

    @classmethod
    def of(cls, campaign_id: str, found: Iterable[Supply], timezone: str, now_s: int) -> Self:
        views = [SupplyView.of(one) for one in found]
        return cls(campaign_id=campaign_id, as_of=rfc3339(now_s, timezone), supplies=views)

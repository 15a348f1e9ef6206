"""Live statistics, as everybody may read them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self

from coupons.model.season_statistics import By, SeasonStatistics
from coupons.model.statistics import Flow
from coupons.times import rfc3339
from coupons.web.responses.base import CurrencyCode, Moment, ResponseBody


class FlowsView(ResponseBody):
    """What was counted."""

    bookings: int
    """Bookings that stand, at the time of the booking; of batches, sections and funders only."""
    claims: int
    """Packs claimed; of batches, sections and funders only. A funder has those of each batch that it pays a part of."""
    redemptions: int
    """Orders that used a coupon."""
    reversals: int
    """Redemptions that were reversed, in full or in part, each part once."""
    discount_minor: int
    """Of the redemptions less the reversals, in minor units; of a funder its part."""
    merchant_match_minor: int
    """The same of what merchants added. A funder has no part in it."""
    consumption_minor: int
    """The same of the orders' amounts before coupons. A funder has no part in it."""
    slot_bookings: int
    """Places of slots that people booked; like the next three by district, category, tag and an activity's section."""
    slot_waits: int
    """People who joined a slot's waiting list."""
    slot_promotions: int
    """People who moved up from the list to a place."""
    slot_cancellations: int
    """Places that were given back, or whose slot the venue cancelled."""
    no_shows: int
    """Places that nobody used, on days of a facility on which somebody was checked in; at the moment when check-in to
    the slot closed, and by the same as places. They are counted once the day is over.
    """
    check_ins: int
    """People whom venues let in; each is one of the redemptions too, at the place of its venue."""
    points_earned: int
    """Points that visits earned, less corrections; in all and by kind of visit."""
    points_spent: int
    """Points that packs cost, less what was given back; in all and by batch."""

    @classmethod
    def of(cls, flows: Mapping[Flow, int], **more: Any) -> Self:
        """`more`: the fields that a subclass adds."""
        return cls(**dict.fromkeys(FlowsView.model_fields, 0) | dict(flows) | more)


class StatsRow(FlowsView):
    """A row of live statistics."""

    name: str
    """The beginning of a minute or an hour, or the day; otherwise the section, district and so on."""


class SecondView(ResponseBody):
    """A second of a batch."""

    batch_id: str
    at: Moment
    """Its beginning."""
    claims: int
    """Packs claimed."""
    refused: dict[str, int]
    """Refused claims by the slug of the problem: approximate."""


class PacksView(ResponseBody):
    """The packs of a batch, as far as claims are counted."""

    batch_id: str
    quantity: int
    """Packs in all."""
    claims: int
    """Packs claimed."""
    left: int
    """`quantity` less `claims`."""


class StatsView(ResponseBody):
    """Live statistics of a campaign: exact, except for refusals, and a second or some behind."""

    campaign_id: str
    timezone: str
    """IANA name: the zone of its days and hours."""
    currency: CurrencyCode
    by: By
    """What the rows are."""
    starts_at: Moment
    """The first second that counts."""
    ends_at: Moment
    """The first second that does not."""
    total: FlowsView
    """Of the whole span of time."""
    rows: list[StatsRow]
    """In the order of their names; those in which nothing was counted are left out. None by second."""
    seconds: list[SecondView]
    """By second: those in which something was claimed or refused, in order of time. Otherwise none."""
    packs: list[PacksView]
    """Of each published batch, whatever the span of time, in the order of their opening."""
    claims_as_of: Moment | None
    """The newest second of which a booking, claim or settlement line is counted; null: none is. It stands still while
    nothing happens."""
    refusals_as_of: Moment | None
    """The same of refusals, which follow up to some seconds later; null: none is, or rows are not by second."""

    @classmethod
    def of(cls, found: SeasonStatistics) -> Self:
        def moment(at_s: int) -> str | None:
            return rfc3339(at_s, found.timezone) if at_s else None

        return cls.copied(
            found,
            starts_at=moment(found.starts_at_s),
            ends_at=moment(found.ends_at_s),
            total=FlowsView.of(found.total),
            rows=[StatsRow.of(row.flows, name=row.name) for row in found.rows],
            seconds=[SecondView.copied(second, at=moment(second.at_s)) for second in found.seconds],
            packs=[PacksView.copied(packs, left=packs.quantity - packs.claims) for packs in found.packs],
            claims_as_of=moment(found.claims_as_of_s),
            refusals_as_of=moment(found.refusals_as_of_s),
        )

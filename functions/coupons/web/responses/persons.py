"""A person as the hotline sees them."""

from __future__ import annotations

from typing import Self

from coupons.model.batches import PublishedBatch
from coupons.model.claimed_packs import ClaimedPack
from coupons.model.claims import BookingRecord
from coupons.model.diaries import Strike
from coupons.model.points_pages import PersonsPoints
from coupons.sealing import Keys
from coupons.web.responses.base import Moment, ResponseBody
from coupons.web.responses.claims import BookingView, CouponView, as_of
from coupons.web.responses.points import PersonPointsView
from coupons.web.responses.strikes import StrikeView


class PersonView(ResponseBody):
    """What the hotline sees: the same that the person's own app shows."""

    coupons: list[CouponView]
    """All of the person's coupons."""
    bookings: list[BookingView]
    """The person's bookings of live batches."""
    strikes: list[StrikeView]
    """Slots that the person missed, by their start, as long as they can count."""
    points: list[PersonPointsView]
    """The person's points of each program whose campaign is published."""
    as_of: Moment
    damaged: int
    """How many packs, bookings, diaries and accounts cannot be shown until they are mended."""

    @classmethod
    def of(
        cls,
        packs: list[ClaimedPack],
        bookings: list[tuple[PublishedBatch, BookingRecord]],
        strikes: list[Strike],
        points: list[PersonsPoints],
        damaged: int,
        keys: Keys,
        now_s: int,
    ) -> Self:
        return cls(
            coupons=[coupon for pack in packs for coupon in CouponView.each_of(pack, keys, now_s)],
            bookings=[BookingView.of(batch, record) for batch, record in bookings],
            strikes=[StrikeView.of(one) for one in strikes],
            points=[PersonPointsView.of(one) for one in points],
            as_of=as_of(packs, now_s),
            damaged=damaged,
        )

"""What operators see of a year at the venues."""

from __future__ import annotations

from datetime import timedelta
from typing import Self

from coupons.fields import Title
from coupons.model.facility_uses import FacilityYear, VenueYear
from coupons.web.responses.base import CalendarDay, CurrencyCode, ResponseBody


class FacilityYearView(ResponseBody):
    """A facility's year: how long it was open, who came, and what its venue was paid."""

    facility_id: str
    title: Title | None
    """Shown to people; null: the venue's title is."""
    sport: str
    """What it is for."""
    venue_id: str
    """Where it is."""
    merchant_id: str | None
    """Who runs the venue."""
    days_open: int
    """Days with slots."""
    minutes_open: int
    """Minutes of those days' slots, by the schedule."""
    slots: int
    """In how many slots somebody was checked in."""
    visits: int
    """People checked in."""
    subsidy_minor: int
    """What funders pay the venue for them, redemptions less reversals."""

    @classmethod
    def of(cls, found: FacilityYear) -> Self:
        return cls.copied(found, found.facility, found.venue, found.uses)


class VenueYearView(ResponseBody):
    """A page of a campaign's facilities in one year."""

    campaign_id: str
    year: int
    """As it was asked for."""
    currency: CurrencyCode
    through: CalendarDay
    """The last day that counts as open; check-ins are those of the days that are closed."""
    facilities: list[FacilityYearView]
    """In the order of their ids."""
    next: str | None
    """The `cursor` of the next page; null: this is the last."""

    @classmethod
    def of(cls, found: VenueYear) -> Self:
        return cls.copied(
            found,
            through=(found.end - timedelta(days=1)).isoformat(),
            facilities=[FacilityYearView.of(one) for one in found.facilities],
            next=found.after or None,
        )

"""The bureau's form: how long each facility of a campaign was open in a year, who came, and what its venue was paid."""

from __future__ import annotations

from datetime import date

from coupons.model.facility_uses import FacilityYear, UsesTotal, VenueYear
from coupons.model.listings import page_after
from coupons.process.services import Services
from coupons.refusals import NotFound
from coupons.times import day_of

PAGE_FACILITIES = 100


def venue_year(services: Services, campaign_id: str, year: int, cursor: str, now_s: int) -> VenueYear:
    """At most 100 facilities after `cursor`, in the order of their ids.

    Open hours are those of the schedule until today, whatever operators decided about single slots; check-ins are those
    of closed days. Reads the programme, and for each merchant of the page half a unit each 4 KB of days: about 30 days
    with one facility. Raises NotFound, Damaged.
    """
    campaign = services.documents.campaign(campaign_id, consistent=True)
    stored = services.programme_store.read(campaign_id) if campaign else None
    if campaign is None or stored is None:
        raise NotFound(detail=f"Campaign {campaign_id!r} has no programme.")
    programme = stored.document
    first = date(year, 1, 1)
    end = max(first, min(date(year + 1, 1, 1), day_of(now_s, stored.head.timezone)))
    facilities = {one.facility_id: one for one in programme.facilities}
    page, after = page_after(cursor, facilities, PAGE_FACILITIES)
    venues = {name: programme.venue(facilities[name].venue_id) for name in page}
    merchants = {venue.merchant_id for venue in venues.values() if venue and venue.merchant_id}
    used: dict[str, UsesTotal] = {}
    for merchant_id in sorted(merchants):
        for name, uses in services.venue_payments.of_year(campaign_id, merchant_id, year).items():
            used[name] = used.get(name, UsesTotal()) + uses  # a facility may have changed its venue in the year
    rows = [
        FacilityYear.of(facilities[name], venue, used.get(name, UsesTotal()), first, end)
        for name, venue in venues.items()
        if venue is not None
    ]
    return VenueYear(campaign_id, year, campaign.document.currency, end, rows, after)

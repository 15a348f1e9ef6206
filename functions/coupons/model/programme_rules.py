"""What a programme names of its campaign, which must be there: sections, batches, groups, merchants, stores, districts.

Nothing lies outside the campaign's window either: sessions and broadcasts in its moments, schedules in its days.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import timedelta

from coupons.currencies import money
from coupons.fields import PlacedFault, Step, unknown
from coupons.model.activities import Activity, Live, Session
from coupons.model.announcements import Announcement
from coupons.model.campaigns import Campaign
from coupons.model.facilities import Facility, Venue
from coupons.model.merchants import Merchant, MerchantRecord, Store
from coupons.model.programmes import Programme
from coupons.model.venue_orders import never_met
from coupons.times import day_of, epoch_s, wall_clock

Merchants = Mapping[str, Merchant | MerchantRecord]


def named_merchants(programme: Programme) -> list[str]:
    """The merchants that its venues and its points name, each once."""
    venues = [venue.merchant_id for venue in programme.venues if venue.merchant_id is not None]
    partners = [one.partner_id for one in programme.incentives.partners] if programme.incentives else []
    return list(dict.fromkeys([*venues, *partners]))


def misfits(programme: Programme, campaign: Campaign, merchants: Merchants) -> Iterator[PlacedFault]:
    """Each place of the programme that does not fit its campaign. `merchants`: those known by their ids."""
    for number, venue in enumerate(programme.venues):
        yield from _of_venue(("venues", number), venue, merchants)
    stores = [store for merchant in merchants.values() for store in merchant.stores]
    districts = {
        *(store.district for store in stores if store.district),
        *(venue.district for venue in programme.venues),
    }
    yield from _outside_days(programme, campaign)
    yield from _opens_too_late(programme)
    for number, facility in enumerate(programme.facilities):
        yield from _of_subsidies(("facilities", number), facility, programme, campaign, merchants)
    for number, activity in enumerate(programme.activities):
        at = ("activities", number)
        yield from unknown((*at, "section_id"), "section", activity.section_id, _sections(campaign))
        yield from unknown((*at, "district"), "district of a venue or store", activity.district, districts)
        if activity.seats is not None:
            yield from unknown((*at, "seats", "batch_id"), "batch", activity.seats.batch_id, _batches(campaign))
        yield from _of_times(at, activity, campaign)
    for number, announcement in enumerate(programme.announcements):
        yield from _of_announcement(("announcements", number), announcement, campaign, districts)
    priced = [batch.batch_id for batch in campaign.batches if batch.price_points]
    if priced and programme.incentives is None:
        yield ("incentives",), f"is missing: batch {priced[0]!r} costs points, which nothing would earn"
    for number, partner in enumerate(programme.incentives.partners if programme.incentives else []):
        place = ("incentives", "partners", number, "partner_id")
        yield from unknown(place, "merchant", partner.partner_id, merchants)


def _sections(campaign: Campaign) -> list[str]:
    return [section.section_id for section in campaign.sections]


def _batches(campaign: Campaign) -> list[str]:
    """Those that people see: they claim them."""
    return [batch.batch_id for batch in campaign.batches if batch.mode != "venue"]


def _groups(campaign: Campaign) -> set[str]:
    """The groups whose members alone can claim a batch."""
    return {batch.eligibility.group_id for batch in campaign.batches if batch.eligibility.group_id is not None}


def _of_venue(at: tuple[str, int], venue: Venue, merchants: Merchants) -> Iterator[PlacedFault]:
    yield from unknown((*at, "merchant_id"), "merchant", venue.merchant_id, merchants)
    merchant = merchants.get(venue.merchant_id or "")
    if merchant is None:
        return
    stores: dict[str, Store] = {store.store_id: store for store in merchant.stores}
    yield from unknown((*at, "store_id"), "store", venue.store_id, stores)
    store = stores.get(venue.store_id or "")
    if store and store.district not in (None, venue.district):
        yield (*at, "district"), f"there is no district {venue.district!r} here: its store is in {store.district!r}"


def _of_subsidies(
    at: tuple[str, int], facility: Facility, programme: Programme, campaign: Campaign, merchants: Merchants
) -> Iterator[PlacedFault]:
    """Batches that pay no venues, and those whose terms none of the facility's slots can ever meet."""
    paying = {batch.batch_id: batch for batch in campaign.batches if batch.mode == "venue"}
    named: dict[tuple[Step, ...], str | None] = {(*at, "subsidy_batch"): facility.subsidy_batch}
    for number, row in enumerate(facility.schedule):
        named[(*at, "schedule", number, "subsidy_batch")] = row.subsidy_batch
    for place, batch_id in named.items():
        yield from unknown(place, "venue batch", batch_id, paying)
    venue = programme.venue(facility.venue_id)
    merchant = merchants.get(venue.merchant_id or "") if venue else None
    if venue is None or merchant is None:
        return
    first = {batch_id: place for place, batch_id in reversed(named.items()) if batch_id in paying}
    for batch_id, place in first.items():
        terms = campaign.terms_of(paying[batch_id])[0]
        prices = {facility.price_of(row) for row in facility.schedule if facility.subsidy_of(row) == batch_id}
        reasons = {price: never_met(terms, facility.facility_id, price, venue, merchant) for price in prices}
        if prices and all(reasons.values()):
            said = f"its slots can never meet the terms {terms.terms_id!r}: {', '.join(reasons[max(prices)])}"
            yield place, f"{said}, at a price of {money(max(prices), campaign.currency)}"


def _outside_days(programme: Programme, campaign: Campaign) -> Iterator[PlacedFault]:
    """Schedule rows with days that are not the campaign's."""
    first = day_of(epoch_s(campaign.starts_at), campaign.timezone).isoformat()
    last = day_of(epoch_s(campaign.ends_at - timedelta(seconds=1)), campaign.timezone).isoformat()
    for number, facility in enumerate(programme.facilities):
        for place, row in enumerate(facility.schedule):
            at = ("facilities", number, "schedule", place)
            if row.first_day < first:
                yield (*at, "first_day"), f"is before the campaign's first day, {first}"
            if row.last_day > last:
                yield (*at, "last_day"), f"is after the campaign's last day, {last}"


def _opens_too_late(programme: Programme) -> Iterator[PlacedFault]:
    """Schedule rows with slots that begin before their day opens for booking."""
    for number, facility in enumerate(programme.facilities):
        for place, row in enumerate(facility.schedule):
            rule = programme.rule(facility.rule_of(row))
            if rule.opens_days_ahead == 0 and row.starts <= rule.opens_at:
                said = f"must be after {rule.opens_at}, when {rule.booking_rule_id!r} opens the same day"
                yield ("facilities", number, "schedule", place, "from"), f"{said}: nobody could book the first slot"


def _of_times(at: tuple[str, int], activity: Activity, campaign: Campaign) -> Iterator[PlacedFault]:
    """Sessions and broadcasts outside the campaign, and sessions by slot whose slots would have no id of their own."""
    begins: dict[str, int] = {}
    windows: dict[tuple[Step, ...], Session | Live] = {("sessions", n): one for n, one in enumerate(activity.sessions)}
    if activity.live is not None:
        windows[("live",)] = activity.live
    for where, one in windows.items():
        if one.starts_at < campaign.starts_at:
            yield (*at, *where, "starts_at"), f"is before the campaign starts, {campaign.starts_at.isoformat()}"
        if one.ends_at > campaign.ends_at:
            yield (*at, *where, "ends_at"), f"is after the campaign ends, {campaign.ends_at.isoformat()}"
    for number, session in enumerate(activity.sessions if activity.is_by_slot else []):
        place = (*at, "sessions", number, "starts_at")
        if session.starts_at.second:
            yield place, "must be a whole minute: the id of its slot has none smaller"
        clock = wall_clock(epoch_s(session.starts_at), campaign.timezone).strftime("%Y-%m-%d %H:%M")
        if begins.setdefault(clock, number) != number:
            yield place, f"begins at the same wall time as sessions.{begins[clock]}: {clock}"


def _of_announcement(
    at: tuple[str, int], announcement: Announcement, campaign: Campaign, districts: set[str]
) -> Iterator[PlacedFault]:
    what, name = announcement.of_what
    if what:
        known = _sections(campaign) if what == "section" else _batches(campaign)
        yield from unknown((*at, "placement"), what, name, known)
    audience = announcement.audience
    for number, district in enumerate(audience.districts):
        place = (*at, "audience", "districts", number)
        yield from unknown(place, "district of a venue or store", district, districts)
    for number, group in enumerate(audience.groups):
        place = (*at, "audience", "groups", number)
        yield from unknown(place, "group of a batch", group, _groups(campaign))

"""What everybody may read of a season's programme: activities, facilities, announcements.

A process reads a programme's head once a second, and the document when the head names another: see
`process/programmes.py`. A campaign without a programme has empty lists.
"""

from __future__ import annotations

from collections.abc import Iterable

from coupons.claim import catalog
from coupons.model import listings
from coupons.model.activities import Activity
from coupons.model.announcements import Announcement
from coupons.model.listings import (
    ActivityFilter,
    ActivityPage,
    AnnouncementFilter,
    FacilityFilter,
    ListedActivity,
    ListedFacility,
    ListedVenue,
)
from coupons.process.programmes import CurrentProgramme
from coupons.process.services import Services

PAGE_ENTRIES = 100


def activities(services: Services, campaign_id: str, wanted: ActivityFilter, after: str, now_s: int) -> ActivityPage:
    """The wanted activities with ids after `after`, 100 a page, in each page by the time at which they begin.

    Read units: half a one a second and process, the same for each batch that gives seats and for each merchant of
    a venue on the page. Raises NotFound: the campaign is not published. Raises Damaged.
    """
    current = _current(services, campaign_id)
    if current is None:
        return ActivityPage([], "", None)
    suited = {one.activity_id: one for one in listings.activities(current.document, wanted)}
    span = listings.day_span(wanted.day, current.timezone) if wanted.day else None
    begins = {name: at_s for name, one in suited.items() if (at_s := listings.begins_s(one, span)) is not None}
    ids, last = listings.page_after(after, begins, PAGE_ENTRIES)
    page = [suited[activity_id] for activity_id in sorted(ids, key=lambda name: (begins[name], name))]
    next_day = listings.next_day(suited.values(), wanted.day, current.timezone) if wanted.day else None
    return ActivityPage(_listed(services, current, page, now_s), last, next_day)


def facilities(
    services: Services, campaign_id: str, wanted: FacilityFilter, after: str
) -> tuple[list[ListedFacility], str]:
    """The wanted facilities with ids after `after`, 100 a page, and where the next page begins, if there is one.

    Read units and errors as for activities.
    """
    current = _current(services, campaign_id)
    if current is None:
        return [], ""
    suited = {one.facility_id: one for one in listings.facilities(current.document, wanted)}
    ids, last = listings.page_after(after, suited, PAGE_ENTRIES)
    page = [suited[facility_id] for facility_id in ids]
    venues = _venues(services, current, (one.venue_id for one in page))
    rule = current.document.rule
    return [ListedFacility(one, venues[one.venue_id], rule(one.booking_rule)) for one in page], last


def announcements(
    services: Services, campaign_id: str, wanted: AnnouncementFilter, now_s: int
) -> tuple[list[Announcement], str]:
    """What is shown now to this audience, alerts first, then by priority; and the campaign's time zone.

    Half a read unit a second and process. Raises NotFound: the campaign is not published. Raises Damaged.
    """
    current = _current(services, campaign_id)
    if current is None:
        return [], ""
    return listings.announcements(current.document, wanted, now_s), current.timezone


def _current(services: Services, campaign_id: str) -> CurrentProgramme | None:
    catalog.published_batches(services, campaign_id)
    return services.programmes.current(campaign_id)


def _listed(services: Services, current: CurrentProgramme, page: list[Activity], now_s: int) -> list[ListedActivity]:
    venues = _venues(services, current, (one.venue_id for one in page if one.venue_id))
    batches = {one.activity_id: one.seats.batch_id for one in page if one.seats and one.seats.batch_id}
    published = set(catalog.published_batches(services, current.campaign_id))
    left = catalog.remaining(services, {name for name in batches.values() if name in published}, now_s)
    return [
        ListedActivity(
            one,
            current.timezone,
            venues.get(one.venue_id or ""),
            listings.is_live(one, now_s),
            left.get(batches.get(one.activity_id, "")),
        )
        for one in page
    ]


def _venues(services: Services, current: CurrentProgramme, venue_ids: Iterable[str]) -> dict[str, ListedVenue]:
    wanted = set(venue_ids)
    venues = [venue for venue in current.document.venues if venue.venue_id in wanted]
    lacking = {one.merchant_id for one in venues if one.merchant_id and not (one.title and one.address)}
    records = services.merchants.records(sorted(lacking))
    found = {}
    for venue in venues:
        record = records.get(venue.merchant_id or "")
        store = record.store(venue.store_id) if record else None
        title = venue.title or (store.title if store else None) or (record.title if record else None)
        found[venue.venue_id] = ListedVenue(venue, title, venue.address or (store.address if store else None))
    return found

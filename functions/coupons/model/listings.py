"""What everybody reads of a programme: activities by day, facilities by sport, and the announcements of a moment.

A page begins after a name and never at a number. So an entry that is there all the time is on exactly one page of a
list, whatever is added, removed or changed between two pages
(`tests/unit/model/test_listings.py::test_what_stays_is_on_exactly_one_page`).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from heapq import nsmallest

from coupons.fields import Title
from coupons.model.activities import Activity
from coupons.model.announcements import Announcement
from coupons.model.facilities import BookingRule, Facility, Venue
from coupons.model.programmes import Programme
from coupons.times import day_of, day_start_s, epoch_s


def page_after(after: str, names: Iterable[str], most: int) -> tuple[list[str], str]:
    """The first `most` names that sort after `after`, in order; and the last of them, but nothing on the last page."""
    found = nsmallest(most + 1, {name for name in names if name > after})
    return found[:most], found[most - 1] if len(found) > most else ""


@dataclass(frozen=True, slots=True)
class ActivityFilter:
    """An empty field does not restrict."""

    section: str = ""
    district: str = ""
    """Of the activity or of its venue. An activity without one, as online, is in no district."""
    day: str = ""
    """A calendar day of the campaign's zone, on which a session takes place at some moment."""
    kind: str = ""


@dataclass(frozen=True, slots=True)
class FacilityFilter:
    """An empty field does not restrict."""

    district: str = ""
    sport: str = ""


@dataclass(frozen=True, slots=True)
class AnnouncementFilter:
    """An empty field does not restrict."""

    placement: str = ""
    district: str = ""
    region: str = ""


@dataclass(frozen=True, slots=True)
class ListedVenue:
    """A venue; what it does not say of itself, its store says."""

    venue: Venue
    title: Title | None
    address: Title | None


@dataclass(frozen=True, slots=True)
class ListedActivity:
    """An activity with what is known of it now. `remaining`: packs that are left of the batch that gives its seats."""

    activity: Activity
    timezone: str
    venue: ListedVenue | None
    live_now: bool
    remaining: int | None

    @property
    def district(self) -> str | None:
        return self.activity.district or (self.venue.venue.district if self.venue else None)


@dataclass(frozen=True, slots=True)
class ListedFacility:
    """A facility with its venue and the rule of its slots."""

    facility: Facility
    venue: ListedVenue
    booking_rule: BookingRule


@dataclass(frozen=True, slots=True)
class ActivityPage:
    """`after`: where the next page begins, if there is one. `next_day`: only where a day was asked for."""

    found: list[ListedActivity]
    after: str
    next_day: str | None


def day_span(day: str, timezone: str) -> range:
    """The seconds of a calendar day."""
    first = date.fromisoformat(day)
    return range(day_start_s(first, timezone), day_start_s(first + timedelta(days=1), timezone))


def activities(programme: Programme, wanted: ActivityFilter) -> list[Activity]:
    """Those that are wanted, whatever the day."""
    districts = {venue.venue_id: venue.district for venue in programme.venues}
    return [
        one
        for one in programme.activities
        if wanted.section in ("", one.section_id)
        and wanted.kind in ("", one.kind)
        and wanted.district in ("", one.district or districts.get(one.venue_id or ""))
    ]


def begins_s(activity: Activity, span: range | None) -> int | None:
    """When the first of its sessions begins that takes place in the span; None if none does. Without a span, of all."""
    windows = [(epoch_s(one.starts_at), epoch_s(one.ends_at)) for one in activity.sessions]
    return min((a for a, b in windows if span is None or (a < span.stop and b > span.start)), default=None)


def next_day(found: Iterable[Activity], day: str, timezone: str) -> str | None:
    """The first day after `day` on which one of them takes place as planned; None if none does."""
    end_s = day_span(day, timezone).stop
    planned = (session for one in found if one.status == "scheduled" for session in one.sessions)
    later = [max(epoch_s(one.starts_at), end_s) for one in planned if epoch_s(one.ends_at) > end_s]
    return day_of(min(later), timezone).isoformat() if later else None


def is_live(activity: Activity, now_s: int) -> bool:
    """Whether it can be watched now."""
    live = activity.live
    on_air = live is not None and epoch_s(live.starts_at) <= now_s < epoch_s(live.ends_at)
    return on_air and activity.status == "scheduled"


def facilities(programme: Programme, wanted: FacilityFilter) -> list[Facility]:
    """Those that are wanted."""
    districts = {venue.venue_id: venue.district for venue in programme.venues}
    return [
        one
        for one in programme.facilities
        if wanted.sport in ("", one.sport) and wanted.district in ("", districts[one.venue_id])
    ]


def announcements(programme: Programme, wanted: AnnouncementFilter, now_s: int) -> list[Announcement]:
    """Those that are shown now to this audience: alerts first, then by priority, then the newest first.

    Those for members of a group are left out: nobody says who reads.
    """
    shown = [
        one
        for one in programme.announcements
        if epoch_s(one.starts_at) <= now_s < epoch_s(one.ends_at)
        and wanted.placement in ("", one.placement)
        and _concerns(wanted.district, one.audience.districts)
        and _concerns(wanted.region, one.audience.regions)
        and not one.audience.groups
    ]
    return sorted(
        shown, key=lambda one: (one.kind != "alert", -one.priority, -epoch_s(one.starts_at), one.announcement_id)
    )


def _concerns(stated: str, audience: list[str]) -> bool:
    return not audience or stated in ("", *audience)

"""A programme's activities, facilities and announcements, as everybody may read them."""

from __future__ import annotations

from typing import Self

from coupons.fields import Title
from coupons.model import activities, announcements
from coupons.model.activities import Banner
from coupons.model.announcements import Announcement
from coupons.model.facilities import BookingRule
from coupons.model.listings import ActivityPage, ListedActivity, ListedFacility, ListedVenue
from coupons.times import epoch_s, rfc3339
from coupons.web.responses.base import CalendarDay, Moment, ResponseBody


class VenueView(ResponseBody):
    """A place where activities are held, or facilities can be booked."""

    venue_id: str
    """Unique in its campaign."""
    title: Title | None
    """Shown to people; null: it has none."""
    district: str
    """Where it is."""
    address: Title | None
    """Where people find it; null: nobody says."""
    geo: str | None
    """`latitude,longitude` in degrees (WGS 84); null: nobody says."""
    accessible: bool
    """People in wheelchairs can use it."""
    merchant_id: str | None
    """The merchant who runs it; null: none."""
    store_id: str | None
    """Its store of that merchant; null: none."""

    @classmethod
    def of(cls, listed: ListedVenue) -> Self:
        return cls.copied(listed, listed.venue)


class SessionView(ResponseBody):
    """One time of an activity."""

    session_id: str
    """Unique in its activity."""
    starts_at: Moment
    """When it begins."""
    ends_at: Moment
    """When it is over."""


class SeatsView(ResponseBody):
    """How many people a session takes, and how they get their seats."""

    by: activities.SeatsBy
    """How they are given: booked by session, claimed as packs of a batch, or to who comes."""
    capacity: int
    """Seats of each session."""
    batch_id: str | None
    """The batch whose packs are the seats; null: they are given in another way."""
    booking_rule: str | None
    """The rule by which sessions are booked; null: they are not."""
    remaining: int | None
    """Packs that are left of the batch, approximately; null: the batch is not published, or seats are given in another
    way."""


class LiveView(ResponseBody):
    """A broadcast over the network."""

    url: str
    """Where to watch: https, or a path of this stack."""
    starts_at: Moment
    """When it begins."""
    ends_at: Moment
    """When it is over."""
    now: bool
    """It is on air, and the activity is neither postponed nor cancelled."""


class ActivityView(ResponseBody):
    """An event, a course, a broadcast or an exhibition."""

    activity_id: str
    """Unique in its campaign."""
    kind: activities.ActivityKind
    """What it is."""
    section_id: str | None
    """The section that it is shown under; null: none."""
    title: Title
    description: Title | None
    """Shown to people; null: none."""
    status: activities.ActivityStatus
    """Whether it takes place as its sessions say."""
    district: str | None
    """Where it is; null: nowhere in particular, or online."""
    venue: VenueView | None
    """Where it is; null: nowhere in particular, or online."""
    sessions: list[SessionView]
    """When it takes place, in order: those of other days too."""
    seats: SeatsView | None
    """How seats are given; null: there are none to be had."""
    live: LiveView | None
    """Where it can be watched; null: nowhere."""
    banner: Banner | None
    """Its picture; null: none."""

    @classmethod
    def of(cls, listed: ListedActivity) -> Self:
        activity, zone = listed.activity, listed.timezone
        sessions = sorted(activity.sessions, key=lambda one: (one.starts_at, one.session_id))
        seats, live = activity.seats, activity.live
        return cls.copied(
            listed,
            activity,
            venue=VenueView.of(listed.venue) if listed.venue else None,
            sessions=[SessionView.copied(one, **_window(one, zone)) for one in sessions],
            seats=SeatsView.copied(seats, listed) if seats else None,
            live=LiveView.copied(live, now=listed.live_now, **_window(live, zone)) if live else None,
        )


class ActivityList(ResponseBody):
    """A page of a campaign's activities."""

    activities: list[ActivityView]
    """Those that were asked for, at most 100, in the order in which they begin: on the day, if one was asked for."""
    next: str | None
    """The `cursor` of the next page; null: this is the last."""
    next_day: CalendarDay | None
    """The first day after the one that was asked for on which one of the other filters' activities takes place as
    planned; null: none does, or no day was asked for."""

    @classmethod
    def of(cls, page: ActivityPage) -> Self:
        shown = [ActivityView.of(one) for one in page.found]
        return cls(activities=shown, next=page.after or None, next_day=page.next_day)


class FacilityView(ResponseBody):
    """What is booked by the hour."""

    facility_id: str
    """The first part of its slots' ids."""
    title: Title | None
    """Shown to people; null: neither it nor its venue has one."""
    sport: str
    """What it is for."""
    venue: VenueView
    """Where it is."""
    units: int
    """Places of one slot, each for one booking."""
    price_minor: int
    """What a slot costs where its day or hour has no price of its own, in minor units of the campaign's currency."""
    booking_rule: BookingRule
    """When slots can be booked and given back; some days or hours may have another."""

    @classmethod
    def of(cls, listed: ListedFacility) -> Self:
        title = listed.facility.title or listed.venue.title
        return cls.copied(listed, listed.facility, title=title, venue=VenueView.of(listed.venue))


class FacilityPage(ResponseBody):
    """A page of a campaign's facilities."""

    facilities: list[FacilityView]
    """Those that were asked for, at most 100, in the order of their ids."""
    next: str | None
    """The `cursor` of the next page; null: this is the last."""

    @classmethod
    def of(cls, found: list[ListedFacility], after: str) -> Self:
        return cls(facilities=[FacilityView.of(one) for one in found], next=after or None)


class AnnouncementView(ResponseBody):
    """An announcement, a banner or an alert that is shown now."""

    announcement_id: str
    """Unique in its campaign."""
    placement: str
    """Where it is shown: `home`, `ticker`, `section:<section_id>` or `batch:<batch_id>`."""
    kind: announcements.AnnouncementKind
    """What it is."""
    title: Title
    body: Title | None
    """Shown to people below the title; null: none."""
    image: str | None
    """The name of one of the pages' pictures, or a file under `/media/`; null: none."""
    link: str | None
    """Where to read more: https, or a path of this stack; null: nowhere."""
    starts_at: Moment
    """Since when it is shown."""
    ends_at: Moment
    """The first second in which it is not."""
    priority: int
    """Among those of one kind the higher is listed first."""


class AnnouncementList(ResponseBody):
    """What is announced now."""

    announcements: list[AnnouncementView]
    """Alerts first, then by priority, then the newest first."""

    @classmethod
    def of(cls, found: list[Announcement], timezone: str) -> Self:
        return cls(announcements=[AnnouncementView.copied(one, **_window(one, timezone)) for one in found])


def _window(one: activities.Session | activities.Live | Announcement, timezone: str) -> dict[str, str]:
    """Both ends of a window with the offset of the campaign's zone."""
    return {name: rfc3339(epoch_s(getattr(one, name)), timezone) for name in ("starts_at", "ends_at")}

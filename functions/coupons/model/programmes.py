"""节目单: a season's programme, the second document beside its campaign.

One model validates `PUT /admin/campaigns/{id}/programme` and the key `programme` of a season file. What it names of its
campaign is checked in `programme_rules.py`, what a revision can no longer change in `programme_dates.py`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Self

from pydantic import Field, model_validator

from coupons.fields import Document, PlacedFault, Revision, refuse_all, twice, unknown
from coupons.model.activities import Activity
from coupons.model.announcements import Announcement
from coupons.model.facilities import BookingRule, Facility, Venue
from coupons.model.incentives import Incentives
from coupons.times import DAY_S, day_of, epoch_s

_FACILITY_ID_MAX: int = 47


@dataclass(frozen=True, slots=True)
class ProgrammeHead:
    """Which document is current, and the time zone of its schedules, which never changes."""

    revision: int
    digest: str
    chunks: int
    timezone: str


@dataclass(frozen=True, slots=True)
class Announced:
    """What a revision announced: the announcements that are new in it, or changed."""

    campaign_id: str
    head: ProgrammeHead
    announcement_ids: list[str]
    at_s: int


class Programme(Document):
    """节目单: what takes place in a season, what can be booked by the hour, and what is announced."""

    revision: Revision | None = None
    """The revision that was read; absent creates. `couponctl apply` sets it."""
    venues: Annotated[list[Venue], Field(max_length=1_000)] = []
    """Places of activities and facilities."""
    facilities: Annotated[list[Facility], Field(max_length=500)] = []
    """What is booked by the hour. At most 80 join with one revision, activities with seats by slot included."""
    booking_rules: Annotated[list[BookingRule], Field(max_length=50)] = []
    """Rules that facilities, their rows, and seats by slot name."""
    activities: Annotated[list[Activity], Field(max_length=2_000)] = []
    """Events, courses, broadcasts and exhibitions."""
    announcements: Annotated[list[Announcement], Field(max_length=300)] = []
    """What people are told."""
    incentives: Incentives | None = None
    """积分: what visits earn; absent, nothing."""

    @model_validator(mode="after")
    def _refers_to_itself(self) -> Self:
        refuse_all("Programme", self._faults())
        return self

    def venue(self, venue_id: str | None) -> Venue | None:
        return next((one for one in self.venues if one.venue_id == venue_id), None)

    def rule(self, booking_rule_id: str) -> BookingRule:
        """A rule that the document names, which it therefore has."""
        return next(one for one in self.booking_rules if one.booking_rule_id == booking_rule_id)

    def bookable(self, facility_id: str) -> Facility | Activity | None:
        """What is booked by slot under this name: a facility, or an activity with seats by slot."""
        facilities = (one for one in self.facilities if one.facility_id == facility_id)
        activities = (one for one in self.activities if one.is_by_slot and one.activity_id == facility_id)
        return next(facilities, None) or next(activities, None)

    @property
    def strikes_kept_s(self) -> int:
        """For so long after its slot began a strike can be one of those that ban, by some rule; 0 if none bans.

        A ban begins within `window_days` of its first strike, and lasts `ban_days`.
        """
        rules = (rule.no_show for rule in self.booking_rules)
        return max((DAY_S * (rule.window_days + rule.ban_days) for rule in rules if rule), default=0)

    @property
    def bookable_ids(self) -> list[str]:
        """All names that begin a `slot_id`: facilities, and activities with seats by slot."""
        by_slot = [one.activity_id for one in self.activities if one.is_by_slot]
        return [*(one.facility_id for one in self.facilities), *by_slot]

    def first_day(self, timezone: str) -> date | None:
        """The first day that has slots; None if nothing is booked by slot."""
        rows = [row.first_day for facility in self.facilities for row in facility.schedule]
        sessions = [one.starts_at for activity in self.activities if activity.is_by_slot for one in activity.sessions]
        days = [date.fromisoformat(day) for day in rows] + [day_of(epoch_s(moment), timezone) for moment in sessions]
        return min(days, default=None)

    def _faults(self) -> Iterator[PlacedFault]:
        """What must hold over the whole document, each at its place."""
        yield from twice("venues", "venue_id", (one.venue_id for one in self.venues))
        yield from twice("facilities", "facility_id", (one.facility_id for one in self.facilities))
        yield from twice("booking_rules", "booking_rule_id", (one.booking_rule_id for one in self.booking_rules))
        yield from twice("activities", "activity_id", (one.activity_id for one in self.activities))
        yield from twice("announcements", "announcement_id", (one.announcement_id for one in self.announcements))
        rules = [one.booking_rule_id for one in self.booking_rules]
        venues = {one.venue_id: one for one in self.venues}
        for number, facility in enumerate(self.facilities):
            at = ("facilities", number)
            yield from unknown((*at, "venue_id"), "venue", facility.venue_id, venues)
            if facility.venue_id in venues and venues[facility.venue_id].merchant_id is None:
                yield (*at, "venue_id"), f"the venue {facility.venue_id!r} has no merchant, who lets people in"
            yield from unknown((*at, "booking_rule"), "booking rule", facility.booking_rule, rules)
            for place, row in enumerate(facility.schedule):
                yield from unknown((*at, "schedule", place, "booking_rule"), "booking rule", row.booking_rule, rules)
        facilities = {one.facility_id for one in self.facilities}
        for number, activity in enumerate(self.activities):
            yield from self._of_activity(("activities", number), activity, venues, rules, facilities)
        yield from self._of_points()

    def _of_points(self) -> Iterator[PlacedFault]:
        """Kinds of visit without a rule, and activities of partners that are not in the document."""
        kinds = self.incentives.kinds if self.incentives else []
        for number, activity in enumerate(self.activities):
            place = ("activities", number, "points_kind")
            yield from unknown(place, "rule of kind", activity.points_kind, kinds)
        activities = [one.activity_id for one in self.activities]
        for number, partner in enumerate(self.incentives.partners if self.incentives else []):
            for step, name in enumerate(partner.activity_ids):
                yield from unknown(
                    ("incentives", "partners", number, "activity_ids", step), "activity", name, activities
                )

    def _of_activity(
        self, at: tuple[str, int], activity: Activity, venues: dict[str, Venue], rules: list[str], facilities: set[str]
    ) -> Iterator[PlacedFault]:
        yield from unknown((*at, "venue_id"), "venue", activity.venue_id, venues)
        venue = venues.get(activity.venue_id or "")
        if venue and activity.district not in (None, venue.district):
            yield (*at, "district"), f"its venue is in {venue.district!r}"
        if activity.seats is not None:
            yield from unknown((*at, "seats", "booking_rule"), "booking rule", activity.seats.booking_rule, rules)
        if activity.is_by_slot and len(activity.activity_id) > _FACILITY_ID_MAX:
            yield (*at, "activity_id"), f"with seats by slot it has at most {_FACILITY_ID_MAX} characters"
        if activity.is_by_slot and activity.activity_id in facilities:
            yield (*at, "activity_id"), "is also a facility_id: slots of both would have the same ids"

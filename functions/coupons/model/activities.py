"""活动: events, courses, broadcasts and exhibitions of a season, with their sessions."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from coupons.fields import (
    DeclaredTime,
    Document,
    Id,
    Image,
    Label,
    Link,
    PlacedFault,
    PointsKind,
    Quantity,
    Title,
    forward,
    refuse_all,
    twice,
)
from coupons.model.facilities import PLACES_MAX

ActivityKind = Literal["event", "activity", "training", "broadcast", "exhibition"]
"""What an activity is."""
ActivityStatus = Literal["scheduled", "postponed", "cancelled"]
"""Whether it takes place as its sessions say."""
SeatsBy = Literal["slot", "batch", "none"]
"""How seats are given: booked by session, claimed as packs of a batch, or to who comes."""


class Session(Document):
    """One time of an activity, in `starts_at <= now < ends_at`."""

    session_id: Id
    """Unique in its activity."""
    starts_at: DeclaredTime
    """When it begins."""
    ends_at: DeclaredTime
    """When it ends."""

    @model_validator(mode="after")
    def _forward(self) -> Self:
        forward(self.starts_at, self.ends_at)
        return self


class Seats(Document):
    """How many people a session takes, and how they get their seats."""

    capacity: Quantity
    """Seats of each session; of `by: slot` at most 100."""
    by: SeatsBy
    """`slot`: booked like a facility's slots; `batch`: claimed as packs of `batch_id`; `none`: nobody books."""
    batch_id: Id | None = None
    """The batch of `by: batch`."""
    booking_rule: Id | None = None
    """The booking rule of `by: slot`."""

    @model_validator(mode="after")
    def _fits(self) -> Self:
        refuse_all("Seats", self._faults())
        return self

    def _faults(self) -> Iterator[PlacedFault]:
        if self.by == "slot" and self.capacity > PLACES_MAX:
            yield ("capacity",), f"is more than the {PLACES_MAX} seats that can be booked by slot: use by: batch"
        for name, by in (("batch_id", "batch"), ("booking_rule", "slot")):
            stated = getattr(self, name) is not None
            if self.by == by and not stated:
                yield (name,), f"is missing: by: {by} needs it"
            if self.by != by and stated:
                yield (name,), f"is only for by: {by}"


class Live(Document):
    """A broadcast over the network."""

    url: Link
    """Where to watch: https, or a path of our own."""
    starts_at: DeclaredTime
    """When it begins."""
    ends_at: DeclaredTime
    """When it ends."""

    @model_validator(mode="after")
    def _forward(self) -> Self:
        forward(self.starts_at, self.ends_at)
        return self


class Banner(Document):
    """A picture."""

    image: Image
    """The name of one of the pages' pictures, or a file under `/media/`."""
    alt: Title
    """What the picture shows, for who does not see it."""


class Activity(Document):
    """An event, a course, a broadcast or an exhibition."""

    activity_id: Id
    """Unique in its programme. With seats by slot it is used like a `facility_id`: at most 47 characters, and it
    belongs to one campaign."""
    kind: ActivityKind
    """What it is."""
    section_id: Id | None = None
    """The campaign's section that it is shown under."""
    title: Title
    """Shown to people."""
    description: Title | None = None
    """Shown to people."""
    district: Label | None = None
    """Where it is; absent, the district of its venue."""
    venue_id: Id | None = None
    """Where it is; absent, nowhere in particular, or online."""
    sessions: Annotated[list[Session], Field(min_length=1, max_length=100)]
    """When it takes place."""
    seats: Seats | None = None
    """How seats are given; absent, there are no numbered seats."""
    points_kind: PointsKind | None = None
    """What a check-in at one of its slots is to the rules of points; absent, it earns nothing. Who reports a visit
    states what it was."""
    live: Live | None = None
    """Where it can be watched."""
    status: ActivityStatus = "scheduled"
    """Whether it takes place."""
    banner: Banner | None = None
    """Its picture."""

    @model_validator(mode="after")
    def _fits(self) -> Self:
        refuse_all("Activity", self._faults())
        return self

    @property
    def is_by_slot(self) -> bool:
        """Its sessions are booked as slots: `activity_id.yyyy-mm-dd.hhmm`, by the wall time of their beginning."""
        return self.seats is not None and self.seats.by == "slot"

    def _faults(self) -> Iterator[PlacedFault]:
        yield from twice("sessions", "session_id", (one.session_id for one in self.sessions))
        in_order = sorted(enumerate(self.sessions), key=lambda one: one[1].starts_at)
        for (before, one), (number, other) in pairwise(in_order):
            if self.is_by_slot and other.starts_at < one.ends_at:
                yield ("sessions", number), f"overlaps sessions.{before}: a person could not book both by slot"

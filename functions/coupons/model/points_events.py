"""The event of a visit: what a person's reported visit, or check-in, earned."""

from __future__ import annotations

from typing import Annotated, Literal, NamedTuple

from pydantic import Field

from coupons.fields import CallersNumber, Id, PointsKind, SealedId, Told
from coupons.model.event_parts import EventContext, EventPart, event_id
from coupons.model.points_entries import Entry, EntryReason
from coupons.model.visit_reports import CHECK_IN
from coupons.times import wall_clock


class EarnedEntry(NamedTuple):
    """An entry of a visit, and whose points it is of."""

    program_id: str
    entry: Entry


class EarnedPoints(EventPart):
    """What a visit earned. A check-in has the id of its booking, a report the partner's own number of the event."""

    program_id: Id
    merchant_id: Id
    """The partner."""
    event_id: CallersNumber | None
    booking_id: SealedId | None
    activity_id: Id | None
    session_id: CallersNumber | None
    kind: PointsKind
    points: Annotated[int, Field(ge=0)]
    """What was added to the person's points."""
    reason: EntryReason | None
    """Why it earned nothing."""
    earned_at: Told


class PointsEarned(EventContext):
    type: Literal["points.earned.v1"] = "points.earned.v1"
    dataschema: Literal["urn:coupon-season:schema:points.earned.v1#/properties/data"] = (
        "urn:coupon-season:schema:points.earned.v1#/properties/data"
    )
    data: EarnedPoints


def earned_points(source: str, told: EarnedEntry, timezone: str) -> PointsEarned:
    """The event of a visit's entry, whose id names partner and event."""
    entry, at = told.entry, wall_clock(told.entry.at_s, timezone)
    merchant_id, _, event = entry.entry_id.partition(".")
    is_check_in = event.startswith(CHECK_IN)
    data = EarnedPoints(
        program_id=told.program_id,
        merchant_id=merchant_id,
        event_id=None if is_check_in else event,
        booking_id=event.removeprefix(CHECK_IN) if is_check_in else None,
        activity_id=entry.activity_id,
        session_id=entry.session_id,
        kind=entry.points_kind or "",
        points=entry.points,
        reason=entry.reason,
        earned_at=at,
    )
    unique = event_id("points.earned.v1", merchant_id, event)
    return PointsEarned(id=unique, source=source, time=at, subject=told.program_id, data=data)

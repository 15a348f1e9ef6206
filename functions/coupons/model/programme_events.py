"""The event of an announcement."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from coupons.fields import Id, Image, Label, Link, Placement, Told
from coupons.model.announcements import AnnouncementKind
from coupons.model.event_parts import EventContext, EventPart, event_id
from coupons.model.programmes import Announced, Programme
from coupons.times import wall_clock

_TEXT = Field(min_length=1, max_length=500)


class EventText(EventPart):
    """A text for people, in both languages."""

    en: Annotated[str, _TEXT]
    zh: Annotated[str, _TEXT]


class EventAudience(EventPart):
    """Whom it concerns; an empty list does not restrict. All three restrict together."""

    regions: list[Label]
    districts: list[Label]
    groups: list[Id]


class Published(EventPart):
    """The announcement as its programme states it, shown in `starts_at <= now < ends_at`."""

    campaign_id: Id
    announcement_id: Id
    revision: int
    """Of the programme: of two events of one announcement the higher is the later."""
    placement: Placement
    kind: AnnouncementKind
    title: Annotated[str, _TEXT] | EventText
    body: Annotated[str, _TEXT] | EventText | None
    image: Image | None
    link: Link | None
    audience: EventAudience
    starts_at: Told
    ends_at: Told
    priority: int


class AnnouncementPublished(EventContext):
    type: Literal["announcement.published.v1"] = "announcement.published.v1"
    dataschema: Literal["urn:coupon-season:schema:announcement.published.v1#/properties/data"] = (
        "urn:coupon-season:schema:announcement.published.v1#/properties/data"
    )
    data: Published


def published(source: str, announced: Announced, document: Programme) -> list[AnnouncementPublished]:
    """The events of a revision, which `document` is: one for each announcement that it added or changed."""
    revision, timezone = announced.head.revision, announced.head.timezone
    told = set(announced.announcement_ids)
    return [
        AnnouncementPublished(
            id=event_id("announcement.published.v1", announced.campaign_id, one.announcement_id, str(revision)),
            source=source,
            time=wall_clock(announced.at_s, timezone),
            subject=one.announcement_id,
            data=Published(campaign_id=announced.campaign_id, revision=revision, **one.model_dump()),
        )
        for one in document.announcements
        if one.announcement_id in told
    ]

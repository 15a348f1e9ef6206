"""公告: what the city tells people, where and when it is shown, and to whom."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from coupons.deferred import nothing_stated
from coupons.fields import DeclaredTime, Document, Id, Image, Label, Link, Placement, Title, forward

AnnouncementKind = Literal["announcement", "banner", "alert"]
"""What it is; alerts are listed first."""


class Audience(Document):
    """Whom it concerns; an empty list does not restrict. All three restrict together."""

    regions: Annotated[list[Label], Field(max_length=100)] = []
    """People of these regions."""
    districts: Annotated[list[Label], Field(max_length=100)] = []
    """People of these districts."""
    groups: Annotated[list[Id], Field(max_length=20)] = []
    """Members of these groups. The public list does not show it, because it does not know who reads; the event
    `announcement.published.v1` names the groups, so that a platform can tell their members."""


class Announcement(Document):
    """An announcement, a banner or an alert, shown in `starts_at <= now < ends_at`."""

    announcement_id: Id
    """Unique in its programme."""
    placement: Placement
    """Where it is shown: `home`, `ticker`, `section:<section_id>` or `batch:<batch_id>`."""
    kind: AnnouncementKind
    """What it is; alerts are listed first, and a banner needs an image."""
    title: Title
    """Shown to people; of a banner also what its image says."""
    body: Title | None = None
    """Shown to people below the title."""
    image: Image | None = None
    """The name of one of the pages' pictures, or a file under `/media/`."""
    link: Link | None = None
    """Where to read more: https, or a path of our own."""
    audience: Audience = nothing_stated(Audience)
    """Whom it concerns; absent, everyone."""
    starts_at: DeclaredTime
    """The first second in which it is shown."""
    ends_at: DeclaredTime
    """The first second in which it is not."""
    priority: Annotated[int, Field(ge=0, le=100)] = 0
    """Among those of one kind the higher is listed first."""

    @model_validator(mode="after")
    def _whole(self) -> Self:
        forward(self.starts_at, self.ends_at)
        if self.kind == "banner" and self.image is None:
            raise ValueError("a banner needs an image")
        return self

    @property
    def of_what(self) -> tuple[str, str]:
        """`section` or `batch` and its id; two empty strings elsewhere."""
        what, _, name = self.placement.partition(":")
        return (what, name) if name else ("", "")

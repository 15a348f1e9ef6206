"""What everybody may ask for: the query parameters of public reads."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from coupons.fields import (
    DeclaredDay,
    DeclaredTime,
    Placement,
)
from coupons.model.activities import ActivityKind
from coupons.model.season_statistics import By
from coupons.model.shown_draws import ListedFiles
from coupons.web.bodies.base import MaybeId, Query

_Words = Annotated[str, Field(max_length=64, pattern=r"^[^\x00-\x1f\x7f]*$")]


class MerchantsQuery(Query):
    district: _Words = ""
    """Only stores of this district; absent: all."""
    category: _Words = ""
    """Only merchants of this category; absent: all."""
    terms_id: MaybeId = ""
    """Only where coupons of these terms are accepted; absent: everywhere."""
    cursor: MaybeId = ""
    """`next` of the page before; absent: the first page."""


class ActivitiesQuery(Query):
    section: MaybeId = ""
    """Only activities of this section; absent: all."""
    district: _Words = ""
    """Only activities in this district; absent: all."""
    day: DeclaredDay | None = None
    """Only activities of which a session takes place on this day of the campaign's zone; absent: all."""
    kind: Literal["", ActivityKind] = ""
    """Only activities of this kind; absent: all."""
    cursor: MaybeId = ""
    """`next` of the page before; absent: the first page."""


class FacilitiesQuery(Query):
    district: _Words = ""
    """Only facilities in this district; absent: all."""
    sport: _Words = ""
    """Only facilities for this sport; absent: all."""
    cursor: MaybeId = ""
    """`next` of the page before; absent: the first page."""


class AnnouncementsQuery(Query):
    placement: Placement | None = None
    """Only what is shown there; absent: everywhere."""
    district: _Words = ""
    """Without what concerns other districts alone; absent: whatever the district."""
    region: _Words = ""
    """Without what concerns other regions alone; absent: whatever the region."""


class StatsQuery(Query):
    by: By = "hour"
    """What the rows are: spans of time, or what was counted by."""
    from_: Annotated[DeclaredTime | None, Field(alias="from")] = None
    """The first second that counts. Absent: the beginning of the season, or of the last three minutes, hour or day for
    rows by second, minute or hour. These reach over 180 seconds, a day or 62 days at most."""
    to: DeclaredTime | None = None
    """The first second that no longer counts; absent: now."""


class DrawQuery(Query):
    files: ListedFiles | None = None
    """Which of the many files are listed beside the others: the parts of the list, or score files; absent: neither."""

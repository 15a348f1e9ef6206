"""到场报告: reported visits, their corrections, and whether a report is admitted.

A report is decided once, and the decision is stored with it: later reports, corrections and edits of the programme
change nothing of it. So a repeat finds the first answer, whatever has happened since.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Annotated

from pydantic import Field

from coupons.fields import CallersNumber, Document, Id, Instant, PointsKind
from coupons.model.incentives import Partner
from coupons.model.points_entries import Earning, EntryReason
from coupons.model.points_rules import PointsRules

CHECK_IN = "~"
"""How event ids of check-ins begin. Numbers of partners begin with a letter or a digit, so they never meet."""


class VisitReport(Document):
    """A visit as its partner tells."""

    activity_id: Id
    """The activity, or the facility of the partner's own venue."""
    session_id: CallersNumber
    """The session of the activity, or the slot. A person's visit of it earns once."""
    kind: PointsKind
    """What the visit is; the programme's rules say what it earns."""
    quantity: Annotated[int, Field(ge=1, le=1_000)] = 1
    """How many such visits this is: the rule's points are multiplied by it, before caps."""
    occurred_at: Instant
    """When it was; at most five minutes ahead of now."""


@dataclass(frozen=True, slots=True)
class Report:
    """A visit as it was decided. `content`: tells a repeat from another report under the same number."""

    program_id: str
    person: bytes
    content: bytes
    visit: Earning
    points: int
    """What it added to the person's points at that moment."""
    reason: EntryReason | None
    """Why it earned nothing."""

    @property
    def is_admitted(self) -> bool:
        """Whether it was one of the visits that count, also if a cap let none of its points count."""
        return self.reason in (None, "cap")


@dataclass(frozen=True, slots=True)
class Correction:
    """`points`: what it added to the person's points, 0 or less."""

    text: str
    points: int


@dataclass(frozen=True, slots=True)
class ReportedEvent:
    """What is known under one number of a partner; a correction without a report came first."""

    report: Report | None = None
    correction: Correction | None = None


@dataclass(frozen=True, slots=True)
class PartnersAllotment:
    """The points that a partner's visitors earned: in all, and by day of the visit. Corrections take nothing off."""

    total: int = 0
    days: Mapping[str, int] = field(default_factory=dict)

    def covers(self, partner: Partner, day: str, points: int) -> bool:
        """Whether so many points more are within the partner's maximum, in all and of the day."""
        most_a_day = partner.points_max_per_day
        fits = most_a_day is None or self.days.get(day, 0) + points <= most_a_day
        return fits and self.total + points <= partner.points_max

    def oldest_idle(self, rules: PointsRules, now_s: int) -> str | None:
        """The first day of which no visit can be reported any more; None if there is none."""
        today = date.fromisoformat(rules.day_of(now_s))
        first = (today - timedelta(days=rules.incentives.late_days + 1)).isoformat()
        return min((day for day in self.days if day < first), default=None)


def refusal_before_points(
    rules: PointsRules, visit: Earning, now_s: int, *, is_voided: bool, has_earned: bool
) -> EntryReason | None:
    """Why a visit earns nothing whatever it would earn; None if that does not tell.

    `is_voided`: its correction came first. `has_earned`: the person's visit of this session earned under another
    number.
    """
    if rules.is_late(visit.day, now_s):
        return "late"
    if is_voided:
        return "voided"
    return "repeat" if has_earned else None


def content_of(person: bytes, *facts: str | int) -> bytes:
    """A hash of what a report says, so that its repeat is known. Facts contain no line break."""
    return hashlib.sha256("\n".join((person.hex(), *map(str, facts))).encode()).digest()[:16]

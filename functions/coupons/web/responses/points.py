"""Points: what a person has and why, and what a partner is answered, who never learns a balance."""

from __future__ import annotations

from typing import Self

from coupons.fields import Title
from coupons.model.batches import PublishedBatch
from coupons.model.points_accounts import by_expiry
from coupons.model.points_entries import Entry, EntryKind, EntryReason
from coupons.model.points_pages import PersonsPoints, PointsPage, award_of
from coupons.model.visit_reports import Correction, Report
from coupons.times import rfc3339
from coupons.web.responses.base import CurrencyCode, Moment, ResponseBody


class ExpiringPoints(ResponseBody):
    """Points that end together."""

    expires_at: Moment
    """The first second in which they no longer count."""
    points: int
    """How many."""

    @classmethod
    def each_of(cls, points: PersonsPoints) -> list[Self]:
        """Soonest first."""
        lots, timezone = by_expiry(points.account, points.now_s), points.rules.timezone
        return [cls(expires_at=rfc3339(lot.ends_at_s, timezone), points=lot.points) for lot in lots]


class AwardView(ResponseBody):
    """The cheapest open award that the balance does not reach."""

    batch_id: str
    title: Title
    price_points: int
    """What it costs."""
    missing: int
    """How many points more the person needs for it."""

    @classmethod
    def of(cls, batch: PublishedBatch, has: int) -> Self:
        return cls(**award_of(batch, has))


class EntryView(ResponseBody):
    """One line of a person's points."""

    entry_id: str
    """Names the entry; none of the person's others has it."""
    at: Moment
    """When the points moved; of `expire`, when they ended."""
    kind: EntryKind
    """What moved the points."""
    points: int
    """What it adds to the balance; negative if it takes."""
    reason: EntryReason | None
    """Why a visit earned nothing."""
    raw: int
    """What the visit is worth before caps; negative if it was corrected, 0 of all that is no visit."""
    session_id: str | None
    """The session that was visited."""
    activity_id: str | None
    """The activity or facility that was visited."""
    batch_id: str | None
    """The batch that was exchanged or given back."""

    @classmethod
    def of(cls, entry: Entry, timezone: str) -> Self:
        return cls.copied(entry, at=rfc3339(entry.at_s, timezone))


class PointsView(ResponseBody):
    """What a person has of a program's points. Over all pages the entries add up to the balance."""

    program_id: str
    balance: int
    """What can be spent; negative while points are owed."""
    debt: int
    """Points that were taken back after they had been spent; what is earned next pays them."""
    unit_value_minor: int
    """What a point counts as in the books."""
    currency: CurrencyCode
    by_expiry: list[ExpiringPoints]
    """The points by when they end, soonest first."""
    next: AwardView | None
    """The cheapest open award that the balance does not reach; null if there is none."""
    entries: list[EntryView]
    """Newest first, 50 a page."""
    cursor: str | None
    """The query parameter of the next page; null on the last one."""
    damaged: int
    """How many entries of the page cannot be shown until they are mended; nothing is lost."""

    @classmethod
    def of(cls, found: PointsPage) -> Self:
        points, award = found.points, found.award
        return cls.copied(
            found,
            points,
            points.account,
            points.incentives,
            by_expiry=ExpiringPoints.each_of(points),
            next=AwardView.of(award, points.balance) if award else None,
            entries=[EntryView.of(entry, points.rules.timezone) for entry in found.entries],
            cursor=found.after or None,
        )


class PersonPointsView(ResponseBody):
    """A person's points of one program, as the hotline sees them."""

    program_id: str
    balance: int
    """What can be spent; negative while points are owed."""
    debt: int
    """Points that are owed."""
    by_expiry: list[ExpiringPoints]
    """The points by when they end, soonest first."""

    @classmethod
    def of(cls, points: PersonsPoints) -> Self:
        by_expiry = ExpiringPoints.each_of(points)
        return cls.copied(points, points.account, points.incentives, by_expiry=by_expiry)


class EarningView(ResponseBody):
    """What a reported visit earned at that moment; a repeat reads the same."""

    event_id: str
    program_id: str
    points: int
    """What was added to the person's points."""
    admitted: bool
    """Whether the visit counts. If not, it earns nothing for good."""
    reason: EntryReason | None
    """Why it earned nothing."""

    @classmethod
    def of(cls, event_id: str, report: Report) -> Self:
        return cls.copied(report, event_id=event_id, admitted=report.is_admitted)


class CorrectionView(ResponseBody):
    """A visit that counts no more."""

    event_id: str
    points: int
    """What was added to the person's points, 0 or less. It can be less than the visit earned: another visit counts in
    its place, which a cap had kept out."""
    voided: bool
    """Always true."""

    @classmethod
    def of(cls, event_id: str, correction: Correction) -> Self:
        return cls(event_id=event_id, points=correction.points, voided=True)

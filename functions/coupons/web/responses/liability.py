"""积分负债: what a program's points come to, for its operators."""

from __future__ import annotations

from typing import Self

from coupons.model.findings import AuditReport
from coupons.model.points_sums import ProgramPoints
from coupons.times import rfc3339
from coupons.web.responses.base import CurrencyCode, Moment, ResponseBody
from coupons.web.responses.money import AuditReportView


class LiabilityView(ResponseBody):
    """Points of all accounts that end together."""

    expires_at: Moment
    """The first second in which they no longer count."""
    points: int
    """How many."""
    amount_minor: int
    """What they count as, in minor units of the campaign's currency."""


class SumEquationView(ResponseBody):
    """Two numbers that should be so."""

    name: str
    """What should hold between `left` and `right`."""
    holds: bool
    """Whether it does. While points move, a number that was just counted may be a moment ahead of the other."""
    left: int
    """The number on the left."""
    right: int
    """The number on the right."""


class ProgramPointsView(ResponseBody):
    """The points of a program, as counted up to a moment ago."""

    program_id: str
    unit_value_minor: int
    """What a point counts as, in minor units."""
    currency: CurrencyCode
    as_of: Moment | None
    """When the newest counted entry was made; null: none is. It stands still while nothing happens."""
    liability: list[LiabilityView]
    """The points that count now, by when they end, soonest first."""
    earned: int
    """Points of visits, less corrections."""
    spent: int
    """Points of exchanges, less what was given back."""
    expired: int
    """Points that ended before they were spent."""
    debt: int
    """Points that are owed, by who had spent what a correction took back."""
    equations: list[SumEquationView]
    """They hold after each quiet minute."""
    audit: AuditReportView | None
    """What a recount of all accounts found; null: `recount` did not ask for it."""

    @classmethod
    def of(cls, found: ProgramPoints, audit: AuditReport | None) -> Self:
        liability = [
            LiabilityView(
                expires_at=rfc3339(ends_at_s, found.timezone),
                points=points,
                amount_minor=points * found.unit_value_minor,
            )
            for ends_at_s, points in found.liability.items()
        ]
        return cls.copied(
            found,
            found.sums,
            as_of=rfc3339(found.as_of_s, found.timezone) if found.as_of_s else None,
            liability=liability,
            equations=[SumEquationView.copied(one) for one in found.equations],
            audit=AuditReportView.from_report(audit) if audit else None,
        )

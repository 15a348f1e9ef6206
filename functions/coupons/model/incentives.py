"""积分: how a programme's visitors earn points, until when points hold, and who may report.

Days are calendar days in the campaign's time zone, and the first and the last day of a range are both inside it.
`points_rules.py` computes with it; `incentive_dates.py` says what a revision can no longer change.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations
from typing import Annotated, Literal, Self

from pydantic import ConfigDict, Field, model_validator

from coupons.fields import (
    DeclaredDay,
    Document,
    Id,
    Minor,
    PlacedFault,
    Points,
    PointsKind,
    refuse_all,
    twice,
    unknown,
)

LATE_DAYS_MAX = 31
LATEST = "9999-12-31"
CapWindow = Literal["day", "month", "year"]
"""A calendar day, month or year."""


class EndOfYear(Document):
    """Points of a year hold until a later year ends."""

    kind: Literal["end_of_year"]
    """The only kind of expiry."""
    years: Annotated[int, Field(ge=0, le=1)]
    """0: until the end of the year in which they are earned; 1: until the end of the year after it."""


class EarningRule(Document):
    """What one visit of a kind earns, on the days from `from` to `to`."""

    model_config = ConfigDict(serialize_by_alias=True)

    kind: PointsKind
    """What is rewarded; partners report it. `venue_booking` is what check-ins at facilities earn."""
    points: Points
    """What one earns, before multipliers and caps."""
    first_day: Annotated[DeclaredDay | None, Field(alias="from")] = None
    """The first day with this rule; absent, since ever."""
    last_day: Annotated[DeclaredDay | None, Field(alias="to")] = None
    """The last day with this rule; absent, for good."""

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.first_day and self.last_day and self.first_day > self.last_day:
            raise ValueError("to is before from")
        return self

    def holds_on(self, day: str) -> bool:
        return (self.first_day or "") <= day <= (self.last_day or LATEST)


class FirstOfKind(Document):
    """A person's first visit of each kind earns more, once."""

    kind: Literal["first_of_kind"]
    """For the first visit of each kind; no cap counts it."""
    points: Points
    """What it earns more."""


class Multiplier(Document):
    """On some days visits earn a multiple. Of two multipliers of a day the larger counts, never their product."""

    kind: Literal["multiplier"]
    """For visits on `days`."""
    basis_points: Annotated[int, Field(ge=10_000, le=1_000_000)]
    """The multiple, in 1/10,000: 20000 doubles. What is not a whole point is dropped."""
    days: Annotated[list[DeclaredDay], Field(min_length=1, max_length=366)]
    """The days on which it holds."""


Bonus = Annotated[FirstOfKind | Multiplier, Field(discriminator="kind")]


class Cap(Document):
    """What one person can earn in a calendar day, month or year, from some window on."""

    model_config = ConfigDict(serialize_by_alias=True)

    per: CapWindow
    """The window. Caps of days, months and years hold together."""
    most: Annotated[Points, Field(alias="max")]
    """The most points of a window. What is earned beyond it counts nothing."""
    first_day: Annotated[DeclaredDay, Field(alias="from")]
    """The first day of the first window with this cap: of a month its first day, of a year 1 January. It holds until a
    later row of the same window begins."""

    @model_validator(mode="after")
    def _begins_a_window(self) -> Self:
        begins = {"day": "", "month": "-01", "year": "-01-01"}[self.per]
        if not self.first_day.endswith(begins):
            first = {"month": "the first day of a month", "year": "1 January"}[self.per]
            refuse_all("Cap", [(("from",), f"must be {first}: a cap holds for whole windows")])
        return self


class Partner(Document):
    """A merchant whose visitors earn points."""

    partner_id: Id
    """Its `merchant_id`."""
    activity_ids: Annotated[list[Id], Field(max_length=500)] = []
    """The activities of this programme of which it reports visits. Check-ins at its own venues earn without."""
    kinds: Annotated[list[PointsKind], Field(min_length=1, max_length=20)]
    """The kinds of visit that it can report."""
    points_max: Points
    """The most points that its visitors earn in all, counting those that a correction took back."""
    points_max_per_day: Points | None = None
    """The most for visits of one day; absent, any number."""


class Incentives(Document):
    """积分: points for visits. What people could have earned by now stays as it is."""

    program_id: Id
    """The points that are earned; belongs to one campaign."""
    unit_value_minor: Minor
    """What a point counts as in the books."""
    expires: EndOfYear
    """Until when points hold."""
    late_days: Annotated[int, Field(ge=0, le=LATE_DAYS_MAX)] = 7
    """A visit can be reported until so many days after its own."""
    budget_points: Points
    """The most points that can ever be earned: all partners' `points_max` together are no more."""
    refund_grace_days: Annotated[int, Field(ge=0, le=366)] = 30
    """Points that are given back after they had expired hold for so many days more."""
    rules: Annotated[list[EarningRule], Field(min_length=1, max_length=50)]
    """What visits earn. Rules of one kind do not overlap."""
    bonuses: Annotated[list[Bonus], Field(max_length=50)] = []
    """What is earned more; at most one `first_of_kind`."""
    caps: Annotated[list[Cap], Field(max_length=100)] = []
    """What a person can earn at most."""
    partners: Annotated[list[Partner], Field(max_length=40)] = []
    """Who reports visits."""

    @model_validator(mode="after")
    def _whole(self) -> Self:
        refuse_all("Incentives", self._faults())
        return self

    @property
    def kinds(self) -> list[str]:
        """What is rewarded, each kind once."""
        return list(dict.fromkeys(rule.kind for rule in self.rules))

    @property
    def first_of_kind_points(self) -> int:
        """What the first visit of a kind earns more."""
        return sum(one.points for one in self.bonuses if isinstance(one, FirstOfKind))

    def partner(self, partner_id: str | None) -> Partner | None:
        return next((one for one in self.partners if one.partner_id == partner_id), None)

    def points_of(self, kind: str, day: str) -> int | None:
        """What a visit of this kind earns on this day before all bonuses and caps; None if it earns nothing."""
        return next((rule.points for rule in self.rules if rule.kind == kind and rule.holds_on(day)), None)

    def basis_points_on(self, day: str) -> int:
        """The multiplier of a day."""
        return max(
            (one.basis_points for one in self.bonuses if isinstance(one, Multiplier) and day in one.days),
            default=10_000,
        )

    def cap(self, per: CapWindow, first_day: str) -> int | None:
        """The most of the window that begins on this day; None: any number."""
        rows = [one for one in self.caps if one.per == per and one.first_day <= first_day]
        return max(rows, key=lambda one: one.first_day).most if rows else None

    def _faults(self) -> Iterator[PlacedFault]:
        for (one, rule), (number, other) in combinations(enumerate(self.rules), 2):
            if rule.kind == other.kind and not _apart(rule, other):
                yield ("rules", number), f"overlaps rules.{one}: a visit of kind {rule.kind!r} would earn by both"
        firsts = [number for number, bonus in enumerate(self.bonuses) if isinstance(bonus, FirstOfKind)]
        for number in firsts[1:]:
            yield ("bonuses", number), f"bonuses.{firsts[0]} is a first_of_kind already"
        begun: dict[tuple[str, str], int] = {}
        for number, cap in enumerate(self.caps):
            before = begun.setdefault((cap.per, cap.first_day), number)
            if before != number:
                yield ("caps", number, "from"), f"caps.{before} begins there too"
        yield from twice("partners", "partner_id", (one.partner_id for one in self.partners))
        for number, partner in enumerate(self.partners):
            for place, kind in enumerate(partner.kinds):
                yield from unknown(("partners", number, "kinds", place), "rule of kind", kind, self.kinds)
        total = sum(one.points_max for one in self.partners)
        if total > self.budget_points:
            yield ("budget_points",), f"is less than all partners' points_max together, {total}"


def _apart(rule: EarningRule, other: EarningRule) -> bool:
    """Whether no day has both."""
    return (rule.last_day or LATEST) < (other.first_day or "") or (other.last_day or LATEST) < (rule.first_day or "")

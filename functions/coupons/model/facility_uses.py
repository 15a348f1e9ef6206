"""场馆使用: how often a facility was used, and what its venue is paid for it, by the lines of check-ins."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # a redemption marks its day, which holds such uses, and needs no programme
    from coupons.model.facilities import Facility, Venue


@dataclass(slots=True)
class FacilityUses:
    """Check-ins of one facility. Reversals count negative in the money, so parts add up; the visit has taken place."""

    subsidy_minor: int = 0
    """What funders pay the venue."""
    visits_by_slot: dict[str, int] = field(default_factory=dict)
    """By slot, named `yyyy-mm-dd.hhmm`: people checked in."""

    def take(self, slot: str, subsidy_minor: int, visits: int) -> None:
        """Add the check-ins of a slot."""
        self.subsidy_minor += subsidy_minor
        self.visits_by_slot[slot] = self.visits_by_slot.get(slot, 0) + visits

    def add(self, other: FacilityUses, sign: int = 1) -> None:
        """Add more check-ins; `sign` -1 subtracts them."""
        self.subsidy_minor += sign * other.subsidy_minor
        for slot, visits in other.visits_by_slot.items():
            self.visits_by_slot[slot] = self.visits_by_slot.get(slot, 0) + sign * visits

    @property
    def slots(self) -> int:
        """Slots in which somebody was checked in."""
        return sum(1 for visits in self.visits_by_slot.values() if visits)

    @property
    def visits(self) -> int:
        return sum(self.visits_by_slot.values())

    @property
    def whole(self) -> UsesTotal:
        return UsesTotal(self.slots, self.visits, self.subsidy_minor)


@dataclass(frozen=True, slots=True)
class UsesTotal:
    """The check-ins of one facility in all: those of a closed day, or of several."""

    slots: int = 0
    visits: int = 0
    subsidy_minor: int = 0

    def __add__(self, other: UsesTotal) -> UsesTotal:
        return UsesTotal(self.slots + other.slots, self.visits + other.visits, self.subsidy_minor + other.subsidy_minor)


@dataclass(frozen=True, slots=True)
class FacilityYear:
    """A facility's year until a day, for the bureau: how long its schedule was open, and how it was used."""

    facility: Facility
    venue: Venue
    days_open: int
    minutes_open: int
    uses: UsesTotal

    @classmethod
    def of(cls, facility: Facility, venue: Venue, uses: UsesTotal, first: date, end: date) -> FacilityYear:
        """From the day `first` to before `end`, by wall time and without the days on which it was closed."""
        minutes = [
            sum(len(row.starts_at_minutes()) * row.slot_minutes for row in facility.rows_on(day))
            for day in (first + timedelta(days=number) for number in range((end - first).days))
        ]
        return cls(facility, venue, sum(1 for one in minutes if one), sum(minutes), uses)


@dataclass(frozen=True, slots=True)
class VenueYear:
    """A page of a campaign's facilities; `after`: the last one if there are more. Days count before `end`."""

    campaign_id: str
    year: int
    currency: str
    end: date
    facilities: list[FacilityYear]
    after: str

"""What a process remembers of programmes.

The head of a programme is kept for one second (`fresh.py`): half a read unit a second, process and campaign. The
document that it names never changes, so it is kept until the head names another. Whose a name of slots is, is kept for
good.
"""

from __future__ import annotations

from dataclasses import dataclass

from coupons.clock import Clock
from coupons.model.programmes import Programme, ProgrammeHead
from coupons.process.fresh import Fresh
from coupons.refusals import NotFound
from coupons.stores.programmes import ProgrammeStore


@dataclass(frozen=True, slots=True)
class CurrentProgramme:
    """A campaign's programme, at most a second old."""

    campaign_id: str
    timezone: str
    document: Programme


class Programmes:
    def __init__(self, store: ProgrammeStore, clock: Clock) -> None:
        self._store = store
        self._heads: Fresh[str, ProgrammeHead | None] = Fresh(clock, store.head)
        self._documents: dict[str, CurrentProgramme] = {}
        self._owners: dict[str, str] = {}
        self._owners_of_points: dict[str, str] = {}

    def current(self, campaign_id: str) -> CurrentProgramme | None:
        """None: the campaign has no programme, or there is no such campaign. Raises Damaged."""
        head = self._heads.get(campaign_id)
        if head is None:
            return None
        kept = self._documents.get(campaign_id)
        if kept is None or kept.document.revision != head.revision:
            document = self._store.document(campaign_id, head)
            kept = CurrentProgramme(campaign_id, head.timezone, document)
            self._documents[campaign_id] = kept
        return kept

    def of_facility(self, facility_id: str) -> CurrentProgramme:
        """The programme that a name of slots belongs to; it may no longer have it. Raises NotFound, Damaged.

        Its head is read anew if the programme of a second ago lacks the name: a revision may have just brought it.
        """
        if facility_id not in self._owners:
            owner = self._store.owner(facility_id)
            if owner is None:
                raise NotFound(detail=f"No facility {facility_id!r}.")
            self._owners[facility_id] = owner
        campaign_id = self._owners[facility_id]
        found = self.current(campaign_id)
        if found is None or found.document.bookable(facility_id) is None:
            self.renew(campaign_id)
            found = self.current(campaign_id)
        if found is None:
            raise NotFound(detail=f"No facility {facility_id!r}.")
        return found

    def of_program(self, program_id: str) -> CurrentProgramme:
        """The programme whose visits earn these points. Raises NotFound, Damaged."""
        if program_id not in self._owners_of_points:
            owner = self._store.program_owner(program_id)
            if owner is not None:
                self._owners_of_points[program_id] = owner
        found = self.current(self._owners_of_points.get(program_id, ""))
        if found is None or found.document.incentives is None or found.document.incentives.program_id != program_id:
            raise NotFound(detail=f"No points of a program {program_id!r}.")
        return found

    def program_of(self, campaign_id: str) -> str | None:
        """The program of points of a campaign; None if its visits earn none. Raises Damaged."""
        found = self.current(campaign_id)
        return found.document.incentives.program_id if found and found.document.incentives else None

    def renew(self, campaign_id: str) -> None:
        """The head of a moment ago is kept from now on. Read strongly."""
        self._heads.get_now(campaign_id, lambda name: self._store.head(name, consistent=True))

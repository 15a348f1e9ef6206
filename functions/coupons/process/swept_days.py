"""What a process remembers of days whose missed slots were counted: while nothing is due, a minute reads none of it."""

from __future__ import annotations

from coupons.model.swept_days import DueMoments, FacilityDay, SweptDays, days_after, due_moments
from coupons.process.programmes import CurrentProgramme
from coupons.stores.swept_days import SweptDayStore
from coupons.times import day_of

DAYS_KEPT_MAX = 1_000


class SweptDayMemory:
    def __init__(self, store: SweptDayStore) -> None:
        self._store = store
        self._known: dict[str, SweptDays] = {}
        self._moments: dict[tuple[str, int, str], DueMoments] = {}

    def known(self, campaign_id: str) -> SweptDays:
        """What this process knows to be swept; more may be. Raises Damaged."""
        return self._known[campaign_id] if campaign_id in self._known else self.read(campaign_id)

    def read(self, campaign_id: str) -> SweptDays:
        """Strongly consistent. Raises Damaged."""
        return self.note(campaign_id, self._store.read(campaign_id))

    def note(self, campaign_id: str, swept: SweptDays) -> SweptDays:
        """This is known from now on."""
        self._known[campaign_id] = swept
        return swept

    def due(self, current: CurrentProgramme, swept: SweptDays, now_s: int) -> list[FacilityDay]:
        """The facilities' days that are due and not swept, oldest first."""
        days = days_after(swept.through, current.document, current.timezone, day_of(now_s, current.timezone))
        found = (
            FacilityDay(day, facility_id)
            for day in days
            for facility_id, due_s in self._due(current, day).items()
            if due_s <= now_s
        )
        return [one for one in found if one not in swept.marks]

    def is_set_back(self, current: CurrentProgramme, swept: SweptDays, now_s: int) -> bool:
        """A test clock was set back: what was swept is not due yet."""
        if swept.through >= day_of(now_s, current.timezone).isoformat():
            return True
        of_last = self._due(current, swept.through).values() if swept.through else ()
        marked = (self._due(current, one.day).get(one.facility_id, 0) for one in swept.marks)
        return any(due_s > now_s for due_s in [*of_last, *marked])

    def swept_through(self, current: CurrentProgramme, swept: SweptDays, now_s: int) -> str:
        """The last day that is over and swept, with all before it."""
        through, today = swept.through, day_of(now_s, current.timezone)
        for day in days_after(swept.through, current.document, current.timezone, today):
            facilities = self._due(current, day)
            if day == today.isoformat() or any(FacilityDay(day, name) not in swept.marks for name in facilities):
                break
            through = day
        return through

    def _due(self, current: CurrentProgramme, day: str) -> DueMoments:
        """A document's dates never change, so each is computed once."""
        campaign_id, document = current.campaign_id, current.document
        key = campaign_id, document.revision or 0, day
        if key not in self._moments:
            if len(self._moments) >= DAYS_KEPT_MAX:
                self._moments.clear()
            self._moments[key] = due_moments(campaign_id, current.timezone, document, day)
        return self._moments[key]

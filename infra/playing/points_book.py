"""What people's points must come to, worked out anew from the visits that stand, by rules written here again.

Of a program none of whose points ends while it is played.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from datetime import date
from typing import Any

from infra.playing.oracle import Document

VENUE_BOOKING = "venue_booking"
Visit = tuple[str, str, int]
"""Kind, day, quantity."""


class PointsBook:
    """`visits`: person → event → what it was, as it was admitted and not corrected. `spent`: exchanges that stand."""

    def __init__(self, programme: Document | None) -> None:
        self._rules: dict[str, Any] = (programme or {}).get("incentives") or {}
        self.visits: dict[str, dict[str, Visit]] = defaultdict(dict)
        self.spent: Counter[str] = Counter()
        self.reported: dict[str, int] = {}
        """Event → what its report was answered to earn."""
        self.checked_in: dict[str, str] = {}
        """Event of a check-in that earns → person."""
        self._corrected: set[str] = set()

    @property
    def program_id(self) -> str:
        """Empty: the season has no points."""
        return str(self._rules.get("program_id", ""))

    @property
    def unit_minor(self) -> int:
        """What a point counts as in the books."""
        return int(self._rules["unit_value_minor"])

    def rewards(self, partner_id: str | None, kind: str | None, day: str) -> bool:
        """Whether a check-in there earns."""
        kinds = [one["kinds"] for one in self._rules.get("partners", []) if one["partner_id"] == partner_id]
        return kind is not None and any(kind in of for of in kinds) and self._points(kind, day) > 0

    def entered(self, name: str, event: str, kind: str, day: str) -> None:
        """A door let the person in."""
        self.checked_in[event] = name
        self.visits[name][event] = (kind, day, 1)

    def heard(self, event: str, body: dict[str, Any], told: dict[str, Any], today: date) -> None:
        """A report was answered, the first time or again. Raises AssertionError at an answer that cannot be."""
        visited = date.fromisoformat(body["occurred_at"][:10])
        if event in self.reported:
            assert told["points"] == self.reported[event], f"{event}: {told} after {self.reported[event]} points"
            return
        self.reported[event] = told["points"]
        is_late = (today - visited).days > self._rules.get("late_days", 7)
        reason = "late" if is_late else "voided" if event in self._corrected else None
        others = (None, "allotment", "repeat", "cap") if reason is None else (reason,)
        assert told["reason"] in others, f"{event} of {visited} on {today}: {told}"
        assert told["admitted"] == (told["reason"] in (None, "cap")), f"{event}: {told}"
        if told["admitted"]:
            self.visits[body["person_id"]][event] = (body["kind"], visited.isoformat(), body["quantity"])

    def corrected(self, event: str) -> None:
        """Whether it was reported or comes later, it earns nothing."""
        self._corrected.add(event)
        for mine in self.visits.values():
            mine.pop(event, None)

    def earned(self, name: str) -> int:
        """Caps of days inside those of months inside those of the year; and once for each kind that stands."""
        days, kinds = Counter[str](), set[str]()
        for kind, day, quantity in self.visits[name].values():
            days[day] += self._points(kind, day) * quantity * self._multiple(day) // 10_000
            kinds.add(kind)
        months, years = Counter[str](), Counter[str]()
        for day, raw in days.items():
            months[day[:7]] += self._capped("day", day, raw)
        for month, points in months.items():
            years[month[:4]] += self._capped("month", f"{month}-01", points)
        of_years = sum(self._capped("year", f"{year}-01-01", points) for year, points in years.items())
        bonuses = self._rules.get("bonuses", [])
        first = sum(int(one["points"]) for one in bonuses if one["kind"] == "first_of_kind")
        return of_years + first * len(kinds)

    def balance(self, name: str) -> int:
        return self.earned(name) - self.spent[name]

    def _points(self, kind: str, day: str) -> int:
        rules = (one for one in self._rules.get("rules", []) if one["kind"] == kind)
        return next((int(one["points"]) for one in rules if _is_within(one, day)), 0)

    def _multiple(self, day: str) -> int:
        """In 1/10,000; of two the larger."""
        bonuses = (one for one in self._rules.get("bonuses", []) if one["kind"] == "multiplier")
        return max((int(one["basis_points"]) for one in bonuses if day in map(str, one["days"])), default=10_000)

    def _capped(self, per: str, first_day: str, points: int) -> int:
        """By the latest row that has begun."""
        rows = [one for one in self._rules.get("caps", []) if one["per"] == per and str(one["from"]) <= first_day]
        return min(points, int(max(rows, key=lambda one: str(one["from"]))["max"])) if rows else points


def _is_within(rule: dict[str, Any], day: str) -> bool:
    return str(rule.get("from") or "") <= day <= str(rule.get("to") or "9")

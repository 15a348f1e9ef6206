"""What people's points must come to, worked out anew from the visits that stand, by rules written here again."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, field

RULES = {"attendance": 5, "venue_booking": 10, "training": 15, "event": 30}
FIRST, DAY_MAX, MONTH_MAX, YEAR_MAX = 50, 60, 600, 3_000
DOUBLED = "2022-08-08"


@dataclass
class PointsBook:
    """`visits`: person → event → kind, day, quantity, as they were admitted and not corrected."""

    visits: dict[str, dict[str, tuple[str, str, int]]] = field(default_factory=lambda: defaultdict(dict))
    spent: Counter[str] = field(default_factory=Counter)
    """Points of exchanges that stand."""

    def earned(self, name: str) -> int:
        """Caps of days inside those of months inside those of the year; and 50 for each kind that stands."""
        days, kinds = Counter[str](), set[str]()
        for kind, day, quantity in self.visits[name].values():
            days[day] += RULES[kind] * quantity * (2 if day == DOUBLED else 1)
            kinds.add(kind)
        months = Counter[str]()
        for day, raw in days.items():
            months[day[:7]] += min(raw, DAY_MAX)
        return min(sum(min(one, MONTH_MAX) for one in months.values()), YEAR_MAX) + FIRST * len(kinds)

    def balance(self, name: str) -> int:
        return self.earned(name) - self.spent[name]

"""What happened to whom, and on which day: for one person's story, and for a line of each day."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, field

from coupons.times import day_of


@dataclass
class Diary:
    """`days`: by day how often each thing happened. `stories`: by person, moment and what it was."""

    timezone: str
    acts: list[tuple[int, str]] = field(default_factory=list)
    """Of operators."""
    days: dict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    stories: dict[str, list[tuple[int, str]]] = field(default_factory=lambda: defaultdict(list))

    def note(self, name: str, moment_s: int, what: str) -> None:
        """`what` begins with the thing that is counted."""
        self.stories[name].append((moment_s, what))
        self.count(moment_s, what.partition(" ")[0])

    def count(self, moment_s: int, what: str, number: int = 1) -> None:
        self.days[day_of(moment_s, self.timezone).isoformat()][what] += number

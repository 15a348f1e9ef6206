"""Whether all packs are gone in time, and what has to be raised so that they are: in words, and in rows."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from infra.rehearsal.asks import asks, checklist, support_case
from infra.rehearsal.compare import compared
from infra.rehearsal.report import Section, clock
from infra.rehearsal.run import Run, rehearsed
from infra.rehearsal.scenario import Scenario
from infra.rehearsal.search import KNOBS, Found, NoRemedyError, holds, recommended

PLACEMENTS = 5
"""In each of which the target has to hold, at least."""
Told = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Target:
    """All packs are gone so many seconds after the opening."""

    gone_by_s: int
    runs: tuple[Run, ...]
    """One a placement, the first one to its end."""
    found: Found | None = None
    raised: Run | None = None
    """The day with what was found, to its end."""
    no_remedy: str = ""

    @property
    def is_missed(self) -> bool:
        return not all(holds(run, self.gone_by_s) for run in self.runs)

    @property
    def sentences(self) -> Iterator[str]:
        run = self.runs[0]
        by = clock(run, self.gone_by_s)
        if not self.is_missed:
            yield f"Target met: all packs are gone by {by} in each of {len(self.runs)} placements of keys."
            return
        held = sum(holds(one, self.gone_by_s) for one in self.runs) or "none"
        yield f"Target missed: all packs are gone by {by} in {held} of {len(self.runs)} placements of keys."
        if self.no_remedy:
            yield f"No remedy was found: {self.no_remedy}."
        if self.found:
            gone = sorted(clock(run, one.gone_s or 0.0) for one in self.found.runs)
            at = gone[0] if gone[0] == gone[-1] else f"{gone[0]} to {gone[-1]}"
            yield f"With what is raised below they are gone at {at}, in each of {len(gone)} placements."
            yield self._spare(self.found)

    @staticmethod
    def _spare(found: Found) -> str:
        if found.too_large:
            return f"Less may do: a fifth less would hold too of {' and '.join(found.too_large)}."
        tried = ", ".join(f"{knob.value(found.wanted):,.0f} {knob.name}" for knob in found.raised)
        return f"Less does not do: a fifth less misses, tried with each of {tried}."

    def sections(self, *, is_listed: bool) -> Iterator[Section]:
        """What to raise, what it changes, and what is done when."""
        if self.found and self.raised:
            before = self.runs[0]
            rows = (
                (one.when, f"{one.now:,.0f}", f"{one.wanted:,.0f}", one.what)
                for one in asks(before.scenario, self.raised.scenario)
            )
            yield Section("What to raise", (), ("when", "now", "wanted", "what"), tuple(rows))
            yield compared("What that changes", [("as it is", before), ("raised", self.raised)])
            if is_listed:
                yield Section("Checklist", (), ("when", "what"), tuple(checklist(before.scenario, self.raised)))

    @property
    def support_case(self) -> str:
        if not self.raised:
            return f"Nothing is to be raised. {self.no_remedy}".strip() + "\n"
        return "\n".join([*support_case(self.runs[0].scenario, self.raised), ""])

    @property
    def numbers(self) -> dict[str, object]:
        """For machines."""
        wanted = self.found and {knob.name: knob.value(self.found.wanted) for knob in self.found.raised}
        return {
            "gone_by_s": self.gone_by_s,
            "gone_s": [one.gone_s for one in self.runs],
            "raised": wanted,
            "raised_gone_s": self.found and [one.gone_s for one in self.found.runs],
            "too_large": self.found and list(self.found.too_large),
        }


def aimed(runs: Sequence[Run], gone_by_s: int, told: Told, *, is_raised: bool) -> Target:
    """`runs`: those that were played to their end, of the first placements. `is_raised`: a remedy is searched."""
    first, play = runs[0], _Play(runs[0], gone_by_s, told)
    places = range(int(first.scenario.placement), int(first.scenario.placement) + max(PLACEMENTS, len(runs)))
    more = [play.exact(first.scenario.but("assumed", placement=place)) for place in places[len(runs) :]]
    target = Target(gone_by_s, (*runs, *more))
    if not (target.is_missed and is_raised):
        return target
    try:
        found = recommended(first.scenario, gone_by_s, play.rough, play.exact, places)
    except NoRemedyError as none:
        return Target(gone_by_s, target.runs, no_remedy=str(none))
    told("once more to its end, with what was found")
    return Target(gone_by_s, target.runs, found, rehearsed(first.release, found.wanted))


class _Play:
    """Rehearsals up to the target, each told in a line."""

    def __init__(self, run: Run, gone_by_s: int, told: Told) -> None:
        self._release, self._gone_by_s, self._told = run.release, gone_by_s, told
        self._number = 0

    def rough(self, scenario: Scenario) -> Run:
        return self._played(scenario.coarse(self._release.packs), "roughly")

    def exact(self, scenario: Scenario) -> Run:
        return self._played(scenario, f"placement {scenario.placement:.0f}")

    def _played(self, scenario: Scenario, how: str) -> Run:
        self._number += 1
        run = rehearsed(self._release, scenario, gone_by_s=self._gone_by_s)
        when = "missed" if run.gone_s is None else f"gone after {run.gone_s:.1f} s"
        self._told(f"rehearsal {self._number}, {how}: {_values(scenario)}: {when}, {run.claimed:,.0f} claimed")
        return run


def _values(scenario: Scenario) -> str:
    return ", ".join(f"{knob.value(scenario):,.0f} {knob.name}" for knob in KNOBS)

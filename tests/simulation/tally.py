"""What many seeds met: states, faults by request and actor, steps. Tallies of several processes add up."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from tests.simulation.faults import DOUBLED, KINDS, LATE
from tests.simulation.labels import NOT_REPEATED

STATES = (
    "drained",
    "raised while sealing",
    "reopened twice",
    "sold out",
    "last pack of a lease given back",
    "lease lapsed with packs",
    "conflict of transactions",
)
SHARE = 0.01
"""Of the seeds in which each state has to be met."""
ENOUGH = 1_200
"""Requests of a kind after which a fault that none of them met is an error."""
READS = ("read", "query", "count")


@dataclass
class Tally:
    seeds: int = 0
    requests: int = 0
    states: Counter[str] = field(default_factory=Counter)
    """Seeds in which each state was met."""
    sends: Counter[tuple[str, str]] = field(default_factory=Counter)
    """By actor and request, of those that could meet a fault."""
    faults: Counter[tuple[str, str, str]] = field(default_factory=Counter)
    """By actor, request and fault."""

    def sent(self, role: str, name: str, fault: str, *, is_quiet: bool) -> None:
        self.requests += 1
        if is_quiet:
            return
        self.sends[role, name] += 1
        if fault:
            self.faults[role, name, fault] += 1

    def add(self, other: Tally) -> None:
        self.seeds += other.seeds
        self.requests += other.requests
        for mine, theirs in ((self.states, other.states), (self.sends, other.sends), (self.faults, other.faults)):
            mine.update(theirs)

    def rare_states(self) -> list[str]:
        return [
            f"{name}: {self.states[name]} of {self.seeds}" for name in STATES if self.states[name] < SHARE * self.seeds
        ]

    def never(self) -> list[str]:
        """Faults that a request of an actor can meet and never met."""
        return [
            f"{fault} × {name} × {role}: 0 of {sends}"
            for (role, name), sends in sorted(self.sends.items())
            for fault in KINDS
            if sends >= ENOUGH and not self.faults[role, name, fault] and _is_reachable(name, fault)
        ]

    def lines(self) -> Iterator[str]:
        """The matrix and the states, as text."""
        yield f"{self.seeds:,} seeds, {self.requests:,} requests"
        yield from (f"  {name}: {self.states[name]:,} seeds" for name in STATES)
        yield f"{'actor':12}{'request':16}{'sent':>10}" + "".join(f"{kind:>12}" for kind in KINDS)
        for role, name in sorted(self.sends):
            yield f"{role:12}{name:16}{self.sends[role, name]:10,}" + "".join(self._cells(role, name))

    def _cells(self, role: str, name: str) -> Iterable[str]:
        for kind in KINDS:
            yield f"{self.faults[role, name, kind]:12,}" if _is_reachable(name, kind) else f"{'–':>12}"


def _is_reachable(name: str, fault: str) -> bool:
    """A read that is late or doubled is one that is lost, or a read; a give-back is not repeated by anybody."""
    if fault == DOUBLED and name in NOT_REPEATED:
        return False
    return not (fault in (LATE, DOUBLED) and name.startswith(READS))

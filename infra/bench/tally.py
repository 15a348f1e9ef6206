"""What attempts consumed, by outcome."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Literal

Outcome = Literal["claim", "repeat", "refusal", "busy"]
"""`busy`: refused as busy in all `worker.TRIES`."""


@dataclass(slots=True)
class Spent:
    """Requests and units of `attempts` attempts."""

    attempts: int = 0
    requests: int = 0
    writes: float = 0.0
    reads: float = 0.0

    def add(self, attempts: int, requests: int, writes: float, reads: float) -> None:
        self.attempts += attempts
        self.requests += requests
        self.writes += writes
        self.reads += reads

    def __add__(self, other: Spent) -> Spent:
        both = Spent()
        for part in (self, other):
            both.add(part.attempts, part.requests, part.writes, part.reads)
        return both

    def each(self, amount: float) -> float:
        """`amount` an attempt; 0 without attempts."""
        return amount / self.attempts if self.attempts else 0.0


@dataclass(slots=True)
class Played:
    """The results of a turn, of one environment or of all."""

    spent: dict[str, Spent] = field(default_factory=dict)
    """By outcome; claims before leases stopped growing are apart, as `ramp`."""
    claimed: list[int] = field(default_factory=list)
    """People who got a fresh claim."""
    refused: list[int] = field(default_factory=list)
    tried_again: int = 0
    """Attempts that were `busy` or got no answer."""
    needless: int = 0
    """Requests of refusals that are not allowed; see `needless`."""

    def of(self, outcome: str) -> Spent:
        return self.spent.setdefault(outcome, Spent())


def together(plays: Iterable[Played]) -> Played:
    """The sum of several results."""
    whole = Played()
    for play in plays:
        for outcome, spent in play.spent.items():
            whole.spent[outcome] = whole.of(outcome) + spent
        whole.claimed += play.claimed
        whole.refused += play.refused
        whole.tried_again += play.tried_again
        whole.needless += play.needless
    return whole


def needless(requests: Iterable[tuple[float, str]], allowed: dict[str, float]) -> int:
    """The number of requests `(second, kind)` that refusals of one environment sent and that are not allowed.

    `allowed`: the least seconds between two requests of a kind; the first of such a kind is always allowed.
    """
    last_s: dict[str, float] = {}
    count = 0
    for at_s, kind in requests:
        if kind not in allowed or (kind in last_s and at_s - last_s[kind] < allowed[kind]):
            count += 1
        last_s[kind] = at_s
    return count

"""The first table: one spike of people, played by each protocol in turns of about two seconds.

    turn 1: floor, ours, textbook, sharded   turn 2: ours, textbook, sharded, floor   …   then the latecomers

Each protocol has its own batch and its own time: an attempt takes 10 ms of its environment's clock (people.Size), which
stops while the others play. All environments play a turn at once; their pace is measured by this machine's clock.
Halfway one environment of ours is replaced and its leased packs are stranded, so that there is something to reclaim.
"""

from __future__ import annotations

import statistics
from collections.abc import Callable
from dataclasses import dataclass, field

from coupons.clock import LEASE_S
from coupons.model.drained import SCHEDULE_S, returns_at_s
from coupons.process.services import Services
from coupons.schedule.minute import run_schedule
from infra.bench.batches import count
from infra.bench.crew import Crew
from infra.bench.people import Size, dealt, latecomers, spike
from infra.bench.tally import Played, Spent, together
from infra.bench.worker import Replace, Turn
from infra.set_clock import SetClock

WAYS = ("floor", "ours", "textbook", "sharded")
RECLAIMS_MAX = 6
OTHERS_LATE = 5
"""The other protocols refuse only every fifth latecomer: all would take a minute and show the same requests."""


@dataclass
class Row:
    """A row of the first table. `unsold_*`: packs nobody holds; None if nothing can bring them back."""

    way: str
    packs: int
    spike: Played
    late: Played
    back: Played = field(default_factory=Played)
    """Attempts after the reclaim by people who had been refused."""
    counted: int = 0
    tokens: int = 0
    unsold_before: int = 0
    unsold_after: int | None = None
    paces: list[float] = field(default_factory=list)
    """Claims a second by turn; only turns without a refusal."""
    pace: float = 0.0
    """Median of the ratios to the floor in the same turn."""

    @property
    def ramp(self) -> Spent:
        return self.spike.of("ramp")

    @property
    def steady(self) -> Spent:
        return self.spike.of("claim")

    @property
    def claims(self) -> Spent:
        return self.ramp + self.steady

    @property
    def oversold(self) -> int:
        return max(self.counted - self.packs, 0)

    @property
    def double(self) -> int:
        """People who got a fresh claim twice, and tokens of two claims."""
        told = together([self.spike, self.late, self.back]).claimed
        return len(told) - len(set(told)) + self.counted - self.tokens


class Spike:
    """`env` and `clock` belong to the operator, who reclaims; `say` prints progress."""

    def __init__(self, crew: Crew, services: Services, clock: SetClock, size: Size, say: Callable[[str], None]) -> None:
        self._crew, self._services, self._clock, self._size, self._say = crew, services, clock, size, say
        self._rows = {way: Row(way, size.packs, Played(), Played()) for way in WAYS}
        self._now_s = dict.fromkeys(WAYS, clock.now_s)

    def play(self, seed: int) -> list[Row]:
        """All rows, after spike, latecomers and reclaim."""
        slices = spike(self._size, seed)
        for number, people in enumerate(slices):
            self._say(f"spike, turn {number + 1} of {len(slices)}")
            if number == len(slices) // 2:
                self._crew.play([Replace()])
            shift = number % len(WAYS)
            for way in WAYS[shift:] + WAYS[:shift]:
                self._spike_turn(self._rows[way], people)
        for way in WAYS[1:]:  # without stock nobody is too late
            self._say(f"latecomers of {way}")
            self._now_s[way] += LEASE_S
            late = latecomers(self._size)
            self._rows[way].late, _ = self._turn(way, late if way == "ours" else late[::OTHERS_LATE])
        self._say("count, reclaim")
        for row in self._rows.values():
            row.unsold_before = self._unsold(row)
        self._reclaim(self._rows["ours"])
        for row in self._rows.values():
            row.pace = relative(row.paces, self._rows["floor"].paces)
        return list(self._rows.values())

    def _turn(self, way: str, people: list[int]) -> tuple[Played, float]:
        parts = [Turn(way, self._now_s[way], part, self._size.attempt_s) for part in dealt(people, len(self._crew))]
        plays, elapsed_s = self._crew.play(parts)
        self._now_s[way] += self._size.attempt_s * len(parts[0].people)
        return together(plays), elapsed_s

    def _spike_turn(self, row: Row, people: list[int]) -> None:
        played, elapsed_s = self._turn(row.way, people)
        row.spike = together([row.spike, played])
        if not played.refused:
            claims = played.of("claim") + played.of("ramp")
            row.paces.append(claims.attempts / elapsed_s)

    def _unsold(self, row: Row) -> int:
        counted = count(self._services, self._services.cache.batch(row.way))
        row.counted, row.tokens = counted.claims, counted.tokens
        return max(row.packs - row.counted, 0)

    def _reclaim(self, row: Row) -> None:
        """Minutes of the schedule pass and refused people come back, until the batch is `sold_out`."""
        waiting = [*row.spike.refused, *row.late.refused]
        for _ in range(RECLAIMS_MAX):
            self._pass_schedule()
            if self._services.cache.control_now(row.way).sold_out:
                break
            row.back = together([row.back, self._turn(row.way, waiting)[0]])
        row.unsold_after = self._unsold(row)

    def _pass_schedule(self) -> None:
        """Runs minute by minute until our packs have returned."""
        self._clock.now_s = self._now_s["ours"]
        until_s = returns_at_s(self._services.cache.control_now("ours"), int(self._clock.now_s))
        while self._clock.now_s <= until_s:
            self._clock.now_s = (self._clock.now_s // SCHEDULE_S + 1) * SCHEDULE_S
            run_schedule(self._services, int(self._clock.now_s), self._clock.now_s + SCHEDULE_S)
        self._now_s["ours"] = self._clock.now_s + 1


def relative(paces: list[float], floor: list[float]) -> float:
    """The median of the ratios, turn by turn; 0 without turns."""
    ratios = [pace / by for pace, by in zip(paces, floor, strict=False)]
    return statistics.median(ratios) if ratios else 0.0

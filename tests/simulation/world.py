"""One seed: everybody at once with faults, then quiet, then the batch closes and the books add up."""

from __future__ import annotations

import hashlib
import marshal
from collections.abc import Callable
from dataclasses import dataclass
from random import Random
from typing import Any
from unittest.mock import patch

from botocore.exceptions import ClientError

from coupons.process import leases
from coupons.process.minutes import MinuteReport
from coupons.refusals import Busy, Drained, NotOpen, Refusal
from infra.virtual.answers import Request
from infra.virtual.chance import Chance
from infra.virtual.client import Service
from infra.virtual.hub import Hub
from infra.virtual.writes import Place
from tests.simulation.actors import Environment, Operator, Schedule
from tests.simulation.aims import ANY, Aim
from tests.simulation.books import Books
from tests.simulation.endings import TICK_S, check_closed, check_expired, check_reclaimed
from tests.simulation.faults import Faults
from tests.simulation.labels import label
from tests.simulation.scenes import CLOSES_AT, OPENS_AT, PEOPLE_MAX, scene
from tests.simulation.tally import Tally
from tests.world import seconds

QUIET_TICKS = 4
QUANTITIES = (3, 4, 5, 6, 8, 11, 24)
KINDS = ("stock",) * 7 + ("limited", "priced", "granted")
SHARE = 3
"""In place of 16: small batches have leases of several packs too."""
EXPIRED_S = 15 * 86_400
"""Coupons are valid for 14 days."""


@dataclass(frozen=True)
class Outcome:
    """Of one seed. `trace`: of every request, its parameters, its answer and its time."""

    seed: int
    trace: str
    tally: Tally


class SimulatedWorld:
    def __init__(self, seed: int, aim: Aim = ANY) -> None:
        self.seed = seed
        self.aim = aim
        self.hub = Hub()
        self.chance = Chance(seed)
        self.tally = Tally(seeds=1)
        rng = self.rng = self.chance.stream("scene")
        kind = aim.kind or rng.choice(KINDS)
        quantity = aim.quantity or rng.choice(QUANTITIES)
        self.scene = scene(kind, quantity)
        self.people = min(quantity * 2 + rng.randrange(8), PEOPLE_MAX) if kind != "granted" else quantity
        self.faults = Faults.swarm(self.chance.stream("swarm"))
        self.faults.likely = aim.likely
        if aim.late_s:
            self.faults.late_s = aim.late_s
        self.closes_after_s = seconds(CLOSES_AT) - seconds(OPENS_AT)
        self.closes_in_rush = rng.random() < 0.2
        self.begins_s = self.closes_after_s - rng.uniform(60, 240) if self.closes_in_rush else -1.0
        self.starts_at_s = seconds(OPENS_AT) + self.begins_s
        store = self.scene.stored(lambda: self.hub.now_s)
        self.books = Books(self.scene, store.items)
        self.service = Service(self.hub, store, applied=self._applied)
        self._trace = hashlib.blake2b(digest_size=12)
        self._environments: list[Environment] = []
        self._schedules: list[Schedule] = []
        self._made = 0
        self._phase = "rush"
        """Who meant to come again in another one stays away."""
        self._moments: list[tuple[str, Callable[[], None]]] = []
        self._expected: dict[int, str] = {}
        """In quiet minutes: who has not been told anything yet, and for which batch they asked."""
        self._more = False

    def run(self) -> Outcome:
        """Raises AssertionError when something does not hold."""
        try:
            self._rush()
            self._be_quiet()
            self._close()
            if self.rng.random() < 0.12:
                self._expire()
        finally:
            self.hub.close()
        assert not self.hub.undead, f"a dead process sent {self.hub.undead}"
        self.tally.states.update(name for name, times in self.books.states.items() if times)
        if self.service.conflicts:
            self.tally.states["conflict of transactions"] += 1
        return Outcome(self.seed, self._trace.hexdigest(), self.tally)

    # With faults

    def _rush(self) -> None:
        """People, ticks and an operator, all with faults, for a few minutes."""
        rng, length_s = self.rng, self.aim.length_s or self.rng.choice((70, 130, 190, 250, 310, 370))
        self._environments_max = rng.randint(2, 6)
        ticks = self._plan_ticks(length_s)
        for number in range(self.people):
            for _ in range(rng.choice((1, 1, 2, 3))):
                self._press(self._when(rng, ticks, length_s), number, self._wanted(rng))
        for _ in range(rng.choice((0, 1, 1, 2, 3))):
            self._plan_operator(rng, ticks, length_s)
        self.hub.run(until_s=length_s)
        self._phase = "quiet"
        while self.hub.processes:
            self.hub.run(until_s=self.hub.now_s + 20)

    def _plan_ticks(self, length_s: float) -> list[float]:
        """Once a minute, sometimes not at all, sometimes twice."""
        rng = self.chance.stream("ticks")
        first = TICK_S - self.starts_at_s % TICK_S
        minutes = [first + TICK_S * number for number in range(int(length_s // TICK_S) + 1)]
        ticks = [minute + rng.uniform(0, 2) for minute in minutes if rng.random() > 0.08]
        ticks += [tick + rng.uniform(0, 4) for tick in ticks if rng.random() < 0.25]
        for tick in ticks:
            self.hub.at(tick, lambda: self._schedule(rng).invoke_tick())
        return ticks

    def _schedule(self, rng: Random) -> Schedule:
        """One that was called before, or a new one."""
        idle = [one for one in self._schedules if one.is_idle]
        if idle and rng.random() < 0.7:
            return rng.choice(idle)
        self._schedules.append(Schedule(self, self._name("schedule")))
        return self._schedules[-1]

    @staticmethod
    def _when(rng: Random, ticks: list[float], length_s: float) -> float:
        """At the opening, around a tick (what is sealed, counted or reopened is then), or at any time."""
        chance = rng.random()
        if chance < 0.45:
            return rng.expovariate(1.0)
        if chance < 0.8 and ticks:
            return rng.choice(ticks) + rng.gauss(0, 2.0)
        return rng.uniform(0, length_s)

    def _wanted(self, rng: Random) -> str:
        return "sister" if "sister" in self.scene.batches and rng.random() < 0.1 else "pack"

    def _press(self, when_s: float, number: int, batch_id: str) -> None:
        phase = self._phase
        self.hub.at(when_s, lambda: self._dispatch(number, batch_id) if phase == self._phase else None)

    def _dispatch(self, number: int, batch_id: str) -> None:
        """An idle environment, a new one, or a moment later."""
        idle = [one for one in self._environments if one.is_idle]
        if idle and (self.rng.random() < 0.85 or len(self._environments) >= self._environments_max):
            environment = self.rng.choice(idle)
        elif len(self._environments) < self._environments_max:
            environment = Environment(self, self._name("environment"))
            self._environments.append(environment)
        else:
            self._environments = [one for one in self._environments if one.is_alive]
            self._press(self.hub.now_s + self.rng.uniform(0.1, 0.6), number, batch_id)
            return
        environment.invoke(lambda: environment.claim(number, batch_id))

    def _plan_operator(self, rng: Random, ticks: list[float], length_s: float) -> None:
        """At a moment of the protocol, around a tick, or at any time."""
        more, act = rng.randint(1, 4), rng.random()

        def work() -> None:
            operator = Operator(self, self._name("operator"))
            if act < 0.75:
                operator.invoke(lambda: operator.raise_by(more))
            elif act < 0.93:
                operator.invoke(operator.pause_and_resume)
            else:
                operator.invoke(operator.stop)

        chance = rng.random()
        if chance < 0.5 or self.aim.moment:
            moment = self.aim.moment or rng.choice(
                ("read shards", "begin sealing", "seal", "mark sealed", "count", "mark drained")
            )
            self._moments.append((moment, work))
        else:
            self.hub.at(self._when(rng, ticks, length_s) if chance < 0.8 else rng.uniform(0, length_s), work)

    def _name(self, role: str) -> str:
        self._made += 1
        return f"{role}-{self._made}"

    # What happened

    def _applied(self, operation: str, request: Request, answer: Any) -> None:
        self.note(operation, request, answer.response if isinstance(answer, ClientError) else answer)
        self.books.applied(operation, request, answer)
        if self._moments:
            name = label(operation, request)
            for moment in self._moments:
                if moment[0] == name:
                    self._moments.remove(moment)
                    self.hub.after(0.0, moment[1])
                    break

    def note(self, *facts: Any) -> None:
        """A line of the trace."""
        # Version 2 writes what an object says, and not which objects are the same.
        self._trace.update(marshal.dumps((self.hub.now_s, *facts), 2))

    def told(self, number: int, batch_id: str, place: Place, token: str) -> None:
        self.note("told", number, token)
        self._expected.pop(number, None)
        self.books.told(place, token)

    def refused(self, number: int, batch_id: str, refusal: Refusal) -> None:
        self.note("refused", number, refusal.slug)
        if self.faults.is_quiet:
            assert not isinstance(refusal, Busy), f"busy, though nothing is wrong: {refusal}"
            self._expected.pop(number, None)
        elif self._phase == "quiet":
            return
        elif isinstance(refusal, (Busy, NotOpen)) and self.rng.random() < 0.7:
            self._press(self.hub.now_s + self.rng.uniform(0.5, 3), number, batch_id)
        elif isinstance(refusal, Drained) and self.rng.random() < 0.4:
            self._press(self.hub.now_s + refusal.retry_after_s, number, batch_id)

    def scheduled(self, report: MinuteReport) -> None:
        self.note("scheduled", [did["step"] for did in report.did])
        self._more = report.more

    # Without faults

    def _be_quiet(self) -> None:
        """Everything that is late arrives; the schedule runs; everybody comes once more and is told something."""
        self.hub.run(until_s=self.hub.now_s + self.faults.late_s[1])
        self.faults.is_quiet = True
        self._moments.clear()
        operator = Operator(self, self._name("operator"))
        operator.invoke(operator.resume)
        self._tick(QUIET_TICKS)
        if self.scene.batches["pack"].from_stock:
            check_reclaimed(self)
        self._environments, self._environments_max = [], 2
        self._expected = dict.fromkeys(range(self.people), "pack")
        for number in range(self.people):
            self._press(self.hub.now_s + number, number, "pack")
        self.hub.run(until_s=self.hub.now_s + PEOPLE_MAX + 5)
        assert not self._expected, f"told nothing: {self._expected}"
        self._tick(QUIET_TICKS)
        if self.scene.batches["pack"].from_stock:
            check_reclaimed(self)

    def _tick(self, times: int) -> None:
        for _ in range(times):
            schedule = Schedule(self, self._name("schedule"))
            schedule.invoke_tick()
            self.hub.run(until_s=self.hub.now_s + TICK_S + 1)

    def _close(self) -> None:
        """The batch is over: every pack is claimed or in the stock."""
        left_s = self.closes_after_s - self.begins_s - self.hub.now_s
        if left_s > -10:
            self.hub.run(until_s=self.hub.now_s + left_s + 10)
        self._tick(3)
        check_closed(self)

    def _expire(self) -> None:
        """The coupons expire, with faults and then without: what no coupon can cost any more is given back."""
        self.hub.run(until_s=self.hub.now_s + EXPIRED_S)
        self.faults.is_quiet = False
        rng = self.chance.stream("expiry")
        for number in range(3):
            self.hub.after(number * TICK_S, lambda: self._schedule(rng).invoke_tick())
        self.hub.run(until_s=self.hub.now_s + 3 * TICK_S)
        while self.hub.processes:
            self.hub.run(until_s=self.hub.now_s + 20)
        self.hub.run(until_s=self.hub.now_s + self.faults.late_s[1])
        self.faults.is_quiet = True
        self._tick(3)
        check_expired(self)


def simulated(seed: int, aim: Aim = ANY) -> Outcome:
    with patch.object(leases, "SHARE", SHARE):
        return SimulatedWorld(seed, aim).run()

"""A rehearsal: ten million people against a gate that is arithmetic, and one in ten of those who pass runs real code.

    run = rehearsed(release, scenario)

Every tenth of a second the crowd presses. Gateway and Lambda let a share of it through; of those, one in `weight`
becomes a person, whose claim runs in an environment of `stack.py`. What became of each press is counted by second, and
twice: as an outcome, and by where everybody is.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from time import process_time

from coupons.metering import Consumed
from infra.rehearsal.crowd import BIN_S, BINS_A_SECOND, EARLY_S, NOTHING, Crowd, Person, arrivals
from infra.rehearsal.limits import WHOLE, Gateway, Scaling
from infra.rehearsal.scenario import Release, Scenario
from infra.rehearsal.stack import Environment, Stack
from infra.virtual.hub import Hub

OPENS_S = EARLY_S
TICK_S, TICK_AT_S = 60, 1.0
"""The schedule begins so long after each full minute."""
LONGEST_S = 900
TOLD_NONE = ("drained", "sold-out", "closed", "stopped")
Seconds = defaultdict[int, float]


@dataclass
class Run:
    """What happened. Seconds count from the opening; people and requests are those of the whole crowd."""

    release: Release
    scenario: Scenario
    weight: int
    outcomes: dict[str, Seconds] = field(default_factory=lambda: defaultdict(lambda: defaultdict(float)))
    """Presses of a claim by what became of them, and `attempts`, all of them."""
    other: Seconds = field(default_factory=lambda: defaultdict(float))
    """Other requests, and how many of them the gateway let through."""
    other_passed: Seconds = field(default_factory=lambda: defaultdict(float))
    claims_s: list[float] = field(default_factory=list)
    """When each claim was answered; each stands for `weight`."""
    waits_s: dict[str, list[float]] = field(default_factory=lambda: {"claimed": [], "told": []})
    """From the first press, or the opening, until the person has read it."""
    gone_s: float | None = None
    """The first person reads that all packs are handed out."""
    billed_s: float = 0.0
    environments: int = 0
    used: dict[str, Seconds] = field(default_factory=lambda: defaultdict(lambda: defaultdict(float)))
    """By limit of a table, units: of its hottest partition, and of all."""
    balance: list[tuple[float, float]] = field(default_factory=list)
    """Each second: attempts less their outcomes and what is under way; people less where they all are."""
    units: Consumed = field(default_factory=Consumed)
    """Of those who ran code."""
    refused: dict[str, Seconds] = field(default_factory=lambda: defaultdict(lambda: defaultdict(float)))
    """By limit, requests that it refused: of the crowd by `gateway` and `lambda`, of code by tables."""
    people: dict[str, float] = field(default_factory=dict)
    cpu_s: float = 0.0

    @property
    def claimed(self) -> float:
        return sum(self.outcomes["claimed"].values())

    @property
    def stranded(self) -> float:
        """Packs that environments had leased and nobody had claimed when the first person read that all are gone."""
        return self.release.packs - self.weight * len(self._before_gone)

    @property
    def lag_s(self) -> float:
        """From the last pack before that until then."""
        return (self.gone_s or 0.0) - max(self._before_gone, default=0.0)

    @property
    def _before_gone(self) -> list[float]:
        return [at_s for at_s in self.claims_s if self.gone_s is None or at_s < self.gone_s]


def rehearsed(
    release: Release,
    scenario: Scenario,
    told: Callable[[float, float], None] = lambda _s, _packs: None,
    gone_by_s: float | None = None,
) -> Run:
    """`told`: each second, with the time and the packs that are claimed.

    `gone_by_s`: only whether the packs are gone so soon is of interest; the day ends there, or when they are.
    """
    began_s = process_time()
    rehearsal = _Rehearsal(release, scenario, told, gone_by_s)
    rehearsal.play()
    rehearsal.run.cpu_s = process_time() - began_s
    return rehearsal.run


class _Rehearsal:
    def __init__(
        self, release: Release, scenario: Scenario, told: Callable[[float, float], None], gone_by_s: float | None
    ) -> None:
        self.hub = Hub()
        self.weight = scenario.weight_for(release.packs)
        self.run = Run(release, scenario, self.weight)
        self.scenario = scenario
        self.stack = Stack(self.hub, release, scenario, self.weight, OPENS_S)
        self.crowd = Crowd(scenario.people, scenario.habits, OPENS_S, self.weight, self.stack.chance.stream("crowd"))
        self._told, self._gone_by_s = told, gone_by_s
        self._gateway = Gateway(scenario.gateway_rate, scenario.burst)
        self._lambda = Scaling(scenario.environments_most, scenario.provisioned, by_requests=bool(scenario.rps_ramp))
        self._keys = self.stack.chance.stream("people")
        self._idle = [self.stack.environment() for _ in range(int(scenario.provisioned / self.weight))]
        for environment in self._idle:
            environment.is_cold = False
        self._in_use = 0
        self._live = 0
        """Requests under way."""
        self._turn = 0.0
        self._arrivals = dict(arrivals(scenario.habits))

    def play(self) -> None:
        for minute_s in range(OPENS_S, OPENS_S + LONGEST_S, TICK_S):
            self.hub.at(minute_s + TICK_AT_S, self.stack.tick)
        now = 0
        while True:
            if now % BINS_A_SECOND == 0 and self._is_over(now):
                break
            self._press(now)
            now += 1
            self.hub.run(until_s=now * BIN_S)
        self.hub.close()
        self._conclude()

    def _is_over(self, now: int) -> bool:
        """Checks that nobody was lost, each second; True once nobody waits."""
        waiting, run, crowd = self.crowd.waiting(now), self.run, self.crowd
        attempts = sum(run.outcomes["attempts"].values())
        outcomes = sum(sum(by.values()) for name, by in run.outcomes.items() if name != "attempts")
        under_way = crowd.admitted + self.weight * self._live
        everybody = crowd.claimed + crowd.left + crowd.gave_up + waiting
        run.balance.append((attempts - outcomes - under_way, crowd.people - everybody))
        self._told(now * BIN_S - OPENS_S, run.claimed)
        if self._gone_by_s is not None:
            return run.gone_s is not None or now * BIN_S > OPENS_S + self._gone_by_s
        is_time = now * BIN_S > OPENS_S + self.scenario.window_s
        return is_time and (waiting < self.weight or now * BIN_S > OPENS_S + LONGEST_S)

    # The gate

    def _press(self, now: int) -> None:
        """Everybody who presses in this bin meets gateway and Lambda."""
        pressing, known = self.crowd.due(now)
        second, run = self._second(now * BIN_S), self.run
        numbers = sum(people for *_, people in pressing)
        claims = numbers + self.weight * len(known)
        other = self.scenario.other * self.scenario.people * self._arrivals.get(second, 0.0) * BIN_S
        through = self._gateway.admit(claims + other, BIN_S) / (claims + other) if claims + other else 1.0
        passed = self._lambda.admit(claims * through, BIN_S)
        share = passed / claims if claims else 0.0
        run.other[second] += other
        run.other_passed[second] += other * through
        run.outcomes["attempts"][second] += claims
        run.outcomes["gateway"][second] += numbers * (1 - through)
        run.outcomes["lambda"][second] += numbers * (through - share)
        for pressed, tries, people in pressing:
            self.crowd.turned_away(pressed, tries, people * (1 - share), now)
        persons = self._persons(pressing, share) + self._admitted(known, through, share, now)
        for place, person in enumerate(persons):
            self._live += 1
            self.crowd.in_flight += not person.is_told
            self.hub.at((now + (place + 0.5) / len(persons)) * BIN_S, partial(self._serve, person))

    def _persons(self, pressing: list[tuple[int, int, float]], share: float) -> list[Person]:
        """One for each `weight` people who are admitted for the first time, evenly over the lines."""
        persons, crowd = list[Person](), self.crowd
        for pressed, tries, people in pressing:
            crowd.admitted += people * share
            while crowd.admitted >= self.weight - NOTHING:
                crowd.admitted -= self.weight
                key = self._keys.getrandbits(128).to_bytes(16, "big")
                persons.append(Person(key, max(pressed + self._keys.random(), OPENS_S), tries))
        return persons

    def _admitted(self, known: list[Person], through: float, share: float, now: int) -> list[Person]:
        """Of persons, the same share; the rest comes again."""
        admitted = []
        for person in known:
            self._turn += share
            if self._turn >= 1:
                self._turn -= 1
                admitted.append(person)
                continue
            by_gateway = self._keys.random() * (1 - share) < 1 - through
            self._count("gateway" if by_gateway else "lambda", now * BIN_S)
            self.crowd.comes_again(person, now * BIN_S)
        return admitted

    # Who passed

    def _serve(self, person: Person) -> None:
        """In an environment that is idle, or a new one, or in none: Lambda has no more."""
        now_s, weight = self.hub.now_s, self.weight
        if not self._lambda.start(self._in_use * weight, weight):
            self._ends(person)
            self._count("lambda", now_s)
            self.crowd.comes_again(person, now_s)
            return
        environment = self._idle.pop() if self._idle else self._new_environment()
        self._in_use += 1

        def answered(outcome: str, back_s: float | None) -> None:
            self._in_use -= 1
            self._idle.append(environment)
            self.run.billed_s += weight * (self.hub.now_s - now_s)
            self._hear(person, outcome, back_s)

        environment.serve(person.key, answered)

    def _new_environment(self) -> Environment:
        self.run.environments += self.weight
        return self.stack.environment()

    def _hear(self, person: Person, outcome: str, back_s: float | None) -> None:
        """The person reads the answer, or never does."""
        now_s, run = self.hub.now_s, self.run
        self._ends(person)
        self._count(outcome, now_s)
        waited_s = max(now_s - person.pressed_s, 0.0) + self.scenario.network_s
        if outcome == "claimed":
            run.claims_s.append(now_s - OPENS_S)
        if outcome in ("claimed", "repeat"):
            if self.crowd.has_pack(person, now_s):
                run.waits_s["claimed"].append(waited_s)
        elif outcome in TOLD_NONE:
            if run.gone_s is None:
                run.gone_s = now_s - OPENS_S
            if not person.is_told:
                run.waits_s["told"].append(waited_s)
            self.crowd.has_none(person, now_s, back_s)
        else:
            self.crowd.comes_again(person, now_s, back_s)

    def _ends(self, person: Person) -> None:
        self._live -= 1
        self.crowd.in_flight -= not person.is_told

    def _count(self, outcome: str, now_s: float) -> None:
        self.run.outcomes[outcome][self._second(now_s)] += self.weight

    def _second(self, now_s: float) -> int:
        return int((now_s + 1e-6) // 1) - OPENS_S

    def _conclude(self) -> None:
        run, crowd, throughput = self.run, self.crowd, self.stack.throughput
        run.units = self.stack.meter.take()
        run.people = {"claimed": crowd.claimed, "left": crowd.left, "gave up": crowd.gave_up}
        for name in ("gateway", "lambda"):
            run.refused[name] = run.outcomes[name]
        for (table, kind, is_whole, second), requests in throughput.refused.items():
            run.refused[f"{table} {kind}s{'' if is_whole else ', partition'}"][second - OPENS_S] += (
                requests * self.weight
            )
        for (table, kind, place, second), units in throughput.consumed.items():
            name = f"{table} {kind}s" if place == WHOLE else f"{table} {kind}s, partition"
            now = second - OPENS_S
            run.used[name][now] = max(run.used[name][now], units * self.weight)

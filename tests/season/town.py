"""The town: the real handlers on a watched engine, a clock that jumps from one appointment to the next.

Several environments serve, each with its own caches and leases; any request goes to any of them. Now and then an answer
is lost on its way and the same request comes again.
"""

from __future__ import annotations

import heapq
import itertools
import random
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import draw
import expire
from coupons.process.services import replace_services
from tests import due
from tests.logs import quiet
from tests.season.document import at_s
from tests.season.guard import Guard
from tests.world import Answered, Person, World

ENVIRONMENTS = 4
Appointment = Callable[[], None]


@dataclass
class Agenda:
    """What is due, by second; what was put in first comes first."""

    _due: list[tuple[int, int, Appointment]] = field(default_factory=list)
    _numbers: itertools.count[int] = field(default_factory=itertools.count)

    def put(self, moment_s: float, appointment: Appointment) -> None:
        heapq.heappush(self._due, (int(moment_s), next(self._numbers), appointment))

    def take(self) -> tuple[int, Appointment] | None:
        if not self._due:
            return None
        moment_s, _, appointment = heapq.heappop(self._due)
        return moment_s, appointment


class Town:
    """Everything happens at an appointment; the person who is served makes the next ones."""

    def __init__(self, seed: int) -> None:
        self.rng = random.Random(seed)
        self.engine = Guard()
        self.world = World(self.engine, settings={"STAGE": "local"})
        self.agenda = Agenda()
        self.calls: Counter[str] = Counter()
        """Requests by route, and what became of them: `PUT … 201`."""
        self._environments = [self.world.new_services(seed=seed + place) for place in range(ENVIRONMENTS)]
        self.world.clock.advance(at_s(-1, "20:00") - self.world.clock.wall)

    @property
    def now_s(self) -> int:
        return self.world.now_s

    def play(self) -> None:
        """Every appointment, in the order of time."""
        with quiet():
            while (due := self.agenda.take()) is not None:
                moment_s, appointment = due
                self.world.clock.advance(max(moment_s - self.world.clock.wall, 0))
                appointment()

    def later(self, by_s: float, appointment: Appointment) -> None:
        self.agenda.put(self.now_s + by_s, appointment)

    def chance(self, percent: float) -> bool:
        return self.rng.random() * 100 < percent

    def ask(self, who: Person, route: str, path: dict[str, str] | None = None, **request: Any) -> Answered:
        """Any environment answers."""
        self._serve()
        answer = who.send(route, path, **request)
        self.calls[f"{route} {answer.status}"] += 1
        assert not self.engine.offence, f"{route} {path} {request}: {self.engine.offence}"
        assert answer.status < 500, f"{route} {path} {request}: {answer.text}"
        return answer

    def put(self, who: Person, route: str, path: dict[str, str], body: Any) -> Answered:
        """Ask; sometimes the answer is lost on the way, and the repeat must find what was written."""
        answer = self.ask(who, route, path, body=body)
        if answer.status == 201 and self.chance(4):
            self.world.clock.advance(self.rng.choice([0, 1, 3]))
            again = self.ask(who, route, path, body=body)
            assert (again.status, again.is_replay, again.json) == (200, True, answer.json), again.text
        return answer

    def tick(self) -> list[dict[str, Any]]:
        """The minute of the schedule and of draws, to its end."""
        return [*self._minute(expire.handler), *self._minute(draw.handler)]

    def _minute(self, handler: Callable[[dict[str, Any], Any], dict[str, Any]]) -> list[dict[str, Any]]:
        did: list[dict[str, Any]] = []
        for _ in range(20):
            self._serve()
            report = handler({}, None)
            self.calls["schedule"] += 1
            did += report["did"]
            due.assert_nothing_is_missing(self.engine.items, self.now_s)
            if not report["more"]:
                return did
        raise AssertionError(f"the schedule comes to no end: {did}")

    def _serve(self) -> None:
        replace_services(self.rng.choice(self._environments))

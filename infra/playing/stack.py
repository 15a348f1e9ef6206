"""A stack of no machines: the handlers over a store in memory, a clock that goes from one appointment to the next.

Several environments serve, each with its own caches and leases; any request goes to any of them. What a network and a
service do to them is in `faults.py`, and a client repeats what was not answered, as the contract tells it to.
"""

from __future__ import annotations

import heapq
import io
import itertools
import logging
import os
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, redirect_stdout
from functools import reduce
from typing import Any

import count
import draw
import events
import expire
from coupons.metering import Consumed, Meter
from coupons.process.services import Services, replace_services
from coupons.refusals import Busy
from coupons.sealing import Keys
from coupons.stores.bus import Bus
from coupons.stores.failed_records import FailedRecords
from infra.local.tables import create_tables
from infra.playing.bus import RecordedBus
from infra.playing.faults import Faults, Killed, Unreliable
from infra.playing.gateway import Answered, Person, event, send
from infra.playing.guard import Guard
from infra.playing.streams import shards
from infra.set_clock import SetClock
from infra.virtual.chance import Chance
from infra.virtual.files import MemoryFiles

ENVIRONMENTS = 4
CALLS_MAX = 60
"""Of the schedule, until nothing is due."""
TRIES_MAX = 20
"""Of one request, until it is answered."""
TWICE = 10
"""Per cent of the streams' events that come twice."""
RELAYED = 100
"""Records that the relay gets at once: its BatchSize in template.yaml."""
NAMED = {"POWERTOOLS_SERVICE_NAME": "play", "POWERTOOLS_METRICS_NAMESPACE": "CouponSeason/play"}
"""By what metrics are named, which Lambda would set."""
Appointment = Callable[[], None]


class InternalError(AssertionError):
    """A handler answered 500: something is stored that cannot be."""


def added(one: Consumed, other: Consumed) -> Consumed:
    return Consumed(
        one.requests + other.requests, one.write_units + other.write_units, one.read_units + other.read_units
    )


class Added(Meter):
    """Keeps what its process consumed after each request has taken it."""

    def __init__(self) -> None:
        super().__init__()
        self.whole = Consumed()

    def take(self) -> Consumed:
        taken = super().take()
        self.whole = added(self.whole, taken)
        return taken


class Stack:
    """Everything happens at an appointment; who is served makes the next ones."""

    def __init__(self, seed: int, starts_at_s: float) -> None:
        chance = Chance(seed)
        self.rng = chance.stream("town")
        self.clock = SetClock(starts_at_s)
        self.store = Guard(self.clock.monotonic_s)
        self.faults = Faults(chance.stream("faults"))
        self.bus = RecordedBus(self.faults)
        self.keys = Keys({1: b"a season that is played, and worth nothing"})
        self.calls: Counter[str] = Counter()
        """Requests by route and status: `PUT … 201`."""
        self.repeated = False
        """Whether the last request was sent more than once."""
        self.minutes = 0
        """Of the schedule."""
        self.after_minute: list[Appointment] = []
        """What looks at the items after each minute of the schedule."""
        self._chance = chance.stream("environments")
        self._born = itertools.count()
        names = create_tables(self.store)
        self._settings = {f"{name.removesuffix('Table').upper()}_TABLE": table for name, table in names.items()}
        self._settings |= {"STAGE": "local", "SWEEP_WORKERS": "1", "EXPECTED_ENVIRONMENTS": "8"}
        self._files = MemoryFiles()
        self._meters = list[Added]()
        self._environments = [self._environment() for _ in range(ENVIRONMENTS)]
        self._due: list[tuple[int, int, Appointment]] = []
        self._appointed = itertools.count()

    @property
    def now_s(self) -> int:
        return int(self.clock.now_s)

    @property
    def consumed(self) -> Consumed:
        """By all processes of the season."""
        return reduce(added, (meter.whole for meter in self._meters))

    @property
    def services(self) -> Services:
        """Those of some environment, to read with."""
        return self._environments[0]

    def _environment(self) -> Services:
        """A process that begins: nothing cached, nothing leased."""
        number, meter, client = next(self._born), Added(), Unreliable(self.store, self.faults)
        self._meters.append(meter)
        rng = Chance(f"{number}/{self._chance.random()}").stream("process")
        services = Services(
            self._settings,
            clock=self.clock,
            keys=self.keys,
            boto_client=client,
            rng=rng,
            meter=meter,
            pause=self._pause,
            name=lambda: f"{rng.getrandbits(96):024x}",
        )
        services.bus = Bus(self.bus, "bus")
        services.failed_records = FailedRecords(self.bus, "queue")
        services.draw_files = self._files
        return services

    def _pause(self, for_s: float) -> None:
        self.clock.now_s += for_s

    # Time

    def at(self, moment_s: float, appointment: Appointment) -> None:
        heapq.heappush(self._due, (int(moment_s), next(self._appointed), appointment))

    def later(self, for_s: float, appointment: Appointment) -> None:
        self.at(self.now_s + for_s, appointment)

    def play(self) -> None:
        """Every appointment has been kept, in the order of time; what comes too late is kept at once."""
        while self._due:
            moment_s, _, appointment = heapq.heappop(self._due)
            self.clock.now_s = max(self.clock.now_s, moment_s)
            appointment()

    def chance(self, percent: float) -> bool:
        return self.rng.random() * 100 < percent

    # Requests

    def ask(
        self, who: Person, route: str, path: dict[str, str] | None = None, body: Any = None, **query: str
    ) -> Answered:
        """The answer, of whichever environment; what is busy, broken off or lost is asked for again."""
        made, lost = event(route, path, claims=who.claims, body=body, query=query or None), None
        for tries in range(TRIES_MAX):
            answer, self.repeated = self._answer(made), tries > 0
            self.calls[f"{route} {answer.status}"] += 1
            assert not self.store.offence, f"{route} {path}: {self.store.offence}"
            if answer.status == 500:
                raise InternalError(f"{route} {path} answers {answer.text}")
            if lost is not None and answer.status < 300:
                found = (answer.status, answer.is_replay, answer.json)
                assert found == (200, True, lost.json), f"{route} {path} answers {lost.text}, then {answer.text}"
            is_lost = answer.status < 300 and self.faults.loses_answer(route)
            if answer.status != 503 and not is_lost:
                return answer
            lost = answer if answer.status == 201 else lost
            self.clock.now_s += min(2**tries, 8) * self._chance.random()
        raise AssertionError(f"{route} {path} is never answered")

    def read(self, who: Person, route: str, path: dict[str, str] | None = None, **query: str) -> dict[str, Any]:
        """What is there."""
        answer = self.ask(who, route, path, None, **query)
        assert answer.status == 200, f"{route} {path}: {answer.text}"
        return dict(answer.json)

    def _answer(self, made: dict[str, Any]) -> Answered:
        place = self._chance.randrange(ENVIRONMENTS)
        replace_services(self._environments[place])
        try:
            with self.faults.near_requests():
                return send(made)
        except Killed:
            self._environments[place] = self._environment()
            return Answered(503, {}, '{"message":"Service Unavailable"}')

    def stream(self) -> None:
        """What the streams brought since the last call is on the bus and in the statistics, some of it twice."""
        for event_of_shard in shards(self.store.take()):
            for _ in range(2 if self.chance(TWICE) else 1):
                for start in range(0, len(event_of_shard["Records"]), RELAYED):
                    self._relay(event_of_shard["Records"][start : start + RELAYED])
                replace_services(self._environments[self._chance.randrange(ENVIRONMENTS)])
                count.handler(event_of_shard, None)

    def _relay(self, records: list[dict[str, Any]]) -> None:
        """As Lambda does: sent again until they are put."""
        for _ in range(TRIES_MAX):
            place = self._chance.randrange(ENVIRONMENTS)
            replace_services(self._environments[place])
            try:
                with self.faults.near_requests():
                    events.handler({"Records": records}, None)
                return
            except Busy:
                self.faults.tally["stream: records sent again"] += 1
            except Killed:
                self._environments[place] = self._environment()
        raise AssertionError(f"the events of {len(records)} records are never put")

    def tick(self) -> list[dict[str, Any]]:
        """What the schedule and draws did until nothing was left to do."""
        self.minutes += 1
        return [*self._until_done(expire.handler), *self._until_done(draw.handler)]

    def _until_done(self, handler: Callable[[dict[str, Any], Any], dict[str, Any]]) -> list[dict[str, Any]]:
        did = list[dict[str, Any]]()
        for _ in range(CALLS_MAX):
            replace_services(self._environments[self._chance.randrange(ENVIRONMENTS)])
            report = handler({}, None)
            did += report["did"]
            for look in self.after_minute:
                look()
            if not report["more"]:
                return did
        raise AssertionError(f"a schedule comes to no end: {did}")


@contextmanager
def quiet() -> Iterator[None]:
    """The functions log nothing, and their metrics go nowhere."""
    logging.disable(logging.INFO)
    for name, value in NAMED.items():
        os.environ.setdefault(name, value)
    try:
        with redirect_stdout(_Nowhere()):
            yield
    finally:
        logging.disable(logging.NOTSET)


class _Nowhere(io.TextIOBase):
    def write(self, text: str) -> int:
        return len(text)

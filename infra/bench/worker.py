"""One environment: a process that receives its part of each turn through a pipe, and plays it."""

from __future__ import annotations

import random
import signal
from dataclasses import dataclass
from multiprocessing.connection import Connection

from coupons.metering import Meter
from coupons.process.fresh import FRESH_S
from coupons.process.refusal_counter import FLUSH_S
from coupons.refusals import Busy
from coupons.stores import dynamodb, keys
from coupons.stores.attributes import encode
from infra.bench.batches import bench_services
from infra.bench.people import key_of
from infra.bench.protocols import Floor, Ours, Sharded, Textbook, Way
from infra.bench.tally import Outcome, Played, needless
from infra.bench.trickle import Trickle, trickle
from infra.bench.watch import Growth, Watch, WatchedClient
from infra.set_clock import SetClock

TRIES = 6
"""A person who gets `busy` tries again at once; the consumption of all tries counts."""
ALLOWED = {"control": FRESH_S, "totals": FLUSH_S, "seconds": FLUSH_S}
"""Requests that refusals may send, with the least seconds between two: control item and both counts of refusals."""


@dataclass(frozen=True, slots=True)
class Turn:
    """Attempts of these people from `at_s` on, one every `attempt_s` by the environment's clock."""

    way: str
    at_s: float
    people: list[int]
    attempt_s: float


@dataclass(frozen=True, slots=True)
class Replace:
    """The environment and its leases are lost, and a new one takes its place."""


class Worker:
    def __init__(self, settings: dict[str, str], number: int) -> None:
        self._settings = settings
        self._number = number
        self._meter, self._watch = Meter(), Watch()
        self._client = WatchedClient(dynamodb.client(), self._watch)
        # The first request resolves the endpoint and opens the connection; no protocol should pay for that.
        self._client.get_item(TableName=settings["CATALOG_TABLE"], Key=encode(keys.stock("none", 0)))
        self._clock = SetClock(0.0)
        services = bench_services(settings, self._clock, self._client, number, self._meter)
        self._ways: dict[str, Way] = {
            "textbook": Textbook(services, settings["CATALOG_TABLE"]),
            "sharded": Sharded(services, random.Random(number)),
            "floor": Floor(services),
        }
        self.replace()
        # What was read so far belongs to no attempt.
        self._meter.take()
        self._watch.take()

    def replace(self) -> None:
        self._watch.growth = Growth()
        services = bench_services(self._settings, self._clock, self._client, self._number, self._meter)
        self._ways["ours"] = Ours(services)

    def play(self, turn: Turn) -> Played:
        way, played = self._ways[turn.way], Played()
        refusals: list[tuple[float, str]] = []
        for place, number in enumerate(turn.people):
            self._clock.now_s = now_s = turn.at_s + place * turn.attempt_s
            outcome = self._attempt(way, key_of(number), int(now_s), played)
            kinds = self._watch.take()
            if outcome == "claim":
                played.claimed.append(number)
            elif outcome == "refusal":
                played.refused.append(number)
                refusals += [(now_s, kind) for kind in kinds]
            is_ramp = turn.way == "ours" and outcome == "claim" and self._watch.growth.ramping
            played.of("ramp" if is_ramp else outcome).add(1, *self._meter.take())
        played.needless = needless(refusals, ALLOWED)
        return played

    def trickle(self, wanted: Trickle) -> Played:
        played = trickle(wanted, self._settings, self._client)
        self._watch.take()
        return played

    @staticmethod
    def _attempt(way: Way, person: bytes, now_s: int, played: Played) -> Outcome:
        for _ in range(TRIES):
            try:
                return way.attempt(person, now_s)
            except Busy:
                played.tried_again += 1
        return "busy"


def serve(pipe: Connection, settings: dict[str, str], number: int) -> None:
    """Plays what comes through the pipe until it is closed."""
    # Ctrl-C reaches the whole process group; the parent stops its environments by closing their pipes.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    worker = Worker(settings, number)
    pipe.send(None)
    while True:
        try:
            wanted = pipe.recv()
        except EOFError:
            return
        if isinstance(wanted, Replace):
            worker.replace()
            pipe.send(Played())
        else:
            pipe.send(worker.play(wanted) if isinstance(wanted, Turn) else worker.trickle(wanted))

"""The claim protocol's real code under a scheduler that decides everything: order, time, losses, deaths.

Actors (Lambda environments, schedules, an operator) run in threads of which one moves at a time; each request to the
store is a point where the scheduler may let another go first, let time pass, lose the request or its answer, apply a
put late, or kill the actor. All chance comes from one seed, so a red run is red again. The store is moto: the baton
makes it atomic.

Assumed is what the protocol states: a request is applied within LATE_S of being sent or never; an invocation older than
the function's timeout is dead; clocks differ by at most SKEW_S.
"""

from __future__ import annotations

import random
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from botocore.exceptions import ClientError, ReadTimeoutError

from coupons.claim.eligibility import Citizen
from coupons.claim.packs import claim
from coupons.clock import FENCE_S, LEASE_S
from coupons.model.batches import Control
from coupons.operate.controls import pause, resume
from coupons.operate.publication import raise_quantity
from coupons.process.services import Services
from coupons.refusals import Busy, Refusal
from coupons.schedule.minute import run_schedule
from coupons.stores.keys import person_text
from tests.world import KEYS, World, a_batch, campaign

TIMEOUT_S = 10
SKEW_S = 1
LATE_S = FENCE_S - LEASE_S - TIMEOUT_S - 2 * SKEW_S
RUNS = 3
STEPS_MAX = 4_000


class Killed(BaseException):
    """The actor's process ends here: nothing in it runs on, no handler either."""


@dataclass(frozen=True)
class SkewedClock:
    world: World
    skew_s: float

    def wall_s(self) -> float:
        return self.world.clock.wall_s() + self.skew_s

    def monotonic_s(self) -> float:
        return self.world.clock.monotonic_s()


@dataclass
class Actor:
    name: str
    work: Callable[[Actor], None]
    turn: threading.Semaphore = field(default_factory=lambda: threading.Semaphore(0))
    is_done: bool = False
    killed: bool = False
    loses: bool = False
    """Its requests may be lost, late, or the last thing it did."""
    invoked_s: float | None = None
    error: BaseException | None = None


@dataclass(frozen=True)
class Late:
    apply: Callable[[], Any]
    until_s: float


class Simulation:
    """One seed. `run()` raises AssertionError when an invariant breaks."""

    def __init__(self, world: World, seed: int, *, packs: int, people: int) -> None:
        self.world = world
        self.rng = random.Random(seed)
        self.people = [f"p{number}" for number in range(people)]
        self.told: set[str] = set()
        self._actors: list[Actor] = []
        self.changed = False
        self._back = threading.Semaphore(0)
        self._late: list[Late] = []
        more = {"exclusive_group": "one", "closes_at": "2020-06-06T12:00:00+08:00"}
        world.publish(campaign(a_batch(quantity=packs, **more), a_batch("sister", quantity=4, **more)))
        queue = [*self.people, *self.rng.sample(self.people, people // 2)]
        self.rng.shuffle(queue)
        self._queue = queue

    def run(self) -> None:
        """Everybody at once, then quiet, then everybody without a pack comes once more, then the batch closes."""
        for number in range(3):
            self._spawn(f"env-{number}", self._claiming, loses=True)
        for number in range(2):
            self._spawn(f"schedule-{number}", self._scheduling)
        self._spawn("operator", self._operating)
        self._interleave()
        self._settle()
        self._check_exact("after the reclaim")
        self._queue = list(self.people)
        self._spawn("late-comers", self._claiming)
        self._interleave()
        self.world.clock.set("2020-06-06T12:00:01+08:00")
        self._settle()
        self._check_exact("after closing")

    def new_services(self) -> Services:
        """A process: its own caches, leases, chance and clock."""
        services = self.world.new_services(client=_Client(self, self.world.client), seed=self.rng.randrange(1 << 30))
        services.clock = SkewedClock(self.world, self.rng.uniform(-SKEW_S, SKEW_S))
        return services

    def _claiming(self, actor: Actor) -> None:
        services = self.new_services()
        while self._queue:
            person = self._queue.pop()
            batch_id = "sister" if self.rng.random() < 0.1 else "pack"
            actor.invoked_s = self.world.clock.wall
            with suppress(Refusal):
                claim(services, batch_id, Citizen(KEYS.person(person), None), int(services.clock.wall_s()))
                self.told.add(person)
            actor.invoked_s = None
            self.request(lambda: None)

    def _scheduling(self, _actor: Actor) -> None:
        for _ in range(RUNS):
            services = self.new_services()
            run_schedule(services, int(services.clock.wall_s()), float("inf"))
            self.request(lambda: None)

    def _operating(self, _actor: Actor) -> None:
        services = self.new_services()
        raising = [lambda: raise_quantity(services, "pack", self._control().quantity + 1, self.world.now_s)]
        pausing = [lambda: pause(services, "pack"), lambda: resume(services, "pack")]
        for operate in raising + (pausing if self.rng.random() < 0.3 else []):
            for _ in range(self.rng.randrange(40)):
                self.request(lambda: None)
            with suppress(Busy):
                operate()
        with suppress(Busy):
            resume(services, "pack")

    def request(self, send: Callable[[], Any], *, may_be_late: bool = False) -> Any:
        """Called by the actor that holds the baton: hand it over, and send when it comes back."""
        actor = self._current
        self._back.release()
        actor.turn.acquire()
        self._current = actor
        if actor.killed:
            raise Killed
        fate = self.rng.random() if actor.loses and may_be_late else 1.0
        if fate < 0.08:
            raise ReadTimeoutError(endpoint_url="lost request")
        if fate < 0.20:
            send()
            raise ReadTimeoutError(endpoint_url="lost answer")
        if fate < 0.30:
            self._late.append(Late(send, self.world.clock.wall + LATE_S))
            raise ReadTimeoutError(endpoint_url="applied late")
        if fate < 0.32:
            send()
            raise Killed
        return send()

    def _spawn(self, name: str, work: Callable[[Actor], None], *, loses: bool = False) -> None:
        actor = Actor(name, work, loses=loses)

        def live() -> None:
            actor.turn.acquire()
            self._current = actor
            try:
                work(actor)
            except Killed:
                actor.killed = True
            except BaseException as error:  # noqa: BLE001 - handed to the test's own thread
                actor.error = error
            actor.is_done = True
            self._back.release()

        threading.Thread(target=live, daemon=True, name=name).start()
        self._actors.append(actor)

    def _interleave(self) -> None:
        for _ in range(STEPS_MAX):
            living = [actor for actor in self._actors if not actor.is_done]
            if not living:
                self._actors.clear()
                return
            self._pass_time()
            actor = self.rng.choice(living)
            actor.turn.release()
            self._back.acquire()
            if actor.error is not None:
                raise actor.error
            if self.changed:
                self.changed = False
                self._check()
        raise AssertionError("the simulation does not end")

    def _pass_time(self) -> None:
        chance = self.rng.random()
        self._advance(0.0 if chance < 0.7 else self.rng.uniform(0, 2) if chance < 0.95 else self.rng.uniform(5, 20))

    def _advance(self, by_s: float) -> None:
        """Late puts land before their time is up, or never; invocations past their timeout die."""
        then = self.world.clock.wall + by_s
        for late in list(self._late):
            if late.until_s <= then or self.rng.random() < 0.1:
                self._late.remove(late)
                if self.rng.random() < 0.7:
                    self._apply(late)
        self.world.clock.advance(by_s)
        for actor in self._actors:
            if actor.invoked_s is not None and then - actor.invoked_s > TIMEOUT_S:
                actor.killed = True

    @staticmethod
    def _apply(late: Late) -> None:
        with suppress(ClientError):  # its condition refused it
            late.apply()

    def _settle(self) -> None:
        """Nobody claims; time passes and the schedule runs: sealed, past the fence, counted, reopened."""
        for _ in range(4):
            self._advance(61)
            run_schedule(self.world.new_services(), self.world.now_s, float("inf"))

    def _check(self) -> None:
        """At every moment: no pack too many, no person twice; `sold_out` only when every pack is claimed."""
        numbers = [int(item["n"]["N"]) for item in self._claim_items()]
        control = self._control()
        claims = numbers.count(self._number)
        assert claims <= control.quantity, f"oversold: {claims} claims of {control.quantity} packs"
        persons = [item["sk"]["S"] for item in self._claim_items()]
        assert len(persons) == len(set(persons)), "one person holds two packs of the group"
        if control.sold_out:
            assert claims == control.quantity, f"sold out with {control.quantity - claims} packs unclaimed"

    def _check_exact(self, when: str) -> None:
        """Nothing is lost: what is not claimed is in the stock. Nobody was told of a claim that is not there."""
        self._check()
        claims = [int(item["n"]["N"]) for item in self._claim_items()].count(self._number)
        remaining = sum(shard.remaining for shard in self.world.services.stock.shards("pack", 2))
        control = self._control()
        if control.drained_at_s or control.final or control.round > 1:
            assert control.state == "open"
            assert remaining + claims == control.quantity, f"{when}: {remaining} + {claims} != {control.quantity}"
        holders = {item["sk"]["S"] for item in self._claim_items()}
        told = {f"CLAIM#{person_text(KEYS.person(person))}" for person in self.told}
        assert told <= holders, "somebody was told of a claim that is not there"

    def _claim_items(self) -> list[dict[str, Any]]:
        """From the store's memory: it is asked after every write."""
        return [item for place, item in self.world.client.items.items() if place.table == "ClaimsTable"]

    def _control(self) -> Control:
        control = self.world.services.controls.get("pack", consistent=True)
        assert control is not None
        return control

    @property
    def _number(self) -> int:
        return self.world.services.cache.batch("pack").number


class _Client:
    """The store as an actor sees it: every request waits for its turn; a claim's put and a lease may go wrong."""

    def __init__(self, simulation: Simulation, real: Any) -> None:
        self._simulation = simulation
        self._real = real

    def __getattr__(self, name: str) -> Callable[..., Any]:
        real = getattr(self._real, name)

        def send(parameters: dict[str, Any]) -> Any:
            self._simulation.changed |= name not in ("get_item", "batch_get_item", "query")
            return real(**parameters)

        def call(**parameters: Any) -> Any:
            return self._simulation.request(lambda: send(parameters), may_be_late=_is_spike(name, parameters))

        return call


def _is_spike(operation: str, parameters: dict[str, Any]) -> bool:
    """The requests that are sent once: the claim's put, the lease, the give-back."""
    if operation == "put_item":
        return parameters["TableName"] == "ClaimsTable"
    return operation == "update_item" and "remaining" in parameters["UpdateExpression"]

"""Those who send requests: environments that claim, schedules, operators. Each is a process with a life of its own."""

from __future__ import annotations

from collections.abc import Callable
from random import Random
from typing import Any

from coupons.claim.eligibility import Citizen
from coupons.claim.packs import claim
from coupons.clock import SKEW_S
from coupons.operate.controls import pause, resume, stop
from coupons.operate.publication import raise_quantity
from coupons.process.services import Services
from coupons.refusals import Busy, Refusal
from coupons.schedule.minute import run_schedule
from coupons.stores import keys
from infra.virtual.answers import Request
from infra.virtual.client import Client, Course
from infra.virtual.clock import VirtualClock
from infra.virtual.hub import Process
from infra.virtual.writes import Place
from tests.simulation.faults import FUNCTION_S
from tests.simulation.labels import label
from tests.simulation.scenes import HOUSEHOLD, person
from tests.world import KEYS

WORK_S, SCHEDULE_FUNCTION_S, ADMIN_FUNCTION_S = 45.0, 60.0, 29.0
"""`expire.py`, and the timeouts of both functions in template.yaml."""


class Actor:
    """A process of a function: its services live from one invocation to the next, until it is killed."""

    role = ""
    function_s = 0.0
    may_be_far_off = False
    """Whether its wall clock may stand still while it is frozen, or be set back by more than two clocks may differ."""

    def __init__(self, world: Any, name: str) -> None:
        self.world = world
        self.name = name
        self.rng: Random = world.chance.stream(name)
        self.is_alive = True
        self.process: Process | None = None
        self._names = 0
        self._ends_at_s = 0.0
        self._slept_at_s = 0.0
        # A monotonic clock that stops while its process is frozen, or a wall clock that is set back: never both.
        # Nothing that a process could read would then tell it how old a lease is.
        self._stops = self.rng.random() < 0.5
        self.clock = VirtualClock(world.hub, world.starts_at_s, self.rng.uniform(-SKEW_S / 2, SKEW_S / 2))
        self.services = self._services()

    def _services(self) -> Services:
        scene = self.world.scene
        services = Services(
            scene.settings,
            clock=self.clock,
            keys=KEYS,
            boto_client=Client(self.world.hub, self.world.service, self._route),
            rng=Random(self.rng.getrandbits(64)),
            pause=self.world.hub.sleep,
            name=self._fresh_name,
        )
        for name, shared in scene.shared.items():
            getattr(services.cache, name).update(shared)
        return services

    def _fresh_name(self) -> str:
        self._names += 1
        return f"{self.name}-{self._names}"

    def _route(self, operation: str, request: Request) -> Course:
        name = label(operation, request)
        course, fault = self.world.faults.course(self, name, operation, request)
        self.world.tally.sent(self.role, name, fault, is_quiet=self.world.faults.is_quiet)
        return course

    # Invocations

    @property
    def is_idle(self) -> bool:
        return self.is_alive and (self.process is None or not self.process.is_alive)

    def invoke(self, work: Callable[[], None]) -> None:
        """An invocation; between two of them Lambda freezes the process."""
        hub = self.world.hub
        if self._stops:
            self.clock.stop_monotonic(hub.now_s - self._slept_at_s)
        self._ends_at_s = hub.now_s + self.function_s

        def invocation() -> None:
            work()
            self._slept_at_s = hub.now_s

        self.process = process = hub.spawn(self.name, invocation)
        self._time_out(process)

    def _time_out(self, process: Process) -> None:
        """Ends the invocation at its time, which a stall puts off."""

        def end() -> None:
            if self.world.hub.now_s < self._ends_at_s:
                self._time_out(process)
            elif process.is_alive:
                self._end(process)

        self.world.hub.at(self._ends_at_s, end)

    def _end(self, process: Process) -> None:
        self.is_alive = False
        process.end()

    # What faults do

    def kill_after(self, for_s: float) -> None:
        process = self.process
        assert process is not None
        self.world.hub.after(for_s, lambda: self._end(process))

    def rest_s(self) -> float:
        return max(self._ends_at_s - self.world.hub.now_s, 0.0)

    def stall(self, for_s: float, late_s: float) -> None:
        self._ends_at_s = max(self._ends_at_s, self.world.hub.now_s + for_s + late_s)

    def slept(self, for_s: float) -> None:
        if self._stops:
            self.clock.stop_monotonic(for_s)
        elif self.may_be_far_off and self.rng.random() < 0.3:
            self.clock.skew_s -= for_s

    def set_back(self) -> None:
        """Within what two clocks may differ by, or far where stock decides."""
        if self._stops:
            return
        if self.may_be_far_off and self.rng.random() < 0.5:
            self.clock.skew_s -= self.rng.uniform(30, 120)
        else:
            self.clock.skew_s = self.rng.uniform(-SKEW_S / 2, max(self.clock.skew_s, -SKEW_S / 2))


class Environment(Actor):
    """Claims for one person after the other."""

    role, function_s = "environment", FUNCTION_S

    @property
    def may_be_far_off(self) -> bool:
        """Not where it is the clock that ends claims: without leases, or as the batch closes. There two clocks are
        assumed to differ by `SKEW_S` at most."""
        return bool(self.world.scene.batches["pack"].from_stock and not self.world.closes_in_rush)

    def claim(self, number: int, batch_id: str) -> None:
        services, world = self.services, self.world
        lease = services.leases._leases.get(batch_id)
        if lease is not None and lease.held and not lease.is_live(self.clock):
            world.books.states["lease lapsed with packs"] += 1
        household = KEYS.person(f"home-{number // HOUSEHOLD}")
        try:
            found, _ = claim(services, batch_id, Citizen(person(number), None, household), int(self.clock.wall_s()))
        except Refusal as refusal:
            world.refused(number, batch_id, refusal)
        else:
            key = keys.claim(found.batch.claim_key, found.batch.buckets, person(number))
            world.told(number, batch_id, Place("ClaimsTable", key["pk"], key["sk"]), found.claim.token)


class Schedule(Actor):
    role, function_s = "schedule", SCHEDULE_FUNCTION_S

    def invoke_tick(self) -> None:
        self.invoke(self.tick)

    def tick(self) -> None:
        try:
            report = run_schedule(self.services, int(self.clock.wall_s()), self.clock.monotonic_s() + WORK_S)
        except Busy:
            return
        wrong = [did for did in report.did if did["step"] in ("broken", "damaged")]
        assert not wrong, f"the schedule reports {wrong}"
        self.world.scheduled(report)


class Operator(Actor):
    role, function_s = "operator", ADMIN_FUNCTION_S

    def raise_by(self, more: int) -> None:
        """As an operator would: to a number that they saw a moment before."""
        try:
            control = self.services.cache.control_now("pack")
            raise_quantity(self.services, "pack", control.quantity + more, int(self.clock.wall_s()))
        except Refusal:
            return

    def pause_and_resume(self) -> None:
        for act in (pause, resume):
            self.world.hub.sleep(self.rng.uniform(0, 3))
            try:
                act(self.services, "pack")
            except Refusal:
                continue

    def resume(self) -> None:
        try:
            resume(self.services, "pack")
        except Refusal:
            return

    def stop(self) -> None:
        try:
            stop(self.services, "pack", int(self.clock.wall_s()))
        except Refusal:
            return

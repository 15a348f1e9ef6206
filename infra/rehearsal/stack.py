"""The stack of a rehearsal in virtual time: a published batch, environments that claim, and the schedule."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from random import Random

from coupons.claim.eligibility import Citizen
from coupons.claim.packs import claim
from coupons.metering import Meter
from coupons.model.campaigns import Campaign
from coupons.model.shards import shards_for
from coupons.operate import campaigns, publication
from coupons.process.services import Services
from coupons.refusals import Drained, NotOpen, Refusal
from coupons.schedule.minute import run_schedule
from coupons.sealing import Keys
from coupons.stores import keys
from infra.local.tables import create_tables
from infra.rehearsal.limits import THROTTLED, Throughput, Warmth
from infra.rehearsal.scenario import Release, Scenario
from infra.virtual.answers import Request
from infra.virtual.chance import Chance
from infra.virtual.client import READS, Client, Course, Service
from infra.virtual.clock import VirtualClock
from infra.virtual.hub import Hub
from infra.virtual.store import Store

MASTER = Keys({1: b"for people who do not exist"})
SPREAD = 0.3
"""Of latencies: the standard deviation of their logarithm."""
SWEEPERS = 8
"""The schedule reads so many buckets at once; here one after the other, each in so much less time."""
SCHEDULE_WORK_S = 45.0


class Stack:
    """`release`, published and `weight` times smaller, in a store behind the limits of `scenario`."""

    def __init__(self, hub: Hub, release: Release, scenario: Scenario, weight: int, opens_s: int) -> None:
        self.hub, self.scenario, self.weight = hub, scenario, weight
        self.chance = Chance(int(scenario.seed))
        self.meter = Meter()
        """Of environments alone."""
        self._latency = self.chance.stream("latency")
        self._names = 0
        self.batch_id = release.batch_id
        self._start_s = release.opens_at_s - opens_s
        self._settings = {
            "STAGE": "rehearsal",
            "SWEEP_WORKERS": "1",
            "EXPECTED_ENVIRONMENTS": str(int(scenario.expected_environments / weight)),
            "CLAIMS_PER_BUCKET": str(max(int(scenario.claims_per_bucket / weight), 1)),
        }
        store = Store(lambda: hub.now_s)
        names = create_tables(store)
        self._settings |= {f"{name.removesuffix('Table').upper()}_TABLE": table for name, table in names.items()}
        cold = Warmth(writes_most=scenario.table_writes, reads_most=scenario.table_reads)
        warm = {names["CatalogTable"]: scenario.warmth, names["ClaimsTable"]: scenario.warmth}
        self.throughput = Throughput(
            lambda: hub.now_s,
            {table: warm.get(table, cold) for table in names.values()},
            scale=weight,
            placement=int(scenario.placement),
            stands_for=self._shard_charged,
        )
        self._service = self._behind_limits(store, 1.0)
        self._schedule_service = self._behind_limits(store, 1.0 / weight)
        self._shards = shards_for(int(scenario.expected_environments))
        self._shards_here = shards_for(int(self._settings["EXPECTED_ENVIRONMENTS"]))
        self._publish(store, release)
        self._schedule = self._services(self._schedule_service, Meter(), SWEEPERS)

    def _behind_limits(self, store: Store, weight: float) -> Service:
        """A request of the schedule is one; one of a person stands for `weight` of them."""
        limits = self.throughput

        def applied(operation: str, request: Request, answer: object) -> None:
            if getattr(answer, "response", {}).get("Error", {}).get("Code") != THROTTLED:
                limits.pay(operation, request, answer, weight)

        return Service(self.hub, store, admit=partial(limits.admit, weight=weight), applied=applied)

    def _shard_charged(self, pk: str) -> str:
        """One of the shards that a scaled one stands for, another one from moment to moment."""
        prefix = keys.stock(self.batch_id, 0)["pk"][:-1]
        if self._shards_here == self._shards or not pk.startswith(prefix):
            return pk
        here = int(pk.removeprefix(prefix))
        those = range(here, self._shards, self._shards_here)
        return f"{prefix}{those[int(self.hub.now_s * 1e5) % len(those)]}"

    def _publish(self, store: Store, release: Release) -> None:
        clock = VirtualClock(self.hub, self._start_s)
        services = Services(self._settings, clock=clock, keys=MASTER, boto_client=store, rng=Random(1), name=self._name)
        document = Campaign.model_validate(release.scaled(self.weight), strict=False)
        campaigns.apply(services, document.campaign_id, document, self._start_s)
        self.batch, *_ = publication.publish(services, release.batch_id, self._start_s)

    def _services(self, service: Service, meter: Meter, faster: float) -> Services:
        return Services(
            self._settings,
            clock=VirtualClock(self.hub, self._start_s),
            keys=MASTER,
            boto_client=Client(self.hub, service, partial(self._course, faster)),
            rng=Random(self.chance.stream(self._name()).random()),
            meter=meter,
            pause=self.hub.sleep,
            name=self._name,
        )

    def _course(self, faster: float, operation: str, _request: Request) -> Course:
        median_s = self.scenario.read_s if operation in READS else self.scenario.write_s
        took_s = median_s * self._latency.lognormvariate(0, SPREAD) / faster
        return Course(took_s / 2, took_s)

    def _name(self) -> str:
        self._names += 1
        return f"rehearsed-{self._names}"

    def tick(self) -> None:
        """The schedule of this minute runs, as a process."""
        services = self._schedule

        def work() -> None:
            now_s = int(services.clock.wall_s())
            report = run_schedule(services, now_s, services.clock.monotonic_s() + SCHEDULE_WORK_S)
            wrong = [did for did in report.did if did["step"] in ("broken", "damaged")]
            assert not wrong, f"the schedule reports {wrong}"

        self.hub.spawn("schedule", work)

    def environment(self) -> Environment:
        return Environment(self, self._services(self._service, self.meter, 1.0))


class Environment:
    """An environment of the claim function: one request at a time, its cache and its lease from one to the next."""

    def __init__(self, stack: Stack, services: Services) -> None:
        self.is_cold = True
        self._stack = stack
        self._services = services

    def serve(self, person: bytes, answered: Callable[[str, float | None], None]) -> None:
        """`answered`: with the outcome, and the seconds after which it asks to come back, if it does."""
        stack = self._stack
        starts_s = stack.scenario.cpu_s + (stack.scenario.cold_s if self.is_cold else 0.0)
        self.is_cold = False

        def work() -> None:
            services = self._services
            back_s: float | None = None
            try:
                _, was_claimed = claim(
                    services, stack.batch_id, Citizen(person, None, person), int(services.clock.wall_s())
                )
                outcome = "repeat" if was_claimed else "claimed"
            except Refusal as refusal:
                outcome = refusal.slug
                if isinstance(refusal, (NotOpen, Drained)):
                    back_s = float(refusal.retry_after_s)
            answered(outcome, back_s)

        stack.hub.spawn("environment", work, after_s=starts_s)

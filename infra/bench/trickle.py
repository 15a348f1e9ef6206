"""The second table: low demand that suddenly stops, at many environments, by a simulated clock.

A lease of one pack costs a unit at each claim and strands nothing; a larger lease is cheaper and strands the packs it
still holds. The table shows that quiet environments pay two units a claim and busy ones strand about a second's worth.
"""

from __future__ import annotations

import heapq
import random
from dataclasses import dataclass
from typing import Any

from coupons.claim import packs
from coupons.claim.eligibility import Citizen
from coupons.clock import FENCE_S
from coupons.metering import Meter
from coupons.process.services import Services
from coupons.schedule.reclaim import reclaim
from infra.bench.batches import bench_services, missing
from infra.bench.people import key_of
from infra.bench.tally import Played
from infra.set_clock import SetClock

QUANTITY = 20_000


@dataclass(frozen=True, slots=True)
class Trickle:
    """`environments`, each with a claim every `interval_s` on average (exponential), until `claims` in all are made."""

    interval_s: float
    environments: int
    claims: int
    opens_at_s: int

    @property
    def batch_id(self) -> str:
        return f"trickle-{int(self.interval_s * 1000)}ms"


@dataclass(frozen=True, slots=True)
class Trickled:
    """A row of the second table."""

    trickle: Trickle
    played: Played
    stranded: int
    """Packs neither claimed nor in stock when the demand had stopped."""
    lost: int
    """The same after the reclaim that follows the closing."""


def trickles(opens_at_s: int, packs: int) -> list[Trickle]:
    """From fifty claims a second and environment down to one in five minutes; fewer rows for a small bench."""
    share = min(packs / 10_000, 1.0)
    rows = ((0.02, 20, 3_000), (0.2, 20, 800), (2, 40, 600), (10, 40, 600), (60, 40, 600), (300, 40, 600))
    return [Trickle(interval_s, n, max(int(claims * share), n), opens_at_s) for interval_s, n, claims in rows]


def trickle(wanted: Trickle, settings: dict[str, str], client: Any) -> Played:
    """Plays a trickle in one process, with its number of environments of the real code and one simulated clock."""
    clock = SetClock(float(wanted.opens_at_s))
    rng = random.Random(wanted.batch_id)
    meter = Meter()
    envs = [bench_services(settings, clock, client, number, meter) for number in range(wanted.environments)]
    waiting = [(clock.now_s + rng.expovariate(1 / wanted.interval_s), number) for number in range(len(envs))]
    heapq.heapify(waiting)
    played = Played()
    for person in range(wanted.claims):
        clock.now_s, number = waiting[0]
        heapq.heapreplace(waiting, (clock.now_s + rng.expovariate(1 / wanted.interval_s), number))
        packs.claim(envs[number], wanted.batch_id, Citizen(key_of(person), None), int(clock.now_s))
        played.of("claim").add(1, *meter.take())
    return played


def settled(services: Services, clock: SetClock, played: list[tuple[Trickle, Played]]) -> list[Trickled]:
    """The packs that were stranded, and those still missing after the reclaim that follows the closing."""
    batches = [services.cache.batch(trickle.batch_id) for trickle, _ in played]
    stranded = [missing(services, batch) for batch in batches]
    clock.now_s = float(batches[0].closes_at_s)
    for batch in batches:
        reclaim(services, batch, int(clock.now_s), clock.now_s + 1)
    clock.now_s += FENCE_S
    for batch in batches:
        reclaim(services, batch, int(clock.now_s), clock.now_s + 1)
    lost = [missing(services, batch) for batch in batches]
    return [Trickled(*row, *packs) for row, *packs in zip(played, stranded, lost, strict=True)]

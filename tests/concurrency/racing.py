"""Sixteen environments on one stack, started at the same moment.

Lambda has one environment a process; here each thread has its own, with its own client, caches, leases and chance. The
clock is shared and stands still while threads run, so that whatever was sent has been answered before time goes on:
the protocol's assumption that no put outlives the fence.
"""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from threading import Barrier
from typing import Any, TypeVar

from coupons.claim.eligibility import Citizen
from coupons.claim.packs import claim
from coupons.model.batches import Control
from coupons.model.claimed_packs import ClaimedPack
from coupons.model.claims import Claim, Coupon
from coupons.model.orders import Line, Order, OrderRecord
from coupons.process.services import Services
from coupons.refusals import Refusal
from coupons.schedule.minute import run_schedule
from coupons.sealing import CouponRef
from coupons.settle.statements import settlement_page
from coupons.till import redemptions
from tests.world import KEYS, World
from tests.world import order as order_document

THREADS = 16
DAY = "2020-06-06"
T = TypeVar("T")

WORK_S = 45.0
"""What a tick may take, as the schedule's handler has it."""
RECLAIM_S = 31
"""One second more than the fence."""


def at_once(calls: Sequence[Callable[[], T]]) -> list[T | Refusal]:
    """Each call in a thread of its own, all started together: what it returned, or the refusal that it raised."""
    start = Barrier(len(calls))

    def run(call: Callable[[], T]) -> T | Refusal:
        start.wait()
        try:
            return call()
        except Refusal as refusal:
            return refusal

    with ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(run, calls))


def refusals(outcomes: Sequence[object]) -> list[Refusal]:
    return [outcome for outcome in outcomes if isinstance(outcome, Refusal)]


def accepted(outcomes: Sequence[T | Refusal]) -> list[T]:
    return [outcome for outcome in outcomes if not isinstance(outcome, Refusal)]


def an_order(total_minor: int = 6000) -> Order:
    return Order.model_validate_json(json.dumps(order_document(total_minor)))


@dataclass(frozen=True)
class Books:
    """Everything there is of a batch, counted from the items, not from what anybody answered."""

    claims: dict[bytes, Claim]
    remaining: int
    control: Control

    @property
    def unclaimed(self) -> int:
        """Packs that are neither in the stock nor claimed: leased, stranded, or taken by a reclaim under way."""
        return self.control.quantity - self.remaining - len(self.claims)


def assert_exact(books: Books) -> None:
    """What a reclaim promises."""
    assert books.control.state == "open"
    assert books.unclaimed == 0
    assert books.control.claims == len(books.claims)
    assert books.control.sold_out == (len(books.claims) == books.control.quantity)


class Arena(World):
    """A world with an environment a thread."""

    def __init__(self, clients: Sequence[Any], prefix: str) -> None:
        super().__init__(clients[0], prefix=prefix)
        self.clients = list(clients)

    def environments(self, number: int = THREADS, *, seed: int = 0) -> list[Services]:
        return [self.new_services(client=self.clients[i], seed=seed + i) for i in range(number)]

    def claim(self, services: Services, person: str, batch_id: str = "pack") -> tuple[ClaimedPack, bool]:
        return claim(services, batch_id, Citizen(KEYS.person(person), None), self.now_s)

    def books(self, batch_id: str = "pack") -> Books:
        batch = self.services.cache.batch(batch_id)
        claims = [found for b in range(batch.buckets) for found in self.services.claims.in_bucket(batch.claim_key, b)]
        return Books(
            {found.person: found for found in claims if found.batch_number == batch.number},
            sum(shard.remaining for shard in self.services.stock.shards(batch_id, batch.shards)),
            self.services.cache.control_now(batch_id),
        )

    def tick(self, services: Services | None = None) -> list[dict[str, Any]]:
        return run_schedule(services or self.services, self.now_s, self.clock.monotonic_s() + WORK_S).did

    def drain(self) -> None:
        """Marked as if somebody had read all shards at zero, so that a reclaim is due."""
        self.services.stock.mark_drained("pack", self.services.cache.control_now("pack"), self.now_s)

    def reclaim(self) -> None:
        """Seal, wait for the fence, count and reopen whatever is due."""
        self.tick()
        self.clock.advance(RECLAIM_S)
        self.tick()

    def ref(self, person: str, index: int = 0, batch_id: str = "pack") -> CouponRef:
        return CouponRef(self.services.cache.batch(batch_id).number, KEYS.person(person), index)

    def coupon(self, person: str, index: int = 0, batch_id: str = "pack") -> Coupon:
        found = self.services.claims.get(self.services.cache.batch(batch_id), KEYS.person(person), consistent=True)
        assert found is not None
        return found.coupons[index]

    def code(self, person: str, index: int = 0) -> str:
        return KEYS.seal_code(self.ref(person, index), self.now_s)

    def redeem(
        self, services: Services, order_no: str, code: str | None, total_minor: int = 6000
    ) -> tuple[OrderRecord, str, bool]:
        order = an_order(total_minor)
        return redemptions.redeem(services, "diner", order_no, order, code=code, scanned_at_s=None, now_s=self.now_s)

    def lines(self) -> list[Line]:
        return settlement_page(self.services, "diner", DAY, "", self.now_s).lines


def shuffled(things: Sequence[T], seed: int) -> list[T]:
    return random.Random(seed).sample(things, len(things))

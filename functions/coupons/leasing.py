"""Leases: packs that this process may hand out for a few seconds; design section 4.

k is 1 for now: each claim leases its own pack. What is written for any k: a lease has an age that counts from before
its request, a round, and tokens that are taken out of memory before they are used.
"""

from __future__ import annotations

import random
import secrets
from dataclasses import dataclass

from coupons.clock import LEASE_S, Clock
from coupons.live import Live
from coupons.refusals import Busy, Drained, SoldOut
from coupons.releases import Control, Release, returns_at_s
from coupons.stores.dynamodb import NoAnswer, NotApplied
from coupons.stores.stock import Stock

PACKS = 1
LEASE_ATTEMPTS = 4
"""Shards tried in one request before the answer is `busy`; each failed one is followed by a read of all."""
RETRY_JITTER_S = 30
"""Spreads the return of those who were told when packs come back."""


@dataclass(frozen=True, slots=True)
class Lease:
    lease_id: str
    batch_id: str
    shard: int
    round: int
    taken_wall_s: float
    taken_monotonic_s: float

    def is_live(self, clock: Clock) -> bool:
        """Both clocks say so: either one at `LEASE_S`, or stepped back, ends it."""
        wall_s = clock.wall_s() - self.taken_wall_s
        monotonic_s = clock.monotonic_s() - self.taken_monotonic_s
        return 0 <= wall_s < LEASE_S and 0 <= monotonic_s < LEASE_S


@dataclass(frozen=True, slots=True)
class Token:
    """The right to write one claim."""

    lease: Lease
    ordinal: int

    @property
    def name(self) -> str:
        return f"{self.lease.lease_id}:{self.ordinal}"


class Leases:
    def __init__(self, stock: Stock, live: Live, clock: Clock, rng: random.Random) -> None:
        self._stock = stock
        self._live = live
        self._clock = clock
        self._rng = rng

    def take(self, release: Release, now_s: int) -> Token:
        """A pack taken out of the stock for the caller alone.

        Raises Drained or SoldOut when there is none, NotApplied (a throttled shard means busy, never zero), NoAnswer
        (the pack may be stranded until the reclaim).
        """
        control = self._live.control(release.batch_id)
        shard = self._rng.randrange(release.shards)
        for _ in range(LEASE_ATTEMPTS):
            refuse_by_stock(release, control, now_s, self._rng)
            lease = Lease(
                secrets.token_urlsafe(12),
                release.batch_id,
                shard,
                control.round,
                self._clock.wall_s(),
                self._clock.monotonic_s(),
            )
            refused = self._stock.lease(release.batch_id, shard, control.round, PACKS)
            if refused is None:
                return Token(lease, 0)
            control, shard = self._look_around(release, control, now_s)
        raise Busy(detail="The last packs are going; try again.")

    def put_back(self, token: Token) -> None:
        """Return the pack of a claim that was certainly not written: the lease's last pack goes to its shard at once.

        No retry and no surprise: if it fails the pack is stranded until the reclaim, which is safe.
        """
        if not token.lease.is_live(self._clock):
            return
        try:
            self._stock.give_back(token.lease.batch_id, token.lease.shard, token.lease.round)
        except (NotApplied, NoAnswer):
            return

    def _look_around(self, release: Release, control: Control, now_s: int) -> tuple[Control, int]:
        """After a refusal: read all shards at once, and either name one that has packs or mark the batch drained."""
        shards = self._stock.shards(release.batch_id, release.shards)
        if any(shard.sealed != control.round for shard in shards):
            return self._live.control_now(release.batch_id), self._rng.randrange(release.shards)
        filled = [place for place, shard in enumerate(shards) if shard.remaining >= PACKS]
        if filled:
            return control, self._rng.choice(filled)
        self._stock.mark_drained(release.batch_id, control, now_s)
        return self._live.control_now(release.batch_id), self._rng.randrange(release.shards)


def refuse_by_stock(release: Release, control: Control, now_s: int, rng: random.Random) -> None:
    """Raises SoldOut if every pack is claimed, Drained if all are handed out and some may return."""
    if control.sold_out:
        raise SoldOut(detail=f"All {control.quantity} packs are claimed.", timezone=release.timezone)
    if control.drained_at_s or control.state == "sealing":
        returns = returns_at_s(control, now_s)
        raise Drained(
            returns_at_s=returns,
            retry_after_s=returns - now_s + rng.randrange(RETRY_JITTER_S),
            timezone=release.timezone,
            detail="All packs are handed out; those that were not claimed return then.",
        )

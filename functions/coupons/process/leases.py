"""Leases: packs that this process may hand out for a few seconds (functions/README.md, section 4).

    take ──▶ a token of the live lease, or a new lease: k packs off a random shard, one attempt
    put_back ──▶ the token of a claim that was certainly not written, into its own lease

k follows the pace: as many packs as the last lease spent in a second, at most twice the last k, at most 64, and at most
1/16 of what a shard was last seen to hold. So a quiet process leases one pack at a time, a busy one about a second's
worth, and near the end no process keeps the last packs to itself.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import NamedTuple

from coupons.clock import LEASE_S, Clock, Stamp
from coupons.model.batches import Control, PublishedBatch
from coupons.model.drained import refuse_by_stock
from coupons.process.cache import Cache
from coupons.refusals import Busy, Closed
from coupons.stores.dynamodb import NoAnswer, NotApplied
from coupons.stores.stock import Stock

PACKS_MAX = 64
AHEAD_S = 1.0
"""A lease holds about as many packs as are claimed in this time."""
SHARE = 16
"""No lease takes more than 1/16 of a shard, so that every process can reach the last packs."""
LEASE_ATTEMPTS = 4
"""Shards tried in one request before the answer is `busy`; after each failed one all shards are read."""
NO_SHARD = -1
"""The shard of a token that takes no pack out of the stock."""


@dataclass(slots=True)
class Lease:
    """Packs taken out of one shard in one round; `held`: those that no claim has used yet."""

    lease_id: str
    batch_id: str
    shard: int
    round: int
    packs: int
    taken_at: Stamp
    """Before the request that took it."""
    held: list[int] = field(default_factory=list)

    def is_live(self, clock: Clock) -> bool:
        """Whether it is younger than `LEASE_S` by both clocks (`clock.Stamp`).

        Guarded by tests/store/process/test_leases.py::test_a_lapsed_lease_hands_out_nothing.
        """
        return self.taken_at.is_younger(clock, LEASE_S)


class Token(NamedTuple):
    """The right to write one claim."""

    lease: Lease
    ordinal: int

    @property
    def name(self) -> str:
        return f"{self.lease.lease_id}:{self.ordinal}"


class Leases:
    """One live lease a batch. A process handles one request at a time (Lambda), so nothing here locks."""

    def __init__(self, stock: Stock, cache: Cache, clock: Clock, rng: random.Random, name: Callable[[], str]) -> None:
        self._name = name
        self._stock = stock
        self._cache = cache
        self._clock = clock
        self._rng = rng
        self._leases: dict[str, Lease] = {}
        self._seen: dict[str, int] = {}
        """Batch → packs that a shard was last seen to hold."""

    def take(self, batch: PublishedBatch, now_s: int) -> Token:
        """A pack is taken out of the stock for the caller alone; its token is handed out only once.

        Raises Drained or SoldOut if there is no pack, Closed if the claims of the batch are final, NotApplied (a
        throttled shard means busy, never empty), NoAnswer (the packs may be stranded until the reclaim).

        Guarded by tests/store/process/test_leases.py::test_a_lease_of_an_older_round_hands_out_nothing,
        tests/store/process/test_leases.py::test_a_lease_is_asked_for_once,
        tests/store/process/test_leases.py::test_no_pack_leaves_the_stock_after_the_final_count,
        tests/store/claim/test_packs.py::test_a_throttled_shard_is_busy_and_never_drained.
        """
        control = self._cache.control(batch.batch_id)
        lease = self._leases.get(batch.batch_id)
        if lease is None or not lease.held or lease.round != control.round or not lease.is_live(self._clock):
            # Packs of a lapsed lease stay stranded until the reclaim: a claim of one might be put after the fence.
            lease = self._lease(batch, control, now_s, lease)
        return Token(lease, lease.held.pop(0))

    def grant(self, batch: PublishedBatch, began: Stamp) -> Token:
        """The right to write a claim without a lease: the group is no larger than the batch, or a draw admitted them.

        It lapses like a lease, `LEASE_S` after the request `began` and its window was checked: the counts after closing
        and after each cohort's time rely on that.

        Guarded by tests/store/claim/test_drawn.py::test_a_claim_that_is_late_on_its_way_is_sent_in_time.
        """
        return Token(replace(self._fresh(batch.batch_id, NO_SHARD, 0, 0), taken_at=began), 0)

    def shard_to_take_from(self, batch: PublishedBatch, now_s: int, *, was_refused: bool) -> tuple[int, int]:
        """A shard that has packs, perhaps, and the round: for a claim that takes its pack in its own transaction.

        `was_refused`: the last one was; then all shards are read. Raises as `take`.
        """
        control, shard = self._cache.control(batch.batch_id), self._rng.randrange(batch.shards)
        if was_refused:
            control, shard = self._another_shard(batch, control, now_s)
            refuse_by_stock(batch, control, now_s, self._rng)
        return shard, control.round

    def put_back(self, token: Token) -> None:
        """The pack of a claim that was certainly not written is back in its lease, or in its shard if it was the last.

        The shard is tried once; failure is expected and ignored. The pack is then stranded until the reclaim, which is
        safe; a second request could add it twice.

        Guarded by tests/store/process/test_leases.py::test_the_last_token_of_a_lease_goes_back_to_its_shard,
        tests/store/claim/test_packs.py::test_a_pack_that_cannot_be_given_back_is_stranded.
        """
        lease = token.lease
        if lease.shard == NO_SHARD or not lease.is_live(self._clock):
            return
        if lease.held:
            lease.held.append(token.ordinal)
            return
        try:
            self._stock.give_back(lease.batch_id, lease.shard, lease.round)
        except (NotApplied, NoAnswer):
            return

    def _lease(self, batch: PublishedBatch, control: Control, now_s: int, last: Lease | None) -> Lease:
        shard = self._rng.randrange(batch.shards)
        for _ in range(LEASE_ATTEMPTS):
            refuse_by_stock(batch, control, now_s, self._rng)
            self._refuse_final(batch, control)
            packs = self._packs(batch.batch_id, last)
            lease = self._fresh(batch.batch_id, shard, control.round, packs)
            taken, stock = self._stock.lease(batch.batch_id, shard, control.round, packs)
            self._seen[batch.batch_id] = stock.remaining
            if taken:
                self._leases[batch.batch_id] = lease
                return lease
            control, shard = self._another_shard(batch, control, now_s)
        raise Busy(detail="The last packs are going; try again.")

    def _refuse_final(self, batch: PublishedBatch, control: Control) -> None:
        # A request that is older than the fence was admitted before the batch closed. Its pack is not in the final
        # count, by which money went back. A lease of a round before the final one needs no such rule: its shard refuses
        # it. The clock is asked too, because a test clock that was set back leaves `final` for a minute.
        if control.final and self._clock.wall_s() >= batch.closes_at_s:
            closed_at_s, detail = batch.closes_at_s, f"{batch.batch_id!r} has closed."
            raise Closed(closed_at_s=closed_at_s, timezone=batch.timezone, detail=detail)

    def _fresh(self, batch_id: str, shard: int, round_: int, packs: int) -> Lease:
        return Lease(
            lease_id=self._name(),
            batch_id=batch_id,
            shard=shard,
            round=round_,
            packs=packs,
            taken_at=Stamp.now(self._clock),
            held=list(range(packs)),
        )

    def _packs(self, batch_id: str, last: Lease | None) -> int:
        """k of the next lease."""
        if last is None:
            return 1
        age_s = max(last.taken_at.age_s(self._clock), 0.001)
        pace = int((last.packs - len(last.held)) * AHEAD_S / age_s)
        return max(1, min(pace, 2 * last.packs, PACKS_MAX, self._seen.get(batch_id, 0) // SHARE))

    def _another_shard(self, batch: PublishedBatch, control: Control, now_s: int) -> tuple[Control, int]:
        """After a refusal all shards are read: either one that has packs is chosen, or the batch is marked drained."""
        shards = self._stock.shards(batch.batch_id, batch.shards)
        if any(shard.sealed != control.round for shard in shards):
            return self._cache.control_now(batch.batch_id), self._rng.randrange(batch.shards)
        filled = [number for number, shard in enumerate(shards) if shard.remaining]
        if filled:
            chosen = self._rng.choice(filled)
            self._seen[batch.batch_id] = shards[chosen].remaining
            return control, chosen
        self._stock.mark_drained(batch.batch_id, control, now_s)
        return self._cache.control_now(batch.batch_id), self._rng.randrange(batch.shards)

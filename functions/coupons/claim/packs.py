"""Claim a pack: at most one of each batch, and at most one of an exclusive group of batches."""

from __future__ import annotations

from collections.abc import Collection
from functools import partial

from coupons.claim.eligibility import Citizen, not_eligible
from coupons.claim.limits import limits_of
from coupons.claim.wallet import named_by_claim, sound_pack
from coupons.clock import Stamp
from coupons.damage import Damaged
from coupons.model.batches import Control, PublishedBatch
from coupons.model.claimed_packs import ClaimedPack, fresh_claim
from coupons.model.claims import Claim
from coupons.model.drained import refuse_by_stock
from coupons.process.leases import Token
from coupons.process.services import Services
from coupons.refusals import (
    AlreadyClaimedGroup,
    Busy,
    Closed,
    NotEligible,
    NotOpen,
    Paused,
    Refusal,
    Stopped,
)
from coupons.stores.claims import LimitMoved
from coupons.stores.dynamodb import NotApplied
from coupons.stores.parts import ItemKind, Part

CLAIM_ATTEMPTS = 3
"""Each after other claims were counted under the same limit."""
EXCHANGE_ATTEMPTS, EXCHANGE_PAUSE_S = 6, 0.05
"""The same of a batch priced in points; also after another exchange took of the same shard."""
RETRY_OPEN_JITTER_S = 3


def claim(services: Services, batch_id: str, citizen: Citizen, now_s: int) -> tuple[ClaimedPack, bool]:
    """The person has the batch's pack, and the stock has one pack less; True if the person had it before (a repeat).

    One write unit for the put, and 1/k for the lease of k packs; no lease is needed when the group of members is no
    larger than the batch. A repeat costs the same, as does a refusal by another batch of the exclusive group. A batch
    with limits takes a transaction: 2 write units for the put and 2 for each limit. One priced in points takes 8 for
    the claim, a shard of the stock, the account and its entry, and 2 read units. A refusal by time or state costs no
    request while the control item is fresh. A refusal by stock costs none either, unless the batch has limits, a group
    of members or bookings. A person who is not eligible is refused after one strong read, because an earlier claim is
    answered first.

    Raises NotFound, NotOpen, Closed, Paused, Stopped, NotEligible, InsufficientPoints, Drained, SoldOut,
    AlreadyClaimedGroup, Busy. The one condition `attribute_not_exists` on (claim key, person) suffices for "at most
    one": the claim key is the batch, or the exclusive group (`model/exclusive_groups.py`); the leased token limits how
    many claims are written.
    """
    batch = services.cache.claimed_batch(batch_id)
    try:
        claimed = _claim(services, batch, citizen, now_s)
    except Refusal as refusal:
        services.refusal_counter.count(batch_id, refusal.slug)
        raise
    services.refusal_counter.flush()
    return claimed


def _claim(services: Services, batch: PublishedBatch, citizen: Citizen, now_s: int) -> tuple[ClaimedPack, bool]:
    _refuse_by_time(services, batch, now_s)
    control = services.cache.control(batch.batch_id)
    _refuse_by_operator(batch, control)
    began = Stamp(now_s, services.clock.monotonic_s())
    refusal = _not_eligible(services, batch, citizen, now_s)
    if refusal is not None:
        return _repeat_or(refusal, services, batch, control, citizen), True
    if batch.document.price_points:
        # The contract's order: a batch without packs is refused by its stock, whatever the points.
        refuse_by_stock(batch, control, now_s, services.rng)
        # After a lost answer the points are spent, so the claim is looked for before them.
        earlier = services.claims.get(batch, citizen.person, consistent=True)
        if earlier is not None:
            return _repeat(services, batch, control, earlier), True
    moved: set[ItemKind] = set()
    for _ in range(EXCHANGE_ATTEMPTS if batch.document.price_points else CLAIM_ATTEMPTS):
        limits = limits_of(services, batch, citizen, now_s)
        refusal = limits.refusal()
        if refusal is not None:
            return _repeat_or(refusal, services, batch, control, citizen), True
        takes_lease = batch.from_stock and not batch.document.price_points
        token = services.leases.take(batch, now_s) if takes_lease else services.leases.grant(batch, began)
        fresh = fresh_claim(batch, citizen.person, token.name, now_s, services.keys.current)
        try:
            also = [*limits.counts(token.name), *_price(services, batch, citizen.person, now_s, moved)]
            existing = _put(services, batch, fresh, token, also)
        except LimitMoved as refused:
            moved = refused.kinds
        except NotApplied:
            if not batch.document.price_points:
                raise  # a lease's packs wait for nobody; two exchanges of one shard are in conflict for a moment
            services.pause(services.rng.uniform(0, EXCHANGE_PAUSE_S))
        else:
            found = ClaimedPack(batch, fresh, control.ruling)
            return (found, False) if existing is None else (_repeat(services, batch, control, existing), True)
    raise Busy(detail="Others are claiming at this moment; try again.")


def _not_eligible(services: Services, batch: PublishedBatch, citizen: Citizen, now_s: int) -> NotEligible | None:
    """Raises NotOpen, Closed, of a lottery that is not drawn."""
    if batch.draw is None:
        return not_eligible(services, batch, citizen)
    from coupons.claim import drawn  # noqa: PLC0415 - only a lottery's claim loads it

    return drawn.not_drawn(services, batch, citizen, now_s)


def _price(
    services: Services, batch: PublishedBatch, person: bytes, now_s: int, moved: Collection[ItemKind]
) -> list[Part]:
    """The parts that a batch priced in points adds: its pack leaves the stock, and its price the person's points, in
    the claim's own transaction. `moved`: what refused the attempt before.
    """
    if not batch.document.price_points:
        return []
    from coupons.points import exchange  # noqa: PLC0415 - a claim without a price does not load it

    price = exchange.price_parts(services, batch, person, now_s)
    shard = services.leases.shard_to_take_from(batch, now_s, was_refused="shard" in moved)
    return [services.stock.taking(batch.batch_id, *shard), *price]


def _put(services: Services, batch: PublishedBatch, fresh: Claim, token: Token, counts: list[Part]) -> Claim | None:
    """None if `fresh` is written, else the claim that the person has already. The token of a claim that was certainly
    not written goes back to its lease. Raises LimitMoved, Busy, Damaged.
    """
    try:
        existing = services.claims.put(batch, fresh, partial(token.lease.is_live, services.clock), counts)
    except (NotApplied, Damaged, LimitMoved):
        services.leases.put_back(token)
        raise
    if existing is not None:
        services.leases.put_back(token)
    return existing


def _repeat(services: Services, batch: PublishedBatch, control: Control, existing: Claim) -> ClaimedPack:
    """The pack that the person has already. Raises AlreadyClaimedGroup if its batch is another of the group."""
    if existing.batch_number == batch.number:
        return sound_pack(services, batch, existing, control.ruling)
    with named_by_claim(services, batch, existing.person):
        other = services.cache.batch_numbered(existing.batch_number).batch_id
    raise AlreadyClaimedGroup(
        claimed_batch_id=other, detail=f"You hold {other!r}, another batch of the same exclusive group."
    )


def _repeat_or(
    refusal: NotEligible, services: Services, batch: PublishedBatch, control: Control, citizen: Citizen
) -> ClaimedPack:
    """The pack that the person claimed while they were eligible. Raises `refusal` if there is none."""
    existing = services.claims.get(batch, citizen.person, consistent=True)
    if existing is None or existing.batch_number != batch.number:
        raise refusal
    return sound_pack(services, batch, existing, control.ruling)


def _refuse_by_time(services: Services, batch: PublishedBatch, now_s: int) -> None:
    if now_s < batch.opens_at_s:
        raise NotOpen(
            opens_at_s=batch.opens_at_s,
            # Jitter after the opening, so that those who wait do not come back in one second.
            retry_after_s=batch.opens_at_s - now_s + services.rng.randrange(RETRY_OPEN_JITTER_S),
            timezone=batch.timezone,
            detail=f"{batch.batch_id!r} has not opened.",
        )
    if now_s >= batch.closes_at_s:
        raise Closed(closed_at_s=batch.closes_at_s, timezone=batch.timezone, detail=f"{batch.batch_id!r} has closed.")


def _refuse_by_operator(batch: PublishedBatch, control: Control) -> None:
    if control.stopped:
        raise Stopped(detail=f"{batch.batch_id!r} was stopped by its operator.")
    if control.paused:
        raise Paused(detail=f"{batch.batch_id!r} is paused by its operator.")

"""What a person has claimed: the pack of one batch, and the wallet with all packs."""

from __future__ import annotations

from contextlib import AbstractContextManager

from coupons.damage import Damaged, UnlikeError, blamed, expected
from coupons.model.batches import PublishedBatch
from coupons.model.claimed_packs import ClaimedPack
from coupons.model.claims import Claim, Ruling
from coupons.process.services import Services
from coupons.refusals import NotFound
from coupons.stores import keys
from coupons.times import wall_clock


def my_claim(services: Services, batch_id: str, person: bytes) -> ClaimedPack:
    """The person's pack of this batch. Raises NotFound, Damaged. One strong read unit."""
    batch = services.cache.claimed_batch(batch_id)
    claim = services.claims.get(batch, person, consistent=True)
    if claim is None or claim.batch_number != batch.number:
        raise NotFound(detail=f"You have not claimed {batch_id!r}.")
    return sound_pack(services, batch, claim, services.cache.control(batch_id).ruling)


def wallet(services: Services, person: bytes, now_s: int) -> tuple[list[ClaimedPack], int]:
    """The person's packs, oldest first, of campaigns or coupons that have not ended; and how many are damaged.

    Half a read unit for each claim key among them, also for absent items (BatchGetItem, 100 keys a request).
    """
    claimed = (line for line in services.cache.live(now_s) if not line.pays_venues)
    claim_keys = list(dict.fromkeys((line.claim_key, line.buckets) for line in claimed))
    damaged: list[Damaged] = []
    found: list[tuple[PublishedBatch, Claim]] = []
    for place, claim in services.claims.wallet(claim_keys, person).items():
        with services.damages.left_out(damaged), expected(services.claims.table, *place):
            if isinstance(claim, Damaged):
                raise claim
            found.append((services.cache.batch_numbered(claim.batch_number), claim))
    controls = services.cache.controls(batch.batch_id for batch, _ in found)
    packs: list[ClaimedPack] = []
    for batch, claim in found:
        with services.damages.left_out(damaged), named_by_claim(services, batch, claim.person):
            control = controls.get(batch.batch_id) or services.cache.control(batch.batch_id)
            packs.append(sound_pack(services, batch, claim, control.ruling))
    return sorted(packs, key=lambda pack: (pack.claim.claimed_at_s, pack.batch.batch_id)), len(damaged)


def sound_pack(services: Services, batch: PublishedBatch, claim: Claim, ruling: Ruling) -> ClaimedPack:
    """The pack of a claim that was read. Raises Damaged if its coupons are not the batch's, or a time is not one."""
    has_key = services.has_key_of(claim)
    with blamed(services.claims.table, **keys.claim(batch.claim_key, batch.buckets, claim.person)):
        if len(claim.coupons) != len(batch.terms) or not has_key:
            raise UnlikeError("its coupons are not those of its batch, or there is no key of its version")
        wall_clock(claim.claimed_at_s, batch.timezone)
        for coupon in claim.coupons:
            used_at_s = coupon.use.at_s if coupon.use else claim.claimed_at_s
            for moment_s in (used_at_s, coupon.valid_from_s, coupon.expires_at_s + ruling.extended_s):
                wall_clock(moment_s, batch.timezone)
    return ClaimedPack(batch, claim, ruling)


def named_by_claim(services: Services, batch: PublishedBatch, person: bytes) -> AbstractContextManager[None]:
    """What is read inside is named by the person's claim: if it does not exist, the claim is damaged."""
    return expected(services.claims.table, **keys.claim(batch.claim_key, batch.buckets, person))

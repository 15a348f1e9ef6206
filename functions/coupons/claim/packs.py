"""Claim, read a claim, the wallet, and codes: what a citizen does."""

from __future__ import annotations

from contextlib import AbstractContextManager
from dataclasses import dataclass
from functools import partial

from coupons.claim import limit_counts
from coupons.damage import Damaged, UnlikeError, blamed, expected
from coupons.model.batches import Control, PublishedBatch
from coupons.model.claimed_packs import ClaimedPack
from coupons.model.claims import Claim, Ruling, fresh_coupon
from coupons.process.leases import refuse_by_stock
from coupons.process.services import Services
from coupons.refusals import (
    AlreadyClaimedGroup,
    Busy,
    Closed,
    InsufficientPoints,
    NotEligible,
    NotFound,
    NotOpen,
    Paused,
    Refusal,
    Stopped,
)
from coupons.sealing import CODE_LIFE_S
from coupons.stores import keys
from coupons.stores.claims import LimitMoved
from coupons.stores.dynamodb import NotApplied
from coupons.times import wall_clock

ATTEMPTS = 3
RETRY_OPEN_JITTER_S = 3


@dataclass(frozen=True, slots=True)
class Citizen:
    """Who claims: the person's key, and what their token states: region and household (None: treated as eligible)."""

    person: bytes
    region: str | None
    household: bytes | None = None


def claim(services: Services, batch_id: str, citizen: Citizen, now_s: int) -> tuple[ClaimedPack, bool]:
    """The person holds the batch's pack, and the stock one pack less; True if they held it before (a repeat).

    One write unit, the put, and a k-th of one for the lease of k packs, which a batch whose everyone entitled fits does
    without; a repeat, or a refusal by another batch of the group, consumes one too. Each limit of the batch makes it a
    transaction: 2 write units for the put, 2 for each limit. A refusal by time or state costs no request while the
    control item is fresh, one by stock neither if the batch has no limits, group or booking to look at. Whoever is not
    eligible is told so after one strong read: what was claimed before is answered first.

    Raises NotFound, NotOpen, Closed, Paused, Stopped, NotEligible, InsufficientPoints, Drained, SoldOut,
    AlreadyClaimedGroup, Busy. The one condition `attribute_not_exists` on (claim key, person) suffices for "at most
    one": the claim key is the batch, or the exclusive group of batches; the leased token bounds how many are written.
    """
    batch = services.cache.batch(batch_id)
    try:
        claimed = _claim(services, batch, citizen, now_s)
    except Refusal as refusal:
        services.refusal_counts.count(batch_id, refusal.slug)
        raise
    services.refusal_counts.flush()
    return claimed


def _claim(services: Services, batch: PublishedBatch, citizen: Citizen, now_s: int) -> tuple[ClaimedPack, bool]:
    _refuse_by_time(services, batch, now_s)
    control = services.cache.control(batch.batch_id)
    _refuse_by_operator(batch, control)
    unfit = _unfit(services, batch, citizen)
    if unfit:
        return _repeat_or(unfit, services, batch, control, citizen), True
    _refuse_by_price(services, batch, control, now_s)
    for _ in range(ATTEMPTS):
        seen = limit_counts.look(services, batch, citizen.person, citizen.household, now_s)
        why = limit_counts.reached(services, seen, citizen.person, now_s)
        if why:
            return _repeat_or(NotEligible(reason="limit", detail=why), services, batch, control, citizen), True
        token = services.leases.take(batch, now_s) if batch.from_stock else services.leases.grant(batch)
        wanted = _fresh(services, batch, citizen, token.name, now_s)
        also = limit_counts.counted(services, seen, batch, token.name)
        try:
            standing = services.claims.put(batch, wanted, partial(token.lease.is_live, services.clock), also)
        except (NotApplied, Damaged):
            services.leases.put_back(token)
            raise
        except LimitMoved:
            services.leases.put_back(token)
            continue
        if standing is None:
            return ClaimedPack(batch, wanted, control.ruling), False
        services.leases.put_back(token)
        return _as_repeat(services, batch, control, standing), True
    raise Busy(detail="Others of your household are claiming; try again.")


def _fresh(services: Services, batch: PublishedBatch, citizen: Citizen, token: str, now_s: int) -> Claim:
    return Claim(
        batch_number=batch.number,
        person=citizen.person,
        token=token,
        claimed_at_s=now_s,
        key_version=services.keys.current,
        coupons=tuple(fresh_coupon(terms, now_s, batch.timezone) for terms in batch.terms),
    )


def _as_repeat(services: Services, batch: PublishedBatch, control: Control, standing: Claim) -> ClaimedPack:
    """The claim that this person has already. Raises AlreadyClaimedGroup if it is of another batch of the group."""
    if standing.batch_number == batch.number:
        return _held(services, batch, standing, control.ruling)
    with _expected(services, batch, standing.person):
        other = services.cache.batch_numbered(standing.batch_number).batch_id
    raise AlreadyClaimedGroup(
        claimed_batch_id=other, detail=f"You hold {other!r}, another batch of the same exclusive group."
    )


def _repeat_or(
    refusal: NotEligible, services: Services, batch: PublishedBatch, control: Control, citizen: Citizen
) -> ClaimedPack:
    """What was claimed when the person was eligible is answered before any look at the person. Raises `refusal`."""
    standing = services.claims.get(batch, citizen.person, consistent=True)
    if standing is None or standing.batch_number != batch.number:
        raise refusal
    return _held(services, batch, standing, control.ruling)


def my_claim(services: Services, batch_id: str, person: bytes) -> ClaimedPack:
    """The person's claim of this batch. Raises NotFound. One strong read unit."""
    batch = services.cache.batch(batch_id)
    claim = services.claims.get(batch, person, consistent=True)
    if claim is None or claim.batch_number != batch.number:
        raise NotFound(detail=f"You have not claimed {batch_id!r}.")
    return _held(services, batch, claim, services.cache.control(batch_id).ruling)


def wallet(services: Services, person: bytes, now_s: int) -> tuple[list[ClaimedPack], int]:
    """All claims of the person in campaigns that are live or whose coupons are, oldest first; and how many are damaged.

    Half a read unit for each claim key among them, absent ones too (BatchGetItem, 100 keys a request).
    """
    listed = [p for p in services.cache.published() if now_s < max(p.campaign_ends_at_s, p.last_expiry_s)]
    claim_keys = list(dict.fromkeys((p.claim_key, p.buckets) for p in listed))
    broken: list[Damaged] = []
    found: list[tuple[PublishedBatch, Claim]] = []
    for place, claim in services.claims.wallet(claim_keys, person).items():
        with services.damages.left_out(broken), expected(services.claims.table, *place):
            if isinstance(claim, Damaged):
                raise claim
            found.append((services.cache.batch_numbered(claim.batch_number), claim))
    controls = services.cache.controls(batch.batch_id for batch, _ in found)
    held: list[ClaimedPack] = []
    for batch, claim in found:
        with services.damages.left_out(broken), _expected(services, batch, claim.person):
            control = controls.get(batch.batch_id) or services.cache.control(batch.batch_id)
            held.append(_held(services, batch, claim, control.ruling))
    return sorted(held, key=lambda h: (h.claim.claimed_at_s, h.batch.batch_id)), len(broken)


def _held(services: Services, batch: PublishedBatch, claim: Claim, ruling: Ruling) -> ClaimedPack:
    """A claim that was read. Raises Damaged if its coupons are not those of the batch, or a time is out of range."""
    has_key = services.has_key_of(claim)
    with blamed(services.claims.table, **keys.claim(batch.claim_key, batch.buckets, claim.person)):
        if len(claim.coupons) != len(batch.terms) or not has_key:
            raise UnlikeError("its coupons are not those of its batch, or there is no key of its version")
        for coupon in claim.coupons:
            for moment_s in (claim.claimed_at_s, coupon.valid_from_s, coupon.expires_at_s + ruling.extended_s):
                wall_clock(moment_s, batch.timezone)
    return ClaimedPack(batch, claim, ruling)


def _expected(services: Services, batch: PublishedBatch, person: bytes) -> AbstractContextManager[None]:
    """What the person's claim under the release's claim key names is there."""
    return expected(services.claims.table, **keys.claim(batch.claim_key, batch.buckets, person))


def issue_code(services: Services, coupon_id: str, person: bytes, now_s: int) -> tuple[str, PublishedBatch, int]:
    """A code that a shop can scan until `now + 60 s`: the code, its release, its expiry. Nothing is read or written.

    Only we can have sealed the id, and only for a claim that exists; the coupon's state is looked at when the code is
    used. Raises NotFound for an id that is not ours or another person's.
    """
    opened = services.keys.open_coupon(coupon_id)
    if opened is None or opened[0].person != person:
        raise NotFound(detail="You have no such coupon.")
    ref, _ = opened
    batch = services.cache.batch_numbered(ref.batch_number)
    return services.keys.seal_code(ref, now_s), batch, now_s + CODE_LIFE_S


def print_code(services: Services, coupon_id: str, person: bytes) -> tuple[str, str, PublishedBatch, int]:
    """A code and its PIN on paper, for somebody without a phone: code, PIN, release, and the coupon's expiry.

    It is worth as much as the coupon and as long; printed anew, the paper before is worth nothing. One write unit.
    Raises NotFound for an id that is not ours or another person's.
    """
    opened = services.keys.open_coupon(coupon_id)
    if opened is None or opened[0].person != person:
        raise NotFound(detail="You have no such coupon.")
    ref, _ = opened
    batch = services.cache.batch_numbered(ref.batch_number)
    printed = services.claims.print_coupon(batch, ref)
    if printed is None:
        raise NotFound(detail="You have no such coupon.")
    coupon, number = printed
    code = services.keys.seal_print(ref, number)
    return code, services.keys.pin(code), batch, coupon.expires_at_s + services.cache.control(batch.batch_id).extended_s


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


def _unfit(services: Services, batch: PublishedBatch, citizen: Citizen) -> NotEligible | None:
    """Why this batch is not for this person; None if it is."""
    document = batch.document
    regions = document.eligibility.regions
    if regions and citizen.region is not None and citizen.region not in regions:
        return NotEligible(reason="region", detail=f"This batch is for people of {', '.join(regions)}.")
    group_id = document.eligibility.group_id
    if group_id is not None and not services.groups.is_member(group_id, citizen.person):
        return NotEligible(reason="group", detail=f"This batch is for members of {group_id!r}.")
    needs_booking = document.mode == "lottery" or (document.booking is not None and document.booking.required)
    if needs_booking and services.bookings.get(batch, citizen.person) is None:
        return NotEligible(reason="booking-required", detail="This batch is for those who booked.")
    if document.mode == "lottery":
        # Nobody is drawn before a draw; the draw brings its list here.
        return NotEligible(reason="not-drawn", detail="Its draw has not named you.")
    return None


def _refuse_by_price(services: Services, batch: PublishedBatch, control: Control, now_s: int) -> None:
    if batch.document.price_points > 0:
        # The contract's order: what is gone cannot be bought with any number of points.
        refuse_by_stock(batch, control, now_s, services.rng)
        # Nobody can earn points yet, so every balance is zero; the points account brings the real comparison.
        raise InsufficientPoints(detail=f"This pack costs {batch.document.price_points} points; you have 0.")

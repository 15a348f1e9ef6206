"""Claim, read a claim, the wallet, and codes: what a citizen does."""

from __future__ import annotations

from contextlib import AbstractContextManager
from dataclasses import dataclass
from functools import partial

from coupons import limiting
from coupons.claims import Claim, Ruling, Status, fresh_coupon
from coupons.damage import Damaged, UnlikeError, blamed, expected
from coupons.environment import Environment
from coupons.leasing import refuse_by_stock
from coupons.moments import wall_clock
from coupons.problems import problem_of
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
from coupons.releases import Control, Release
from coupons.sealing import CODE_LIFE_S, CouponRef
from coupons.stores import keys
from coupons.stores.claims import LimitMoved
from coupons.stores.dynamodb import NotApplied

ATTEMPTS = 3
RETRY_OPEN_JITTER_S = 3


@dataclass(frozen=True, slots=True)
class Citizen:
    """Who claims: the person's key, and what their token states: region and household (None: treated as eligible)."""

    person: bytes
    region: str | None
    household: bytes | None = None


@dataclass(frozen=True, slots=True)
class Held:
    """A claim with what is needed to show it."""

    release: Release
    claim: Claim
    ruling: Ruling


def claim(env: Environment, batch_id: str, citizen: Citizen, now_s: int) -> tuple[Held, bool]:
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
    release = env.live.release(batch_id)
    try:
        claimed = _claim(env, release, citizen, now_s)
    except Refusal as refusal:
        env.refused.count(batch_id, problem_of(type(refusal)).slug)
        raise
    env.refused.flush()
    return claimed


def _claim(env: Environment, release: Release, citizen: Citizen, now_s: int) -> tuple[Held, bool]:
    _refuse_by_time(env, release, now_s)
    control = env.live.control(release.batch_id)
    _refuse_by_operator(release, control)
    unfit = _unfit(env, release, citizen)
    if unfit:
        return _repeat_or(unfit, env, release, control, citizen), True
    _refuse_by_price(env, release, control, now_s)
    for _ in range(ATTEMPTS):
        seen = limiting.look(env, release, citizen.person, citizen.household, now_s)
        why = limiting.reached(env, seen, citizen.person, now_s)
        if why:
            return _repeat_or(NotEligible(reason="limit", detail=why), env, release, control, citizen), True
        token = env.leases.take(release, now_s) if release.from_stock else env.leases.grant(release)
        wanted = _fresh(env, release, citizen, token.name, now_s)
        also = limiting.counted(env, seen, release, token.name)
        try:
            standing = env.claims.put(release, wanted, partial(token.lease.is_live, env.clock), also)
        except (NotApplied, Damaged):
            env.leases.put_back(token)
            raise
        except LimitMoved:
            env.leases.put_back(token)
            continue
        if standing is None:
            return Held(release, wanted, control.ruling), False
        env.leases.put_back(token)
        return _as_repeat(env, release, control, standing), True
    raise Busy(detail="Others of your household are claiming; try again.")


def _fresh(env: Environment, release: Release, citizen: Citizen, token: str, now_s: int) -> Claim:
    return Claim(
        batch_number=release.number,
        person=citizen.person,
        token=token,
        claimed_at_s=now_s,
        key_version=env.keys.current,
        coupons=tuple(fresh_coupon(terms, now_s, release.timezone) for terms in release.terms),
    )


def _as_repeat(env: Environment, release: Release, control: Control, standing: Claim) -> Held:
    """The claim that this person has already. Raises AlreadyClaimedGroup if it is of another batch of the group."""
    if standing.batch_number == release.number:
        return _held(env, release, standing, control.ruling)
    with _expected(env, release, standing.person):
        other = env.live.release_numbered(standing.batch_number).batch_id
    raise AlreadyClaimedGroup(
        claimed_batch_id=other, detail=f"You hold {other!r}, another batch of the same exclusive group."
    )


def _repeat_or(refusal: NotEligible, env: Environment, release: Release, control: Control, citizen: Citizen) -> Held:
    """What was claimed when the person was eligible is answered before any look at the person. Raises `refusal`."""
    standing = env.claims.get(release, citizen.person, consistent=True)
    if standing is None or standing.batch_number != release.number:
        raise refusal
    return _held(env, release, standing, control.ruling)


def my_claim(env: Environment, batch_id: str, person: bytes) -> Held:
    """The person's claim of this batch. Raises NotFound. One strong read unit."""
    release = env.live.release(batch_id)
    claim = env.claims.get(release, person, consistent=True)
    if claim is None or claim.batch_number != release.number:
        raise NotFound(detail=f"You have not claimed {batch_id!r}.")
    return _held(env, release, claim, env.live.control(batch_id).ruling)


def wallet(env: Environment, person: bytes, now_s: int) -> tuple[list[Held], int]:
    """All claims of the person in campaigns that are live or whose coupons are, oldest first; and how many are damaged.

    Half a read unit for each claim key among them, absent ones too (BatchGetItem, 100 keys a request).
    """
    listed = [p for p in env.live.published() if now_s < max(p.campaign_ends_at_s, p.last_expiry_s)]
    claim_keys = list(dict.fromkeys((p.claim_key, p.buckets) for p in listed))
    broken: list[Damaged] = []
    found: list[tuple[Release, Claim]] = []
    for place, claim in env.claims.wallet(claim_keys, person).items():
        with env.damages.left_out(broken), expected(env.claims.table, *place):
            if isinstance(claim, Damaged):
                raise claim
            found.append((env.live.release_numbered(claim.batch_number), claim))
    controls = env.live.controls(release.batch_id for release, _ in found)
    held: list[Held] = []
    for release, claim in found:
        with env.damages.left_out(broken), _expected(env, release, claim.person):
            control = controls.get(release.batch_id) or env.live.control(release.batch_id)
            held.append(_held(env, release, claim, control.ruling))
    return sorted(held, key=lambda h: (h.claim.claimed_at_s, h.release.batch_id)), len(broken)


def _held(env: Environment, release: Release, claim: Claim, ruling: Ruling) -> Held:
    """A claim that was read. Raises Damaged if its coupons are not those of the batch, or a time is out of range."""
    has_key = env.has_key_of(claim)
    with blamed(env.claims.table, **keys.claim(release.claim_key, release.buckets, claim.person)):
        if len(claim.coupons) != len(release.terms) or not has_key:
            raise UnlikeError("its coupons are not those of its batch, or there is no key of its version")
        for coupon in claim.coupons:
            for moment_s in (claim.claimed_at_s, coupon.valid_from_s, coupon.expires_at_s + ruling.extended_s):
                wall_clock(moment_s, release.timezone)
    return Held(release, claim, ruling)


def _expected(env: Environment, release: Release, person: bytes) -> AbstractContextManager[None]:
    """What the person's claim under the release's claim key names is there."""
    return expected(env.claims.table, **keys.claim(release.claim_key, release.buckets, person))


def coupon_id(env: Environment, held: Held, index: int) -> str:
    ref = CouponRef(held.release.number, held.claim.person, index)
    return env.keys.seal_coupon(ref, held.claim.key_version)


def coupon_status(held: Held, index: int, now_s: int) -> Status:
    return held.claim.coupons[index].status(now_s, held.ruling)


def issue_code(env: Environment, coupon_id: str, person: bytes, now_s: int) -> tuple[str, Release, int]:
    """A code that a shop can scan until `now + 60 s`: the code, its release, its expiry. Nothing is read or written.

    Only we can have sealed the id, and only for a claim that exists; the coupon's state is looked at when the code is
    used. Raises NotFound for an id that is not ours or another person's.
    """
    opened = env.keys.open_coupon(coupon_id)
    if opened is None or opened[0].person != person:
        raise NotFound(detail="You have no such coupon.")
    ref, _ = opened
    release = env.live.release_numbered(ref.batch_number)
    return env.keys.seal_code(ref, now_s), release, now_s + CODE_LIFE_S


def print_code(env: Environment, coupon_id: str, person: bytes) -> tuple[str, str, Release, int]:
    """A code and its PIN on paper, for somebody without a phone: code, PIN, release, and the coupon's expiry.

    It is worth as much as the coupon and as long; printed anew, the paper before is worth nothing. One write unit.
    Raises NotFound for an id that is not ours or another person's.
    """
    opened = env.keys.open_coupon(coupon_id)
    if opened is None or opened[0].person != person:
        raise NotFound(detail="You have no such coupon.")
    ref, _ = opened
    release = env.live.release_numbered(ref.batch_number)
    printed = env.claims.print_coupon(release, ref)
    if printed is None:
        raise NotFound(detail="You have no such coupon.")
    coupon, number = printed
    code = env.keys.seal_print(ref, number)
    return code, env.keys.pin(code), release, coupon.expires_at_s + env.live.control(release.batch_id).extended_s


def _refuse_by_time(env: Environment, release: Release, now_s: int) -> None:
    if now_s < release.opens_at_s:
        raise NotOpen(
            opens_at_s=release.opens_at_s,
            # Jitter after the opening, so that those who wait do not come back in one second.
            retry_after_s=release.opens_at_s - now_s + env.rng.randrange(RETRY_OPEN_JITTER_S),
            timezone=release.timezone,
            detail=f"{release.batch_id!r} has not opened.",
        )
    if now_s >= release.closes_at_s:
        raise Closed(
            closed_at_s=release.closes_at_s, timezone=release.timezone, detail=f"{release.batch_id!r} has closed."
        )


def _refuse_by_operator(release: Release, control: Control) -> None:
    if control.stopped:
        raise Stopped(detail=f"{release.batch_id!r} was stopped by its operator.")
    if control.paused:
        raise Paused(detail=f"{release.batch_id!r} is paused by its operator.")


def _unfit(env: Environment, release: Release, citizen: Citizen) -> NotEligible | None:
    """Why this batch is not for this person; None if it is."""
    batch = release.batch
    regions = batch.eligibility.regions
    if regions and citizen.region is not None and citizen.region not in regions:
        return NotEligible(reason="region", detail=f"This batch is for people of {', '.join(regions)}.")
    group_id = batch.eligibility.group_id
    if group_id is not None and not env.groups.is_member(group_id, citizen.person):
        return NotEligible(reason="group", detail=f"This batch is for members of {group_id!r}.")
    needs_booking = batch.mode == "lottery" or (batch.booking is not None and batch.booking.required)
    if needs_booking and env.bookings.get(release, citizen.person) is None:
        return NotEligible(reason="booking-required", detail="This batch is for those who booked.")
    if batch.mode == "lottery":
        # Nobody is drawn before a draw; the draw brings its list here.
        return NotEligible(reason="not-drawn", detail="Its draw has not named you.")
    return None


def _refuse_by_price(env: Environment, release: Release, control: Control, now_s: int) -> None:
    if release.batch.price_points > 0:
        # The contract's order: what is gone cannot be bought with any number of points.
        refuse_by_stock(release, control, now_s, env.rng)
        # Nobody can earn points yet, so every balance is zero; the points account brings the real comparison.
        raise InsufficientPoints(detail=f"This pack costs {release.batch.price_points} points; you have 0.")

"""What a till scans, and the coupon behind it: codes of a minute, printed codes with their PIN."""

from __future__ import annotations

import hmac
from dataclasses import dataclass

from coupons.clock import SKEW_S
from coupons.damage import Damaged
from coupons.model.batches import PublishedBatch
from coupons.model.claims import Claim, Coupon, Ruling
from coupons.model.codes import LATE_MAX_S, Scanned
from coupons.model.terms import Terms
from coupons.process.services import Services
from coupons.refusals import CodeExpired, CodeInvalid, CouponNotUsable, NotFound
from coupons.sealing import CouponRef
from coupons.stores import keys


@dataclass(frozen=True, slots=True)
class Presented:
    """The coupon that an order brings, as read a moment ago."""

    ref: CouponRef
    batch: PublishedBatch
    claim: Claim
    coupon_id: str
    ruling: Ruling

    @property
    def coupon(self) -> Coupon:
        return self.claim.coupons[self.ref.index]

    @property
    def terms(self) -> Terms:
        return self.batch.terms[self.ref.index]

    @property
    def expires_at_s(self) -> int:
        return self.coupon.expires_at_s + self.ruling.extended_s


def open_code(services: Services, code: str, pin: str | None) -> Scanned:
    """Raises CodeInvalid unless we sealed `code`."""
    opened = services.keys.open_code(code)
    if opened is not None:
        return Scanned(code, opened[0], issued_at_s=opened[1])
    printed = services.keys.open_print(code)
    if printed is None:
        raise CodeInvalid(detail="This is not one of our codes.")
    return Scanned(code, printed[0], print_no=printed[1], pin=pin)


def refuse_old_code(scanned: Scanned, presented: Presented, now_s: int) -> None:
    """Raises CodeExpired unless the code lives now, or lived when it was scanned, less than ten minutes ago, if late.

    Raises as `refuse_returned` besides.
    """
    late_at_s, wait_s = scanned.late_at_s, presented.coupon.fresh_code_in_s(now_s) or None
    if late_at_s is not None and late_at_s <= now_s - LATE_MAX_S:
        expired_at_s, detail = late_at_s + LATE_MAX_S, "It was scanned more than ten minutes ago."
        raise CodeExpired(expired_at_s=expired_at_s, retry_after_s=wait_s, detail=detail)
    if not scanned.lives_at(now_s if late_at_s is None else late_at_s):
        detail = "Ask the customer for a fresh code."
        raise CodeExpired(expired_at_s=scanned.expires_at_s, retry_after_s=wait_s, detail=detail)
    refuse_returned(scanned, presented, now_s)


def refuse_returned(scanned: Scanned, presented: Presented, now_s: int) -> None:
    """Raises CodeExpired if the coupon came back after its code was issued, CodeInvalid if a print is not its last.

    What was shown for a use that was undone buys nothing again. The condition of the write says the same
    (`stores/coupon_parts.py`); this says it in words.
    """
    coupon = presented.coupon
    if coupon.is_brought_by(scanned, now_s):
        return
    if scanned.print_no:
        raise _replaced()
    raise CodeExpired(
        expired_at_s=min(coupon.bar_s - SKEW_S, scanned.expires_at_s),
        retry_after_s=max(coupon.fresh_code_in_s(now_s), 1),
        detail="The coupon came back since this code was shown; ask the customer for a fresh one.",
    )


def refuse_wrong_pin(services: Services, scanned: Scanned, presented: Presented) -> None:
    """Raises CodeInvalid unless a print is the coupon's last one and comes with its PIN, which five wrong ones spoil.

    2 write units for a print: the try, and its pardon. Nothing for other codes.
    """
    if not scanned.print_no:
        return
    if scanned.pin is None:
        raise CodeInvalid(reason="pin-required", detail="A printed code is used with its PIN.")
    tried = services.claims.try_pin(presented.batch, scanned.ref, scanned.print_no)
    if tried == "replaced":
        raise _replaced()
    if tried == "exhausted":
        raise CodeInvalid(reason="pin-spoiled", detail="Too many wrong PINs; have the coupon printed anew.")
    if not hmac.compare_digest(services.keys.pin(scanned.code), scanned.pin):
        raise CodeInvalid(reason="pin-wrong", detail="The PIN is wrong.")
    services.claims.forgive_try(presented.batch, scanned.ref, scanned.print_no)


def present(services: Services, ref: CouponRef) -> Presented:
    """Read the coupon strongly. Raises NotFound if its claim is not there, Damaged if it has no such coupon."""
    batch = services.cache.batch_numbered(ref.batch_number)
    claim = services.claims.get(batch, ref.person, consistent=True)
    if claim is None or claim.batch_number != batch.number:
        raise NotFound(detail="No such coupon.")
    if len(claim.coupons) != len(batch.terms):
        key = keys.claim(batch.claim_key, batch.buckets, ref.person)
        raise Damaged(services.claims.table, *keys.place_of(key), "its coupons are not those of its batch")
    coupon_id = services.keys.seal_coupon(ref, claim.key_version)
    return Presented(ref, batch, claim, coupon_id, services.cache.control(batch.batch_id).ruling)


def refuse_unusable(presented: Presented, now_s: int, order: bytes) -> None:
    """Raises CouponNotUsable unless the coupon is available, or held by `order` itself."""
    status = presented.coupon.status(now_s, presented.ruling)
    if status == "available" or (status == "held" and presented.coupon.order == order):
        return
    by_other = " by another order" if status == "held" else ""
    raise CouponNotUsable(
        coupon_status=status,
        expires_at_s=presented.expires_at_s,
        timezone=presented.batch.timezone,
        detail=f"The coupon is {status}{by_other}.",
    )


def _replaced() -> CodeInvalid:
    return CodeInvalid(reason="replaced", detail="This print was replaced by a newer one, or by its coupon's return.")

"""The code that a till scans: it is one of ours, its age is checked, and it was issued since the coupon came back."""

from __future__ import annotations

from coupons.clock import SKEW_S
from coupons.model.scans import LATE_MAX_S, Scanned
from coupons.process.services import Services
from coupons.refusal_reasons import LateScanReason
from coupons.refusals import CodeExpired, CodeInvalid
from coupons.till.coupons import TillCoupon


def open_code(services: Services, code: str, pin: str | None) -> Scanned:
    """What `code` names: a code of a minute, or a printed one. Raises CodeInvalid unless we sealed it."""
    opened = services.keys.open_code(code)
    if opened is not None:
        return Scanned(code, opened[0], issued_at_s=opened[1])
    printed = services.keys.open_print(code)
    if printed is None:
        if services.keys.open_slot_code(code) is not None:
            raise CodeInvalid(reason="slot-code", detail="This code checks a person in at a venue; it is no coupon's.")
        raise CodeInvalid(detail="This is not one of our codes.")
    return Scanned(code, printed[0], print_no=printed[1], pin=pin)


def refuse_old_code(scanned: Scanned, presented: TillCoupon, now_s: int) -> None:
    """Raises CodeExpired if the code is too old now, or for a late scan: was too old then, or the scan is too long ago.

    Raises as `refuse_returned` as well.
    """
    late_at_s, wait_s = scanned.late_at_s, presented.coupon.fresh_code_in_s(now_s) or None
    timezone = presented.batch.timezone
    if late_at_s is not None and late_at_s <= now_s - LATE_MAX_S:
        expired_at_s, detail = late_at_s + LATE_MAX_S, "It was scanned more than ten minutes ago."
        raise CodeExpired(expired_at_s=expired_at_s, retry_after_s=wait_s, timezone=timezone, detail=detail)
    if not scanned.lives_at(now_s if late_at_s is None else late_at_s):
        detail = "Ask the customer for a fresh code."
        raise CodeExpired(expired_at_s=scanned.expires_at_s, retry_after_s=wait_s, timezone=timezone, detail=detail)
    refuse_returned(scanned, presented, now_s)


def refuse_returned(scanned: Scanned, presented: TillCoupon, now_s: int) -> None:
    """Raises CodeExpired if the coupon came back after its code was issued, CodeInvalid if a newer print replaced this.

    A code that was shown for a reversed use cannot be used again. The condition of the write checks the same
    (`stores/coupon_parts.py`); this check gives the reason.
    """
    coupon = presented.coupon
    if coupon.is_brought_by(scanned, now_s):
        return
    if scanned.print_no:
        raise replaced_print()
    raise CodeExpired(
        expired_at_s=min(coupon.bar_s - SKEW_S, scanned.expires_at_s),
        retry_after_s=max(coupon.fresh_code_in_s(now_s), 1),
        timezone=presented.batch.timezone,
        detail="The coupon came back after this code was shown; ask the customer for a fresh one.",
    )


def replaced_print() -> CodeInvalid:
    return CodeInvalid(reason="replaced", detail="This print was replaced by a newer one, or by its coupon's return.")


def too_late(scanned: Scanned, timezone: str, reason: LateScanReason) -> CodeExpired:
    """The refusal of a late scan: `late-not-allowed` for this merchant, or `late-limit` of the day is reached."""
    detail = (
        "This merchant may not send scans late." if reason == "late-not-allowed" else "No late scans are left today."
    )
    return CodeExpired(
        expired_at_s=scanned.expires_at_s,
        reason=reason,
        timezone=timezone,
        detail=f"{detail} Ask for a fresh code.",
    )

"""The PIN of a printed code: five wrong ones spoil the print."""

from __future__ import annotations

import hmac

from coupons.model.scans import Scanned
from coupons.process.services import Services
from coupons.refusals import CodeInvalid
from coupons.till.codes import replaced_print
from coupons.till.coupons import TillCoupon


def refuse_wrong_pin(services: Services, scanned: Scanned, presented: TillCoupon) -> None:
    """Raises CodeInvalid unless a print is the coupon's newest one and comes with its PIN.

    2 write units for a print: the try is counted first, and taken back if the PIN is right. Nothing for other codes.
    """
    if not scanned.print_no:
        return
    if scanned.pin is None:
        raise CodeInvalid(reason="pin-required", detail="A printed code is used with its PIN.")
    tried = services.claims.try_pin(presented.batch, scanned.ref, scanned.print_no)
    if tried == "replaced":
        raise replaced_print()
    if tried == "exhausted":
        raise CodeInvalid(reason="pin-spoiled", detail="Too many wrong PINs; have the coupon printed again.")
    if not hmac.compare_digest(services.keys.pin(scanned.code), scanned.pin):
        raise CodeInvalid(reason="pin-wrong", detail="The PIN is wrong.")
    services.claims.forgive_try(presented.batch, scanned.ref, scanned.print_no)

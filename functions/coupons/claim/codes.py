"""Codes of a coupon: one that a shop can scan for a minute, and one on paper with a PIN."""

from __future__ import annotations

from coupons.model.batches import PublishedBatch
from coupons.process.services import Services
from coupons.refusals import NotFound
from coupons.sealing import CODE_LIFE_S, CouponRef


def issue_code(services: Services, coupon_id: str, person: bytes, now_s: int) -> tuple[str, PublishedBatch, int]:
    """A code that a shop can scan until `now + 60 s`: the code, its batch, its expiry. Nothing is read or written.

    Only we can have sealed the id, and only for a claim that exists; the coupon's state is checked when the code is
    used. Raises NotFound for an id that is not ours or another person's.
    """
    ref = _own_coupon(services, coupon_id, person)
    batch = services.cache.batch_numbered(ref.batch_number)
    return services.keys.seal_code(ref, now_s), batch, now_s + CODE_LIFE_S


def print_code(services: Services, coupon_id: str, person: bytes) -> tuple[str, str, PublishedBatch, int]:
    """A printed code and its PIN, for a person without a phone: code, PIN, batch, and the coupon's expiry.

    The print can be used as long as the coupon; a newer print of the coupon replaces it. One write unit. Raises
    NotFound for an id that is not ours or another person's.
    """
    ref = _own_coupon(services, coupon_id, person)
    batch = services.cache.batch_numbered(ref.batch_number)
    printed = services.claims.print_coupon(batch, ref)
    if printed is None:
        raise _no_such_coupon()
    coupon, number = printed
    code = services.keys.seal_print(ref, number)
    return code, services.keys.pin(code), batch, coupon.expires_at_s + services.cache.control(batch.batch_id).extended_s


def _own_coupon(services: Services, coupon_id: str, person: bytes) -> CouponRef:
    opened = services.keys.open_coupon(coupon_id)
    if opened is None or opened[0].person != person:
        raise _no_such_coupon()
    return opened[0]


def _no_such_coupon() -> NotFound:
    return NotFound(detail="You have no such coupon.")

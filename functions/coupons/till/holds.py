"""Set a coupon aside for one unpaid order, and let it go again."""

from __future__ import annotations

from typing import Any

from coupons.model.orders import Order, OrderRecord, fingerprint, order_key
from coupons.process.services import Services
from coupons.refusals import Busy, OrderConflict
from coupons.stores.dynamodb import TransactionFailed
from coupons.till.redemptions import ATTEMPTS, assess_or_refuse, order_conflict, till_of
from coupons.till.scans import (
    open_code,
    present,
    refuse_old_code,
    refuse_returned,
    refuse_unusable,
    refuse_wrong_pin,
)

_ORDER = 1  # its place in the transaction


def hold(
    services: Services,
    merchant_id: str,
    order_no: str,
    order: Order,
    *,
    code: str,
    pin: str | None = None,
    ttl_s: int,
    now_s: int,
) -> tuple[OrderRecord, str, bool]:
    """The coupon is set aside for this order until `now + ttl_s`, the longest hold of its terms, or its own expiry.

    The soonest of the three; a lapsed hold is free by the clock: nothing has to release it. Returns the order, its time
    zone, True for a repeat, which is answered with the first hold. 4 write units.
    Raises CodeInvalid, CodeExpired, OrderConflict, CouponNotUsable, OrderNotEligible, Busy.
    """
    standing = services.orders.get(merchant_id, order_no)
    content = fingerprint(order)
    scanned = open_code(services, code, pin)
    ref, presented = scanned.ref, present(services, scanned.ref)
    timezone = presented.batch.timezone
    if standing is not None and _is_hold_of(standing, presented.coupon_id, content):
        return standing, timezone, True
    refuse_old_code(scanned, presented, now_s)
    refuse_wrong_pin(services, scanned, presented)
    if standing is not None:
        raise order_conflict(standing)
    key = order_key(merchant_id, order_no)
    for _ in range(ATTEMPTS):
        refuse_returned(scanned, presented, now_s)
        refuse_unusable(presented, now_s, order=key)
        record = OrderRecord(
            merchant_id=merchant_id,
            order_no=order_no,
            state="held",
            coupon_id=presented.coupon_id,
            fingerprint=content,
            batch_id=presented.batch.batch_id,
            terms_id=presented.terms.terms_id,
            amounts=assess_or_refuse(presented, till_of(services, presented, merchant_id), order, now_s),
            at_s=now_s,
            held_until_s=min(now_s + ttl_s, now_s + presented.terms.hold_max_s, presented.expires_at_s),
        )
        coupon = services.coupons.hold(
            presented.batch, ref, key, scanned, record.held_until_s, now_s, presented.ruling.extended_s
        )
        try:
            services.transact([coupon, services.orders.hold(record)])
        except TransactionFailed as failure:
            if _ORDER in failure.items:
                standing = services.orders.standing(failure.items[_ORDER])
                if _is_hold_of(standing, record.coupon_id, content):
                    return standing, timezone, True
                raise order_conflict(standing) from failure
            presented = present(services, ref)
            continue
        return record, timezone, False
    raise Busy(detail="Others are using this coupon; try again.")


def release(services: Services, merchant_id: str, order_no: str, now_s: int) -> tuple[OrderRecord, bool]:
    """The order holds nothing and never will: a cancel that overtakes its redemption wins. True for a repeat.

    An order that is not there leaves a tombstone. Raises OrderConflict if the order is redeemed (reverse it), Busy.
    """
    standing = services.orders.get(merchant_id, order_no)
    for _ in range(ATTEMPTS):
        if standing is not None and standing.state == "released":
            return standing, True
        if standing is not None and standing.state == "redeemed":
            raise OrderConflict(detail=f"Order {order_no!r} is redeemed; reverse it.")
        tombstone = OrderRecord(merchant_id, order_no, "released", at_s=now_s)
        if standing is not None and _give_up(services, standing, tombstone):
            return tombstone, False
        if standing is None:
            standing = services.orders.bury(tombstone)
            if standing is None:
                return tombstone, False
        else:
            standing = services.orders.get(merchant_id, order_no)
    raise Busy(detail="This order is changing; try again.")


def _is_hold_of(standing: OrderRecord, coupon_id: str, content: str) -> bool:
    """It stays one after the order was redeemed from it: the redemption keeps the hold's deadline."""
    return standing.held_until_s > 0 and standing.same_content(coupon_id, content)


def _give_up(services: Services, standing: OrderRecord, tombstone: OrderRecord) -> bool:
    """Release coupon and order together; False if the order moved on meanwhile."""
    opened = services.keys.open_coupon(standing.coupon_id)
    assert opened is not None, "we sealed the id of a coupon that an order holds"
    batch = services.cache.batch(standing.batch_id)
    key = order_key(standing.merchant_id, standing.order_no)
    coupon, order = services.coupons.release(batch, opened[0], key), services.orders.release(tombstone)
    try:
        services.transact([coupon, order])
    except TransactionFailed as failure:
        # If the hold had lapsed and another order took the coupon, only our own order is left to close.
        return _ORDER not in failure.items and _close(services, order)
    return True


def _close(services: Services, order: dict[str, Any]) -> bool:
    try:
        services.transact([order])
    except TransactionFailed:
        return False
    return True

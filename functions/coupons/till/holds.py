"""Hold a coupon for one unpaid order, for as long as its terms allow, and release it."""

from __future__ import annotations

from dataclasses import dataclass, replace

from coupons.model.orders import Order, OrderRecord
from coupons.model.scans import Scanned
from coupons.process.services import Services
from coupons.refusals import Busy, OrderConflict
from coupons.stores.dynamodb import TransactionFailed
from coupons.till.codes import open_code, refuse_old_code
from coupons.till.coupons import TillCoupon, refuse_unusable
from coupons.till.limits import limits_of_use, parts_of_release
from coupons.till.pins import refuse_wrong_pin
from coupons.till.quotes import amounts_or_refuse
from coupons.till.reads import TillRead, decided, till_of
from coupons.till.redemptions import order_conflict

RELEASE_ATTEMPTS = 3


@dataclass(slots=True)
class _Asked:
    """A request to hold."""

    merchant_id: str
    order_no: str
    order: Order
    scanned: Scanned
    ttl_s: int
    now_s: int
    is_pin_right: bool = False
    """Its PIN was compared in an attempt before: five wrong ones spoil a print, so it is compared once."""


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
    """The coupon is held for this order, until `hold_ends_at_s`. A lapsed hold needs no release: it ends by the clock.

    Returns the order, its time zone, and True for a repeat, which gets the first hold before any refusal is looked for.
    4 write units and 2 a limit that counts uses, 4 read units and 1 such a limit; 2 requests (`till/reads.py`). Raises
    CodeInvalid, CodeExpired, OrderConflict, CouponNotUsable, NotEligible (a limit), OrderNotEligible, Busy.
    """
    scanned = open_code(services, code, pin)
    asked = _Asked(merchant_id, order_no, order, scanned, ttl_s, now_s)
    return decided(services, merchant_id, order_no, scanned.ref, lambda read: _attempt(services, asked, read))


def hold_ends_at_s(presented: TillCoupon, ttl_s: int, now_s: int) -> int:
    """When a hold ends: after `ttl_s`, after the longest hold of the terms, or at the coupon's expiry, the soonest."""
    return min(now_s + ttl_s, now_s + presented.terms.hold_max_s, presented.expires_at_s)


def release(services: Services, merchant_id: str, order_no: str, now_s: int) -> tuple[OrderRecord, bool]:
    """The order holds nothing and never will: a cancel that overtakes its redemption wins. True for a repeat.

    An order that does not exist leaves a tombstone. Raises OrderConflict if the order is redeemed (reverse it), Busy.
    """
    existing = services.orders.get(merchant_id, order_no)
    for _ in range(RELEASE_ATTEMPTS):
        if existing is not None and existing.state == "released":
            return existing, True
        if existing is not None and existing.state == "redeemed":
            raise OrderConflict(detail=f"Order {order_no!r} is redeemed; reverse it.")
        tombstone = OrderRecord(merchant_id, order_no, "released", at_s=now_s)
        if existing is not None and _release_held(services, existing, tombstone):
            return tombstone, False
        if existing is None:
            existing = services.orders.bury(tombstone)
            if existing is None:
                return tombstone, False
        else:
            existing = services.orders.get(merchant_id, order_no)
    raise Busy(detail="This order is changing; try again.")


def _is_same_hold(existing: OrderRecord, wanted: OrderRecord) -> bool:
    """True after the order was redeemed too, if it held first: the redemption keeps the hold's deadline."""
    return existing.held_until_s > 0 and existing.same_content(wanted.coupon_id, wanted.fingerprint)


def _attempt(services: Services, asked: _Asked, read: TillRead) -> tuple[OrderRecord, str, bool]:
    """The hold by one read. Raises its refusals, and TransactionFailed if a condition refused it."""
    presented, existing, scanned, now_s = read.presented, read.existing, asked.scanned, asked.now_s
    wanted = presented.order_record("held", asked.merchant_id, asked.order_no, asked.order, services.keys, now_s)
    if existing is not None and _is_same_hold(existing, wanted):
        return existing, presented.batch.timezone, True
    refuse_old_code(scanned, presented, now_s)
    if not asked.is_pin_right:
        refuse_wrong_pin(services, scanned, presented)
        asked.is_pin_right = True
    if existing is not None:
        raise order_conflict(existing)
    refuse_unusable(presented, now_s, order=wanted.key)
    limits = limits_of_use(services, presented, wanted.key, now_s, now_s)
    limits.refuse_reached()
    amounts = amounts_or_refuse(presented, till_of(services, read), asked.order, now_s)
    until_s = hold_ends_at_s(presented, asked.ttl_s, now_s)
    record = limits.counted(replace(wanted, amounts=amounts, held_until_s=until_s))
    extended_s = presented.ruling.extended_s
    coupon = services.coupons.hold(presented.batch, presented.ref, wanted.key, scanned, until_s, now_s, extended_s)
    services.transact([coupon, services.orders.hold(record), *limits.parts_of_hold(until_s)])
    return record, presented.batch.timezone, False


def _release_held(services: Services, held: OrderRecord, tombstone: OrderRecord) -> bool:
    """Release the coupon and the order together; False if the order changed meanwhile."""
    opened = services.keys.open_coupon(held.coupon_id)
    assert opened is not None, "we sealed the id of a coupon that an order holds"
    batch = services.cache.batch(held.batch_id)
    coupon, order = services.coupons.release(batch, opened[0], held.key), services.orders.release(tombstone)
    counted = parts_of_release(services, batch, opened[0].person, held)
    try:
        services.transact([coupon, order, *counted])
    except TransactionFailed as failure:
        # If the hold had lapsed and another order took the coupon, only our own order is left to release.
        return "order" not in failure.kinds and services.tries([order])
    return True

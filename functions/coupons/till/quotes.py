"""What a coupon is worth for an order: a quote, which changes nothing, and the same assessment for hold and redeem."""

from __future__ import annotations

from coupons.model.assessment import Assessment, Till, assess
from coupons.model.orders import LineAmounts, Order, SoldAt
from coupons.model.terms import Terms
from coupons.process.services import Services
from coupons.refusals import OrderNotEligible
from coupons.till.codes import open_code, refuse_old_code
from coupons.till.coupons import TillCoupon, refuse_unusable
from coupons.till.limits import limits_of_use
from coupons.till.pins import refuse_wrong_pin
from coupons.till.reads import read_at_till, till_of


def quote(
    services: Services, merchant_id: str, code: str, order: Order, now_s: int, *, pin: str | None = None
) -> tuple[Assessment, Terms]:
    """What the coupon would be worth for this order now, and by which terms; nothing is changed. 3 read units.

    Raises CodeInvalid, CodeExpired, CouponNotUsable, NotEligible (a limit of uses), Busy. An order that does not fit is
    an answer, not a refusal.
    """
    scanned = open_code(services, code, pin)
    read = read_at_till(services, merchant_id, scanned.ref)
    presented = read.presented
    refuse_old_code(scanned, presented, now_s)
    refuse_wrong_pin(services, scanned, presented)
    refuse_unusable(presented, now_s, order=b"")
    limits_of_use(services, presented, b"", now_s, now_s).refuse_reached()
    return _assess(presented, till_of(services, read), order, now_s), presented.terms


def amounts_or_refuse(presented: TillCoupon, at: Till | None, order: Order, moment_s: int) -> LineAmounts:
    """The order's amounts by the terms at that moment. Raises OrderNotEligible with every reason."""
    found = _assess(presented, at, order, moment_s)
    if not found.eligible:
        raise OrderNotEligible(
            reasons=list(found.reasons), detail=f"The coupon does not fit this order: {', '.join(found.reasons)}."
        )
    return found.amounts


def sold_at(at: Till, order: Order) -> SoldAt:
    """What statistics will need of the merchant's record, which operators may change."""
    store = at.record.store(order.store_id)
    return SoldAt(order.channel, store.district if store else None, at.record.category, tuple(at.record.tags))


def _assess(presented: TillCoupon, at: Till | None, order: Order, moment_s: int) -> Assessment:
    return assess(presented.terms, order, at, presented.coupon, moment_s, presented.batch.timezone)

"""What a coupon is worth for an order: a quote, which changes nothing, and the same assessment for hold and redeem."""

from __future__ import annotations

from coupons.model.assessment import Assessment, Till, assess
from coupons.model.orders import LineAmounts, Order, SoldAt
from coupons.model.terms import Terms
from coupons.process.services import Services
from coupons.refusals import OrderNotEligible
from coupons.till.codes import open_code, refuse_old_code
from coupons.till.coupons import TillCoupon, read_coupon, refuse_unusable
from coupons.till.limits import limits_of_use
from coupons.till.pins import refuse_wrong_pin


def quote(
    services: Services, merchant_id: str, code: str, order: Order, now_s: int, *, pin: str | None = None
) -> tuple[Assessment, Terms]:
    """What the coupon would be worth for this order now, and by which terms; nothing is changed.

    Raises CodeInvalid, CodeExpired, CouponNotUsable, NotEligible (a limit of uses), Busy. An order that does not fit is
    an answer, not a refusal.
    """
    scanned = open_code(services, code, pin)
    presented = read_coupon(services, scanned.ref)
    refuse_old_code(scanned, presented, now_s)
    refuse_wrong_pin(services, scanned, presented)
    refuse_unusable(presented, now_s, order=b"")
    limits_of_use(services, presented, b"", now_s, now_s).refuse_reached()
    return _assess(presented, till_of(services, presented, merchant_id), order, now_s), presented.terms


def till_of(services: Services, presented: TillCoupon, merchant_id: str) -> Till | None:
    """The merchant as its record says now; None if it has none. 1 read unit."""
    campaign_id = presented.batch.campaign_id
    suspended = services.cache.suspended_districts(campaign_id)
    found = services.registry.merchant(merchant_id)
    return None if found is None else Till(merchant_id, found[0], campaign_id in found[1], suspended)


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

"""What a coupon is worth for an order, or every reason why it cannot be used for it. Pure.

A quote is only this; hold and redemption assess again, and conditional writes decide.
"""

from __future__ import annotations

from typing import NamedTuple

from coupons.fields import BASIS_POINTS
from coupons.model.claims import Coupon
from coupons.model.merchants import MerchantRecord
from coupons.model.opening_hours import is_open
from coupons.model.orders import Item, LineAmounts, Order
from coupons.model.scopes import (
    are_regions_in,
    channels_in,
    is_channel_in,
    is_closed,
    is_store_in,
    refused_merchant,
)
from coupons.model.terms import Exchange, PercentOff, Terms
from coupons.money import FundingLine, split
from coupons.refusal_reasons import OrderReason
from coupons.times import epoch_s


class Assessment(NamedTuple):
    """`eligible` if and only if `reasons` is empty; otherwise amounts are zero and the order is payable in full."""

    reasons: tuple[OrderReason, ...]
    amounts: LineAmounts
    missing_minor: int = 0
    """What the items in scope cost less than the threshold; 0 unless `min-spend` is a reason."""

    @property
    def eligible(self) -> bool:
        return not self.reasons


class Till(NamedTuple):
    """The merchant by its record, and whether it takes part in the coupon's campaign."""

    merchant_id: str
    record: MerchantRecord
    enrolled: bool
    suspended_districts: frozenset[str] = frozenset()
    """Districts that the campaign suspends: no store there takes its coupons, on any channel."""


def assess(terms: Terms, order: Order, till: Till | None, coupon: Coupon, moment_s: int, timezone: str) -> Assessment:
    """Assess `order` at `till` (None: no such merchant) by `terms` at `moment_s` in the campaign's `timezone`.

    The discount is computed over the items in scope. It is at least one minor unit, so that no coupon is used for
    nothing, and at most `total_minor`. The merchant match is at most what is left to pay; the funding lines add up to
    the discount.
    """
    return _assess_items(terms, order, *_in_scope(terms, order, till), coupon, moment_s, timezone)


def assess_in_scope(terms: Terms, order: Order, coupon: Coupon, moment_s: int, timezone: str) -> Assessment:
    """The same for an order that is known to be in the scope of the terms, at a merchant that takes part."""
    return _assess_items(terms, order, order.items, [], coupon, moment_s, timezone)


def _assess_items(
    terms: Terms,
    order: Order,
    items: list[Item],
    reasons: list[OrderReason],
    coupon: Coupon,
    moment_s: int,
    timezone: str,
) -> Assessment:
    """`items`: those that count; `reasons`: why the order is out of scope."""
    if not is_open(terms, moment_s, timezone):
        reasons.append("window")
    if moment_s < coupon.valid_from_s:
        reasons.append("not-yet-valid")
    reasons += [one for one in terms.requires if getattr(order, one) is None]
    discount_minor = _discount(terms, order, items, reasons)
    if not reasons and discount_minor == 0:
        reasons.append("no-discount")
    if reasons:
        return Assessment(tuple(reasons), LineAmounts(0, 0, order.total_minor, ()), _missing(terms, order, items))
    match_minor = min(
        discount_minor * _match_basis_points(terms, moment_s) // BASIS_POINTS, order.total_minor - discount_minor
    )
    shares = split(discount_minor, [share.basis_points for share in terms.funding])
    funding = tuple(FundingLine(share.funder_id, part) for share, part in zip(terms.funding, shares, strict=True))
    payable_minor = order.total_minor - discount_minor - match_minor
    return Assessment((), LineAmounts(discount_minor, match_minor, payable_minor, funding))


def _discount(terms: Terms, order: Order, items: list[Item], reasons: list[OrderReason]) -> int:
    """The discount for `items`; 0 and a reason if they cost too little, or do not hold the item of an exchange.

    Of several lines with the item of an exchange, the one with the highest price counts.
    """
    if isinstance(terms.discount, Exchange):
        prices = [item.price_minor for item in items if item.sku == terms.discount.sku]
        if not prices and "tag" not in reasons:
            reasons.append("tag")
        return min(max(prices, default=0), terms.discount.value_minor, order.total_minor)
    if _missing(terms, order, items) > 0:
        reasons.append("min-spend")
        return 0
    if isinstance(terms.discount, PercentOff):
        return min(_base(terms, order, items) * terms.discount.basis_points // BASIS_POINTS, terms.discount.cap_minor)
    return terms.discount.amount_minor


def _missing(terms: Terms, order: Order, items: list[Item]) -> int:
    """By how much less than the threshold the order counts; an exchange has no threshold."""
    if isinstance(terms.discount, Exchange):
        return 0
    return max(0, terms.discount.threshold_minor - _base(terms, order, items))


def _base(terms: Terms, order: Order, items: list[Item]) -> int:
    """What the threshold is compared with: the items in scope, or the whole order if the terms restrict no items."""
    if not (terms.scope.item_categories or terms.scope.item_tags):
        return order.total_minor
    return min(order.total_minor, sum(item.price_minor * item.quantity for item in items))


def _in_scope(terms: Terms, order: Order, till: Till | None) -> tuple[list[Item], list[OrderReason]]:
    """The items that count, and the reasons of place: merchant, category, tag, channel, region."""
    scope, reasons = terms.scope, list[OrderReason]()
    record = till.record if till is not None and till.enrolled and not till.record.suspended else None
    store = record.store(order.store_id) if record else None
    if till is not None and record is not None:
        reasons += refused_merchant(scope, till.merchant_id, record)
    if (store is None or not is_store_in(scope, store)) and "merchant" not in reasons:
        reasons.insert(0, "merchant")
    if order.channel not in channels_in(scope, record) if record else not is_channel_in(scope, order.channel):
        reasons.append("channel")
    # Offline the goods are where the store is; online where they are delivered to.
    places = {order.region} | ({store.region} if store is not None and order.channel == "offline" else set())
    if (till and store and is_closed(store, till.suspended_districts)) or not are_regions_in(scope, places):
        reasons.append("region")
    of_category = [i for i in order.items if not scope.item_categories or i.category in scope.item_categories]
    if not of_category and "category" not in reasons:
        reasons.append("category")
    items = [i for i in of_category if not scope.item_tags or set(i.tags) & set(scope.item_tags)]
    if of_category and not items and "tag" not in reasons:
        reasons.append("tag")
    return items, reasons


def _match_basis_points(terms: Terms, moment_s: int) -> int:
    """The merchant's ratio in force at `moment_s`; none before the first."""
    in_force = 0
    for ratio in terms.merchant_match:
        if epoch_s(ratio.starts_at) <= moment_s:
            in_force = ratio.basis_points
    return in_force

"""Where a coupon can be used, as the scope of its terms says: for an order at the till, and for lists of merchants."""

from __future__ import annotations

from collections.abc import Collection

from coupons.fields import Channel
from coupons.model.merchants import Merchant, MerchantRecord, Store
from coupons.model.terms import Scope
from coupons.refusal_reasons import OrderReason


def refused_merchant(scope: Scope, merchant_id: str, merchant: Merchant | MerchantRecord) -> list[OrderReason]:
    """Why no order at this merchant is in the scope: merchant, category, tag; empty if one may be."""
    reasons = list[OrderReason]()
    if scope.merchants and merchant_id not in scope.merchants:
        reasons.append("merchant")
    if scope.merchant_categories and merchant.category not in scope.merchant_categories:
        reasons.append("category")
    if scope.merchant_tags and not set(merchant.tags) & set(scope.merchant_tags):
        reasons.append("tag")
    return reasons


def channels_in(scope: Scope, merchant: Merchant | MerchantRecord) -> list[Channel]:
    """The channels of the merchant on which an order may be in the scope."""
    return [channel for channel in merchant.channels if is_channel_in(scope, channel)]


def is_channel_in(scope: Scope, channel: Channel) -> bool:
    return not scope.channels or channel in scope.channels


def is_store_in(scope: Scope, store: Store) -> bool:
    return not scope.stores or store.store_id in scope.stores


def are_regions_in(scope: Scope, regions: Collection[str]) -> bool:
    """Whether goods in, or for, all these regions are in the scope."""
    return not scope.regions or set(regions) <= set(scope.regions)


def is_closed(store: Store, suspended_districts: Collection[str]) -> bool:
    """Whether the campaign suspends the store's district: then it takes no coupon, on any channel."""
    return store.district in suspended_districts


def accepting_stores(
    scope: Scope, merchant_id: str, merchant: Merchant | MerchantRecord, suspended_districts: Collection[str] = ()
) -> list[Store]:
    """The stores of the merchant at which an order can be in the scope, whatever its items are; empty if none.

    An order that is placed online may go to another region than its store's.
    """
    channels = channels_in(scope, merchant)
    if not channels or refused_merchant(scope, merchant_id, merchant):
        return []
    return [
        store
        for store in merchant.stores
        if is_store_in(scope, store)
        and not is_closed(store, suspended_districts)
        and ("online" in channels or are_regions_in(scope, [store.region]))
    ]

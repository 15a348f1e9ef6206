"""What letting a person in is worth to the venue: its slot as an order, judged by the terms of its subsidy batch. Pure.

The order costs what the slot costs, at the store of the venue, and holds one item: the facility. So terms say whom they
pay as they do for coupons, by merchant, region, category `sport` and price.
"""

from __future__ import annotations

from dataclasses import dataclass

from coupons.model.assessment import Till, assess, assess_in_scope
from coupons.model.batches import PublishedBatch
from coupons.model.claims import fresh_coupon
from coupons.model.facilities import Venue
from coupons.model.merchants import Merchant, MerchantRecord
from coupons.model.orders import Item, LineAmounts, Order
from coupons.model.slots import Slot
from coupons.model.terms import FixedWindow, Terms
from coupons.refusal_reasons import OrderReason, VisitReason
from coupons.times import epoch_s

SPORT = "sport"
"""The category of what is booked by the hour, which `scope.item_categories` is compared with."""


@dataclass(frozen=True, slots=True)
class Visit:
    """What a venue is paid for one check-in: nothing if there are `reasons`, and then the person pays in full."""

    order: Order
    amounts: LineAmounts
    reasons: tuple[VisitReason, ...] = ()


def order_of(slot: Slot, merchant: Merchant | MerchantRecord | None) -> Order:
    """The order that a check-in to the slot is. `merchant`: who runs its venue; None where its stores do not matter.

    If the merchant no longer has the venue's store, the order names it all the same, and no terms pay for it.
    """
    venue = slot.of.venue
    assert venue is not None, "a facility has a venue"
    return _order(slot.name.facility_id, slot.price_minor, venue, merchant)


def _order(facility_id: str, price_minor: int, venue: Venue, merchant: Merchant | MerchantRecord | None) -> Order:
    assert venue.store_id is not None, "the venue of a facility has a store"
    stores = merchant.stores if merchant else []
    store = next((one for one in stores if one.store_id == venue.store_id), None)
    item = Item(sku=facility_id, category=SPORT, tags=[], price_minor=price_minor, quantity=1)
    region = store.region if store else venue.district
    return Order(total_minor=price_minor, store_id=venue.store_id, channel="offline", region=region, items=[item])


def never_met(
    terms: Terms, facility_id: str, price_minor: int, venue: Venue, merchant: Merchant | MerchantRecord
) -> tuple[OrderReason, ...]:
    """Why no check-in at this price can be paid by the terms of a venue batch, whenever it is; empty if one can.

    A merchant that is suspended, or has not joined the campaign, may be let in later, so neither is a reason.
    """
    assert venue.merchant_id is not None, "the venue of a facility has a merchant"
    assert isinstance(terms.validity, FixedWindow), "a venue batch has such terms"
    facts = {name: getattr(merchant, name) for name in ("title", "category", "tags", "channels", "stores")}
    till = Till(venue.merchant_id, MerchantRecord(**facts), enrolled=True)
    always = terms.model_copy(update={"usable": [], "blackout_dates": []})
    starts_at_s = epoch_s(terms.validity.starts_at)
    order, coupon = _order(facility_id, price_minor, venue, merchant), fresh_coupon(always, starts_at_s, "UTC")
    return assess(always, order, till, coupon, starts_at_s, "UTC").reasons


def pays_for(batch: PublishedBatch, slot: Slot) -> bool:
    """Whether the slot begins in the window of its subsidy batch: only these are counted (`coverage.py`) and paid."""
    return batch.opens_at_s <= slot.starts_at_s < batch.closes_at_s


def payable_at_door_minor(batch: PublishedBatch, slot: Slot) -> int:
    """What a visitor of the slot pays, by the terms of its subsidy batch at the slot's beginning.

    As announced to everybody: the venue is taken for one that the terms pay (others are refused at applying, by
    `never_met`), and what the campaign may still pay its merchant is left out.
    """
    [terms] = batch.terms
    at_s, timezone = slot.starts_at_s, batch.timezone
    if not pays_for(batch, slot):
        return slot.price_minor
    coupon = fresh_coupon(terms, at_s, timezone)
    return assess_in_scope(terms, order_of(slot, None), coupon, at_s, timezone).amounts.payable_minor


def unpaid_visit(slot: Slot, merchant: Merchant | MerchantRecord, reason: VisitReason) -> Visit:
    """The visit of a slot that nothing is paid for."""
    order = order_of(slot, merchant)
    return Visit(order, LineAmounts(0, 0, order.total_minor, ()), (reason,))


def visit_of(
    batch: PublishedBatch, slot: Slot, till: Till, moment_s: int, *, ceiling_left_minor: int | None = None
) -> Visit:
    """What the venue is paid for a person checked in to `slot` at `moment_s` by its subsidy batch.

    `ceiling_left_minor`: what the campaign may still pay this merchant; None: it has no ceiling.
    """
    [terms] = batch.terms
    if not pays_for(batch, slot) or moment_s >= batch.last_expiry_s:
        return unpaid_visit(slot, till.record, "window")
    order = order_of(slot, till.record)
    found = assess(terms, order, till, fresh_coupon(terms, moment_s, batch.timezone), moment_s, batch.timezone)
    if ceiling_left_minor is not None and found.amounts.discount_minor > ceiling_left_minor:
        return unpaid_visit(slot, till.record, "ceiling")
    return Visit(order, found.amounts, found.reasons)

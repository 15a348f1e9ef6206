"""Quotes, holds, redemptions and reversals, as tills and shops see them."""

from typing import Literal, Self

from coupons.fields import Channel, Title
from coupons.model.assessment import Assessment
from coupons.model.merchants import OwnRecord, Store
from coupons.model.orders import OrderRecord, Reversal
from coupons.model.terms import Terms
from coupons.refusal_reasons import OrderReason
from coupons.times import rfc3339
from coupons.web.responses.base import FundingView, Moment, ResponseBody, funding_of_lines


class MerchantView(ResponseBody):
    """The merchant that asks, as its record says now."""

    merchant_id: str
    title: Title
    category: str
    """What terms compare with their categories of merchants."""
    channels: list[Channel]
    """Where it sells."""
    stores: list[Store]
    """Where it sells from."""
    campaigns: list[str]
    """The campaigns in which it takes part."""
    suspended: bool
    """It redeems no coupons; it can still release, reverse and read."""
    late_scans_per_day: int
    """How many late scans are taken a settlement day, from tills that were offline; 0: none."""
    late_scans_left: int
    """How many of them are left today, in the time zone of its campaigns."""

    @classmethod
    def of(cls, own: OwnRecord) -> Self:
        return cls.copied(own, own.record)


class QuoteView(ResponseBody):
    """What a coupon would be worth for an order."""

    eligible: bool
    """Whether the coupon can be used for the order."""
    reasons: list[OrderReason]
    """Each term that the order does not meet; empty if it is eligible."""
    missing_minor: int
    """By how much the goods that count cost too little, if `min-spend` is a reason; else 0."""
    discount_minor: int
    merchant_match_minor: int
    payable_minor: int
    hold_max_s: int
    """How many seconds an order can hold this coupon at most."""

    @classmethod
    def of(cls, found: Assessment, terms: Terms) -> Self:
        return cls.copied(found, found.amounts, terms)


class HoldView(ResponseBody):
    """A coupon that is set aside for an order."""

    order_no: str
    coupon_id: str
    discount_minor: int
    merchant_match_minor: int
    payable_minor: int
    held_until: Moment
    """When the hold ends: the first second in which another order can have the coupon."""

    @classmethod
    def of(cls, order: OrderRecord, timezone: str) -> Self:
        return cls.copied(order, order.amounts, held_until=rfc3339(order.held_until_s, timezone))


class ReleaseView(ResponseBody):
    """An order whose hold was released. Its number cannot be used again."""

    order_no: str
    status: Literal["released"]
    """The coupon is free."""


class RedemptionView(ResponseBody):
    """An order that used a coupon."""

    order_no: str
    coupon_id: str
    """The coupon; of a check-in, the id of the booking."""
    batch_id: str
    """Empty for a check-in that no batch pays for, as is `terms_id`."""
    terms_id: str
    discount_minor: int
    merchant_match_minor: int
    payable_minor: int
    funding: list[FundingView]
    redeemed_at: Moment
    """When the coupon was redeemed."""
    late: bool

    @classmethod
    def of(cls, order: OrderRecord, timezone: str) -> Self:
        return cls.copied(
            order,
            order.amounts,
            funding=funding_of_lines(order.amounts.funding),
            redeemed_at=rfc3339(order.at_s, timezone),
        )


class ReversalView(ResponseBody):
    """What a reversal undid of a redemption."""

    order_no: str
    reversal_no: str
    amount_minor: int
    """What the customer gets back."""
    discount_minor: int
    """What the funders get back."""
    merchant_match_minor: int
    """What the merchant gets back of its own addition."""
    funding: list[FundingView]
    """What each funder gets back."""
    reversed_at: Moment
    """When it was reversed."""
    coupon_returned: bool
    """The coupon came back: it can be used again until it expires."""

    @classmethod
    def of(cls, order_no: str, reversal: Reversal, timezone: str) -> Self:
        return cls.copied(
            reversal,
            reversal.amounts,
            order_no=order_no,
            amount_minor=reversal.amounts.payable_minor,
            funding=funding_of_lines(reversal.amounts.funding),
            reversed_at=rfc3339(reversal.reversed_at_s, timezone),
        )

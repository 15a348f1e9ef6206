"""Quotes, holds, redemptions and reversals, as tills and shops see them."""

from __future__ import annotations

from typing import Literal, Self

from coupons.model.assessment import Assessment
from coupons.model.orders import OrderRecord, Reversal
from coupons.model.terms import Terms
from coupons.refusals import OrderReason
from coupons.times import rfc3339
from coupons.web.responses.base import FundingView, ResponseBody, funding_of_lines


class QuoteView(ResponseBody):
    """`hold_max_s`: how long an order can hold this coupon at most."""

    eligible: bool
    reasons: list[OrderReason]
    discount_minor: int
    merchant_match_minor: int
    payable_minor: int
    hold_max_s: int

    @classmethod
    def of(cls, found: Assessment, terms: Terms) -> Self:
        return cls.copied(found, found.amounts, terms)


class HoldView(ResponseBody):
    order_no: str
    coupon_id: str
    discount_minor: int
    merchant_match_minor: int
    payable_minor: int
    held_until: str

    @classmethod
    def of(cls, order: OrderRecord, timezone: str) -> Self:
        return cls.copied(order, order.amounts, held_until=rfc3339(order.held_until_s, timezone))


class ReleaseView(ResponseBody):
    order_no: str
    status: Literal["released"]


class RedemptionView(ResponseBody):
    order_no: str
    coupon_id: str
    batch_id: str
    terms_id: str
    discount_minor: int
    merchant_match_minor: int
    payable_minor: int
    funding: list[FundingView]
    redeemed_at: str
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
    order_no: str
    reversal_no: str
    amount_minor: int
    discount_minor: int
    merchant_match_minor: int
    funding: list[FundingView]
    reversed_at: str
    coupon_returned: bool

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

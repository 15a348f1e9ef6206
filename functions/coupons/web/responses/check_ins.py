"""A check-in, as the venue sees it."""

from __future__ import annotations

from typing import Literal, Self

from coupons.model.check_ins import CheckedIn
from coupons.refusal_reasons import VisitReason
from coupons.times import rfc3339
from coupons.web.responses.base import CurrencyCode, FundingView, Moment, ResponseBody, funding_of_lines


class CheckInDoneView(ResponseBody):
    """A person whom the venue let in, and what it is paid for that."""

    slot_id: str
    checkin_no: str
    booking_id: str
    """The place that was used; nobody is named."""
    checked_in_at: Moment
    """When the person was checked in."""
    status: Literal["checked-in"]
    """The place is used."""
    subsidy_minor: int
    """What the funders pay the venue."""
    currency: CurrencyCode
    payable_minor: int
    """What the person still pays at the venue."""
    funding: list[FundingView]
    """What each funder pays; together the subsidy."""
    reasons: list[VisitReason]
    """Why the venue is paid nothing; empty if it is paid."""

    @classmethod
    def of(cls, done: CheckedIn) -> Self:
        order = done.order
        return cls(
            slot_id=order.slot_id,
            checkin_no=order.order_no,
            booking_id=order.coupon_id,
            checked_in_at=rfc3339(order.at_s, done.slot.timezone),
            status="checked-in",
            subsidy_minor=order.amounts.discount_minor,
            currency=done.purse.currency,
            payable_minor=order.amounts.payable_minor,
            funding=funding_of_lines(order.amounts.funding),
            reasons=list(order.reasons),
        )

"""The answers of routes, one model each; `web/views.py` makes them. Budgets and audits: `web/money_answers.py`."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict

from coupons.fields import Title
from coupons.model import batches, claims
from coupons.model.campaigns import Booking, Eligibility, Section
from coupons.model.limits import Limit
from coupons.model.terms import Terms


class View(BaseModel):
    model_config = ConfigDict(frozen=True)


class BatchSummary(View):
    batch_id: str
    campaign_id: str
    title: Title
    section_id: str | None
    mode: str
    status: batches.Status
    opens_at: str
    closes_at: str
    booking: Booking | None
    exclusive_group: str | None
    eligibility: Eligibility
    price_points: int
    limits: list[Limit]
    quantity: int
    remaining: int
    booked: int | None
    """How many booked; known half a minute after their window closed."""


class BatchView(BatchSummary):
    coupons: list[Terms]


class CampaignSummary(View):
    campaign_id: str
    title: Title
    timezone: str
    currency: str
    starts_at: str
    ends_at: str


class CampaignList(View):
    campaigns: list[CampaignSummary]


class CampaignView(CampaignSummary):
    description: Title | None
    sections: list[Section]
    batches: list[BatchSummary]


class CouponView(View):
    coupon_id: str
    batch_id: str
    terms_id: str
    title: Title
    status: claims.Status
    valid_from: str
    expires_at: str
    held_until: str | None
    """Of an order that is not paid yet: free again then at the latest."""


class ClaimView(View):
    batch_id: str
    claimed_at: str
    coupons: list[CouponView]


class WalletView(View):
    """`damaged`: packs of the person that cannot be shown, and will be once they are mended; nothing is lost."""

    coupons: list[CouponView]
    as_of: str
    damaged: int


class BookingView(View):
    batch_id: str
    booked_at: str
    status: Literal["booked", "cancelled"]


class PersonView(View):
    """What the hotline sees: what the person's own app would show them."""

    coupons: list[CouponView]
    bookings: list[BookingView]
    as_of: str
    damaged: int
    """Packs and bookings that cannot be shown until they are mended."""


class CodeView(View):
    """`pin`: of a printed code."""

    code: str
    expires_at: str
    pin: str | None = None


class QuoteView(View):
    """`hold_max_s`: how long an order can hold this coupon at most."""

    eligible: bool
    reasons: list[str]
    discount_minor: int
    merchant_match_minor: int
    payable_minor: int
    hold_max_s: int


class FundingView(View):
    funder_id: str
    amount_minor: int


class HoldView(View):
    order_no: str
    coupon_id: str
    discount_minor: int
    merchant_match_minor: int
    payable_minor: int
    held_until: str


class ReleaseView(View):
    order_no: str
    status: Literal["released"]


class RedemptionView(View):
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


class ReversalView(View):
    order_no: str
    reversal_no: str
    amount_minor: int
    discount_minor: int
    merchant_match_minor: int
    funding: list[FundingView]
    reversed_at: str
    coupon_returned: bool


class BatchState(View):
    batch_id: str
    status: batches.Status
    quantity: int
    extended_days: int
    voided: bool


class MembersView(View):
    """`added` and `removed`: who joined and who left by this call; who need not do either is in neither."""

    group_id: str
    added: int
    removed: int
    entitled: int
    """Everyone who was ever a member."""

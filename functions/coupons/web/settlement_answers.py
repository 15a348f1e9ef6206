"""What a merchant's day is answered with: its lines, and their sums by campaign."""

from __future__ import annotations

from typing import Literal

from coupons.web.answers import FundingView, View


class LineView(View):
    kind: str
    order_no: str
    reversal_no: str | None
    coupon_id: str
    campaign_id: str
    batch_id: str
    terms_id: str
    currency: str
    discount_minor: int
    merchant_match_minor: int
    payable_minor: int
    funding: list[FundingView]
    at: str
    late: bool
    coupon_returned: bool
    """By this reversal."""
    withheld: str | None
    """Why it is not paid out, also when that is decided."""
    decision: Literal["released", "refused"] | None


class LateView(View):
    """Redemptions by tills that had been cut off: how many, their share of all redemptions, and their discount."""

    lines: int
    share_basis_points: int
    discount_minor: int


class TotalsView(View):
    lines: int
    redemptions: int
    discount_minor: int
    merchant_match_minor: int
    payable_minor: int
    funding: list[FundingView]
    late: LateView


class SumsView(TotalsView):
    """Of a campaign's lines, in its currency; those that are paid out, that are withheld and that were refused add up
    to it in every number.
    """

    campaign_id: str
    currency: str
    due: TotalsView
    withheld: TotalsView
    refused: TotalsView


class LostView(View):
    """A line that is there and cannot be read until it is mended."""

    order_no: str
    reversal_no: str | None


class SettlementView(View):
    """`sums` are of the lines on this page, by campaign, and the pages of a day add up to the day.

    `final`: no line comes any more, and `day_sums` are those of the whole day. `damaged`: how many items cannot be
    read: lines of this page, which `lost` names, and what the day rests on; not 0, nothing here is final, and
    nothing is to be paid by it.
    """

    merchant_id: str
    day: str
    lines: list[LineView]
    damaged: int
    lost: list[LostView]
    sums: list[SumsView]
    final: bool
    day_sums: list[SumsView] | None
    next: str | None

"""How each answer is made from what the operations return."""

from __future__ import annotations

from typing import Literal

from coupons.model import batches
from coupons.model.assessment import Assessment
from coupons.model.batches import BatchNow, Control, PublishedBatch
from coupons.model.campaigns import Campaign
from coupons.model.claimed_packs import ClaimedPack
from coupons.model.claims import BookingRecord
from coupons.model.days import Totals
from coupons.model.merchants import Withholding
from coupons.model.orders import Line, OrderRecord, Reversal
from coupons.model.payouts import PAYOUTS, SumsByPayout
from coupons.model.statements import StatementPage, cursor_of
from coupons.model.terms import Terms
from coupons.money import FundingLine, Purse
from coupons.process.services import Services
from coupons.times import DAY_S, epoch_s, rfc3339
from coupons.web.answers import (
    BatchState,
    BatchSummary,
    BatchView,
    BookingView,
    CampaignView,
    ClaimView,
    CouponView,
    FundingView,
    HoldView,
    PersonView,
    QuoteView,
    RedemptionView,
    ReversalView,
    WalletView,
)
from coupons.web.settlement_answers import LateView, LineView, LostView, SettlementView, SumsView, TotalsView


def campaign_summary(campaign: Campaign) -> dict[str, object]:
    return {
        "campaign_id": campaign.campaign_id,
        "title": campaign.title,
        "timezone": campaign.timezone,
        "currency": campaign.currency,
        "starts_at": rfc3339(epoch_s(campaign.starts_at), campaign.timezone),
        "ends_at": rfc3339(epoch_s(campaign.ends_at), campaign.timezone),
    }


def campaign_view(campaign: Campaign, batches: list[BatchNow]) -> CampaignView:
    summaries = [BatchSummary.model_validate(_batch_fields(now)) for now in batches]
    return CampaignView.model_validate(
        {
            **campaign_summary(campaign),
            "description": campaign.description,
            "sections": campaign.sections,
            "batches": summaries,
        }
    )


def batch_view(now: BatchNow) -> BatchView:
    return BatchView.model_validate({**_batch_fields(now), "coupons": list(now.batch.terms)})


def _batch_fields(now: BatchNow) -> dict[str, object]:
    batch, document = now.batch, now.batch.document
    return {
        "batch_id": batch.batch_id,
        "campaign_id": batch.campaign_id,
        "title": document.title,
        "section_id": document.section_id,
        "mode": document.mode,
        "status": now.status,
        "opens_at": rfc3339(batch.opens_at_s, batch.timezone),
        "closes_at": rfc3339(batch.closes_at_s, batch.timezone),
        "booking": document.booking,
        "exclusive_group": document.exclusive_group,
        "eligibility": document.eligibility,
        "price_points": document.price_points,
        "limits": list(batch.limits),
        "quantity": now.control.quantity,
        "remaining": now.remaining,
        "booked": now.control.booked if now.control.booked >= 0 else None,
    }


def coupon_views(services: Services, held: ClaimedPack, now_s: int) -> list[CouponView]:
    return [_coupon_view(services, held, index, now_s) for index in range(len(held.claim.coupons))]


def _coupon_view(services: Services, held: ClaimedPack, index: int, now_s: int) -> CouponView:
    batch, coupon = held.batch, held.claim.coupons[index]
    terms, status = batch.terms[index], held.status(index, now_s)
    return CouponView(
        coupon_id=held.coupon_ids(services.keys)[index],
        batch_id=batch.batch_id,
        terms_id=terms.terms_id,
        title=terms.title,
        status=status,
        valid_from=rfc3339(coupon.valid_from_s, batch.timezone),
        expires_at=rfc3339(held.expires_at_s(index), batch.timezone),
        held_until=rfc3339(coupon.held_until_s, batch.timezone) if status == "held" else None,
    )


def claim_view(services: Services, held: ClaimedPack, now_s: int) -> ClaimView:
    return ClaimView(
        batch_id=held.batch.batch_id,
        claimed_at=rfc3339(held.claim.claimed_at_s, held.batch.timezone),
        coupons=coupon_views(services, held, now_s),
    )


def wallet_view(services: Services, wallet: list[ClaimedPack], damaged: int, status: str, now_s: int) -> WalletView:
    coupons = [view for held in wallet for view in coupon_views(services, held, now_s)]
    shown = [view for view in coupons if not status or view.status == status]
    timezone = wallet[0].batch.timezone if wallet else "UTC"
    return WalletView(coupons=shown, as_of=rfc3339(now_s, timezone), damaged=damaged)


def booking_view(batch: PublishedBatch, record: BookingRecord, status: Literal["booked", "cancelled"]) -> BookingView:
    booked_at = rfc3339(record.booked_at_s, batch.timezone)
    return BookingView(batch_id=batch.batch_id, booked_at=booked_at, status=status)


def person_view(
    services: Services,
    wallet: list[ClaimedPack],
    bookings: list[tuple[PublishedBatch, BookingRecord]],
    damaged: int,
    now_s: int,
) -> PersonView:
    held = wallet_view(services, wallet, damaged, "", now_s)
    booked = [booking_view(batch, record, "booked") for batch, record in bookings]
    return PersonView(coupons=held.coupons, bookings=booked, as_of=held.as_of, damaged=damaged)


def quote_view(found: Assessment, terms: Terms) -> QuoteView:
    return QuoteView(
        eligible=found.eligible,
        reasons=list(found.reasons),
        discount_minor=found.discount_minor,
        merchant_match_minor=found.merchant_match_minor,
        payable_minor=found.payable_minor,
        hold_max_s=terms.hold_max_s,
    )


def _funding(lines: tuple[FundingLine, ...]) -> list[FundingView]:
    return [FundingView(funder_id=line.funder_id, amount_minor=line.amount_minor) for line in lines]


def hold_view(order: OrderRecord, timezone: str) -> HoldView:
    return HoldView(
        order_no=order.order_no,
        coupon_id=order.coupon_id,
        discount_minor=order.amounts.discount_minor,
        merchant_match_minor=order.amounts.merchant_match_minor,
        payable_minor=order.amounts.payable_minor,
        held_until=rfc3339(order.held_until_s, timezone),
    )


def redemption_view(order: OrderRecord, timezone: str) -> RedemptionView:
    return RedemptionView(
        order_no=order.order_no,
        coupon_id=order.coupon_id,
        batch_id=order.batch_id,
        terms_id=order.terms_id,
        discount_minor=order.amounts.discount_minor,
        merchant_match_minor=order.amounts.merchant_match_minor,
        payable_minor=order.amounts.payable_minor,
        funding=_funding(order.amounts.funding),
        redeemed_at=rfc3339(order.at_s, timezone),
        late=order.late,
    )


def reversal_view(order_no: str, reversal: Reversal, timezone: str) -> ReversalView:
    return ReversalView(
        order_no=order_no,
        reversal_no=reversal.reversal_no,
        amount_minor=reversal.amounts.payable_minor,
        discount_minor=reversal.amounts.discount_minor,
        merchant_match_minor=reversal.amounts.merchant_match_minor,
        funding=_funding(reversal.amounts.funding),
        reversed_at=rfc3339(reversal.reversed_at_s, timezone),
        coupon_returned=reversal.coupon_returned,
    )


def line_view(line: Line, withholding: Withholding | None, timezone: str) -> LineView:
    return LineView(
        kind=line.kind,
        order_no=line.order_no,
        reversal_no=line.reversal_no or None,
        coupon_id=line.coupon_id,
        campaign_id=line.purse.campaign_id,
        batch_id=line.batch_id,
        terms_id=line.terms_id,
        currency=line.purse.currency,
        discount_minor=line.amounts.discount_minor,
        merchant_match_minor=line.amounts.merchant_match_minor,
        payable_minor=line.amounts.payable_minor,
        funding=_funding(line.amounts.funding),
        at=rfc3339(line.at_s, timezone),
        late=line.late,
        coupon_returned=line.coupon_returned,
        withheld=withholding.reason if withholding else None,
        decision=withholding.decision if withholding else None,
    )


def settlement_view(merchant_id: str, day: str, page: StatementPage, lines: list[LineView]) -> SettlementView:
    return SettlementView(
        merchant_id=merchant_id,
        day=day,
        lines=lines,
        damaged=page.damaged,
        lost=[LostView(order_no=order_no, reversal_no=reversal_no or None) for order_no, reversal_no in page.lost],
        sums=_sums_view(page.split),
        final=page.day_sums is not None,
        day_sums=_sums_view(page.day_sums) if page.day_sums else None,
        next=cursor_of(page.after) if page.after else None,
    )


def _sums_view(split: SumsByPayout) -> list[SumsView]:
    return [_of_purse(purse, totals, split) for purse, totals in sorted(split.whole.by_purse.items())]


def _of_purse(purse: Purse, totals: Totals, split: SumsByPayout) -> SumsView:
    parts = {name: TotalsView.model_validate(_totals(split.of(name).of(purse))) for name in PAYOUTS}
    return SumsView.model_validate({**purse._asdict(), **_totals(totals), **parts})


def _totals(totals: Totals) -> dict[str, object]:
    return {
        "lines": totals.lines,
        "redemptions": totals.redemptions,
        "discount_minor": totals.discount_minor,
        "merchant_match_minor": totals.merchant_match_minor,
        "payable_minor": totals.payable_minor,
        "funding": [FundingView(funder_id=funder_id, amount_minor=owed) for funder_id, owed in totals.funding.items()],
        "late": LateView(
            lines=totals.late,
            share_basis_points=totals.late_basis_points,
            discount_minor=totals.late_discount_minor,
        ),
    }


def batch_state(batch: PublishedBatch, control: Control, now_s: int) -> BatchState:
    return BatchState(
        batch_id=batch.batch_id,
        status=batches.status(batch, control, now_s),
        quantity=control.quantity,
        extended_days=control.extended_s // DAY_S,
        voided=control.voided,
    )

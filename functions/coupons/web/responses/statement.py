"""A merchant's statement of one settlement day: its lines and their sums by campaign, as JSON and as a CSV file."""

from __future__ import annotations

import csv
import io
from typing import Any, Self

from coupons.cells import text_cell
from coupons.model.days import Sums, Totals
from coupons.model.merchants import Decision, Withholding
from coupons.model.orders import Line, LineKind
from coupons.model.particulars import FulfilmentMode
from coupons.model.payouts import PAYOUTS, SumsByPayout
from coupons.model.statements import StatementPage, line_cursor_of
from coupons.money import Purse
from coupons.refusal_reasons import VisitReason
from coupons.times import rfc3339
from coupons.web.responses.base import (
    CalendarDay,
    CurrencyCode,
    FundingView,
    Moment,
    ResponseBody,
    funding_of_amounts,
    funding_of_lines,
)


class LineView(ResponseBody):
    """A settlement line. The amounts of a reversal are negative."""

    kind: LineKind
    """What it records."""
    order_no: str
    reversal_no: str | None
    """The merchant's own number of the reversal; null for a redemption."""
    coupon_id: str
    """The coupon; of a check-in, the id of the booking."""
    slot_id: str | None
    """The slot that a person was checked in to; null for a coupon."""
    campaign_id: str
    batch_id: str
    """Empty for a check-in that no batch pays for, as is `terms_id`."""
    terms_id: str
    currency: CurrencyCode
    discount_minor: int
    merchant_match_minor: int
    payable_minor: int
    funding: list[FundingView]
    at: Moment
    """When the coupon was redeemed, or the redemption reversed."""
    late: bool
    coupon_returned: bool
    """By this reversal the coupon came back."""
    reasons: list[VisitReason]
    """Why the venue is paid nothing for a check-in."""
    withheld: str | None
    """The reason why the line was withheld, also after a decision; null: it was not."""
    decision: Decision | None
    """What an operator decided about the withheld line; null: nothing yet, or it was not withheld."""
    fulfilment: FulfilmentMode | None
    """How the goods reached the customer; null: the order did not say."""
    evidence: bool
    """The order stated evidence, such as a prescription."""

    @classmethod
    def of(cls, line: Line, withholding: Withholding | None, timezone: str) -> Self:
        return cls.copied(
            line,
            line.purse,
            line.amounts,
            reversal_no=line.reversal_no or None,
            slot_id=line.slot_id or None,
            reasons=list(line.reasons),
            funding=funding_of_lines(line.amounts.funding),
            at=rfc3339(line.at_s, timezone),
            withheld=withholding.reason if withholding else None,
            decision=withholding.decision if withholding else None,
        )


class LateView(ResponseBody):
    """Redemptions by tills that had been cut off."""

    lines: int
    """How many."""
    share_basis_points: int
    """Their share of all redemptions; 10000 is all of them."""
    discount_minor: int


class TotalsView(ResponseBody):
    """Sums of settlement lines, redemptions less reversals."""

    lines: int
    """How many lines."""
    redemptions: int
    """How many of them are redemptions."""
    discount_minor: int
    merchant_match_minor: int
    payable_minor: int
    funding: list[FundingView]
    late: LateView
    """The late redemptions among them."""

    @classmethod
    def of(cls, totals: Totals, **more: Any) -> Self:
        """`more`: the fields that a subclass adds."""
        late = LateView(
            lines=totals.late,
            share_basis_points=totals.late_basis_points,
            discount_minor=totals.late_discount_minor,
        )
        return cls.copied(totals, funding=funding_of_amounts(totals.funding), late=late, **more)


class SumsView(TotalsView):
    """The sums of a campaign's lines in its currency. In every number they are `due` + `withheld` + `refused`."""

    campaign_id: str
    currency: CurrencyCode
    due: TotalsView
    """The lines that are paid out."""
    withheld: TotalsView
    """The lines that wait for an operator's decision."""
    refused: TotalsView
    """The lines that an operator refused to pay."""

    @classmethod
    def each_of(cls, sums: SumsByPayout) -> list[Self]:
        """One for each campaign and currency."""
        return [cls._of(purse, totals, sums) for purse, totals in sorted(sums.whole.by_purse.items())]

    @classmethod
    def _of(cls, purse: Purse, totals: Totals, sums: SumsByPayout) -> Self:
        parts = {payout: TotalsView.of(sums.of(payout).of(purse)) for payout in PAYOUTS}
        return cls.of(totals, campaign_id=purse.campaign_id, currency=purse.currency, **parts)


class UseView(ResponseBody):
    """The check-ins of one facility by the lines of a day."""

    facility_id: str
    campaign_id: str
    slots: int
    """In how many slots somebody was checked in."""
    visits: int
    """People checked in, also where nothing was paid, or was reversed later."""
    subsidy_minor: int
    """What funders pay for them, redemptions less reversals."""
    currency: CurrencyCode

    @classmethod
    def each_of(cls, sums: Sums) -> list[Self]:
        """One for each facility, in the order of their ids."""
        found = [
            cls.copied(uses, purse, facility_id=facility_id)
            for purse, totals in sums.by_purse.items()
            for facility_id, uses in totals.uses.items()
        ]
        return sorted(found, key=lambda one: one.facility_id)


class LostView(ResponseBody):
    """A line that is stored and cannot be read until it is mended."""

    order_no: str
    reversal_no: str | None
    """The merchant's own number of the reversal; null for a redemption."""


class SettlementView(ResponseBody):
    """A page of a merchant's settlement day. Unless `damaged` is 0, nothing may be paid out by it."""

    merchant_id: str
    day: CalendarDay
    lines: list[LineView]
    """The lines of this page."""
    damaged: int
    """How many items cannot be read: lines of this page, and others that the day depends on."""
    lost: list[LostView]
    """The lines of this page that cannot be read."""
    sums: list[SumsView]
    """The sums of this page's lines, by campaign; the pages of a day add up to the day."""
    final: bool
    """No more lines can come."""
    day_sums: list[SumsView] | None
    """The sums of the whole day, by campaign; null until the day is final."""
    uses: list[UseView]
    """The day's check-ins by facility; empty until the day is final."""
    next: str | None
    """The `cursor` of the next page; null: this is the last."""

    @classmethod
    def of(cls, merchant_id: str, day: str, page: StatementPage) -> Self:
        lines = [
            LineView.of(line, page.withholdings.of(line.order_no), timezone)
            for line, timezone in zip(page.lines, page.timezones, strict=True)
        ]
        return cls(
            merchant_id=merchant_id,
            day=day,
            lines=lines,
            damaged=page.damaged,
            lost=[LostView(order_no=order_no, reversal_no=reversal_no or None) for order_no, reversal_no in page.lost],
            sums=SumsView.each_of(page.split),
            final=page.day_sums is not None,
            day_sums=SumsView.each_of(page.day_sums) if page.day_sums else None,
            uses=UseView.each_of(page.day_sums.whole) if page.day_sums else [],
            next=line_cursor_of(page.after) if page.after else None,
        )

    def as_csv(self) -> str:
        """One row a line. The funders' shares are in one column, `government:500 platform:300`. Texts are text cells.

        A line that cannot be read is a row of the kind `damaged` with its numbers alone, so that an incomplete file
        cannot be taken for a complete one.
        """
        last = ("funding", "withheld", "decision", "fulfilment", "evidence", "slot_id", "reasons")
        columns = [*(name for name in LineView.model_fields if name not in last), *last]
        file = io.StringIO()
        writer = csv.writer(file)
        writer.writerow(columns)
        for line in self.lines:
            funding = " ".join(f"{part.funder_id}:{part.amount_minor}" for part in line.funding)
            row = line.model_dump(mode="json") | {"funding": funding, "reasons": " ".join(line.reasons)}
            writer.writerow([_cell(row[name]) for name in columns])
        for lost in self.lost:
            named = {"kind": "damaged", **lost.model_dump()}
            writer.writerow([_cell(named.get(name)) for name in columns])
        return file.getvalue()


def _cell(value: object) -> object:
    """`true` and `false` as in JSON; a text as a text cell; a number as it is."""
    if isinstance(value, bool):
        return str(value).lower()
    return text_cell(value) if isinstance(value, str) else value

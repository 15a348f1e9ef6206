"""Lambda function `verify`: what merchants do at the till and online. Scope `merchant`; the token names who."""

from __future__ import annotations

import csv
import io

from coupons import refusals as r
from coupons.settle import statements
from coupons.till import holds, quotes, redemptions, reversals
from coupons.times import epoch_s
from coupons.web.answers import HoldView, QuoteView, RedemptionView, ReleaseView, ReversalView
from coupons.web.api import Answer, Api, Request, repeated, written
from coupons.web.bodies import HoldBody, QuoteBody, RedemptionBody, ReversalBody, SettlementQuery
from coupons.web.metrics import Redeemed
from coupons.web.settlement_answers import LineView, SettlementView
from coupons.web.views import hold_view, line_view, quote_view, redemption_view, reversal_view, settlement_view

api = Api()
handler = api.handler

_BY_CODE = (r.NotFound, r.CodeInvalid, r.CodeExpired, r.CouponNotUsable)
_BY_ORDER = (*_BY_CODE, r.OrderConflict, r.OrderNotEligible)


@api.route("POST /quotes", scope="merchant", body=QuoteBody, answers={200: QuoteView}, refusals=_BY_CODE)
def post_quote(request: Request) -> Answer:
    """What a coupon would be worth for an order; nothing is changed."""
    body, merchant_id = request.body, request.caller.merchant_id
    found, terms = quotes.quote(request.services, merchant_id, body.code, body.order, request.now_s, pin=body.pin)
    return Answer(quote_view(found, terms))


@api.route(
    "PUT /orders/{order_no}/hold",
    scope="merchant",
    body=HoldBody,
    answers={201: HoldView, 200: HoldView},
    refusals=_BY_ORDER,
    operation="hold",
)
def put_hold(request: Request) -> Answer:
    """Set a coupon aside for one unpaid order."""
    body, order_no = request.body, request.path["order_no"]
    order, timezone, replay = holds.hold(
        request.services,
        request.caller.merchant_id,
        order_no,
        body.order,
        code=body.code,
        pin=body.pin,
        ttl_s=body.ttl_s,
        now_s=request.now_s,
    )
    return written(hold_view(order, timezone), replay=replay)


@api.route(
    "DELETE /orders/{order_no}/hold",
    scope="merchant",
    answers={200: ReleaseView},
    refusals=(r.OrderConflict,),
    operation="hold",
)
def delete_hold(request: Request) -> Answer:
    """Let the order's coupon go; the order number is used up."""
    order, replay = holds.release(request.services, request.caller.merchant_id, request.path["order_no"], request.now_s)
    return repeated(ReleaseView(order_no=order.order_no, status="released"), replay=replay)


@api.route(
    "PUT /orders/{order_no}/redemption",
    scope="merchant",
    body=RedemptionBody,
    answers={201: RedemptionView, 200: RedemptionView},
    refusals=_BY_ORDER,
    operation="redemption",
)
def put_redemption(request: Request) -> Answer:
    """Use a coupon for an order, exactly once."""
    body = request.body
    order, timezone, replay = redemptions.redeem(
        request.services,
        request.caller.merchant_id,
        request.path["order_no"],
        body.order,
        code=body.code,
        pin=body.pin,
        scanned_at_s=epoch_s(body.scanned_at) if body.scanned_at else None,
        now_s=request.now_s,
    )
    purse, amounts = request.services.cache.batch(order.batch_id).purse, order.amounts
    redeemed = Redeemed(purse, amounts.discount_minor, amounts.payable_minor, order.late)
    return written(redemption_view(order, timezone), replay=replay, redeemed=redeemed)


@api.route("GET /orders/{order_no}/redemption", scope="merchant", answers={200: RedemptionView}, refusals=(r.NotFound,))
def get_redemption(request: Request) -> Answer:
    """Read back the redemption of an order."""
    merchant_id, order_no = request.caller.merchant_id, request.path["order_no"]
    return Answer(redemption_view(*redemptions.read_redemption(request.services, merchant_id, order_no)))


@api.route(
    "PUT /orders/{order_no}/reversals/{reversal_no}",
    scope="merchant",
    body=ReversalBody,
    answers={201: ReversalView, 200: ReversalView},
    refusals=(r.NotFound, r.OrderConflict, r.ReversalNotAllowed),
    operation="reversal",
)
def put_reversal(request: Request) -> Answer:
    """Undo a redemption, in full or in part."""
    order_no, reversal_no = request.path["order_no"], request.path["reversal_no"]
    reversal, timezone, replay = reversals.reverse(
        request.services, request.caller.merchant_id, order_no, reversal_no, request.body.amount_minor, request.now_s
    )
    return written(reversal_view(order_no, reversal, timezone), replay=replay)


@api.route(
    "GET /settlements/{day}",
    scope="merchant",
    query=SettlementQuery,
    answers={200: SettlementView},
)
def get_settlement(request: Request) -> Answer:
    """The merchant's lines of a day, 500 a page; `Accept: text/csv` gives a file. Final once the day is closed."""
    services, merchant_id, day = request.services, request.caller.merchant_id, request.path["day"]
    page = statements.settlement_page(services, merchant_id, day, request.query.cursor, request.now_s)
    lines = [
        line_view(line, page.withholdings.of(line.order_no), timezone)
        for line, timezone in zip(page.lines, page.timezones, strict=True)
    ]
    view = settlement_view(merchant_id, day, page, lines)
    if "text/csv" not in request.accept:
        return Answer(view)
    headers = {"content-type": "text/csv; charset=utf-8"}
    if view.next:
        headers["link"] = f'</settlements/{day}?cursor={view.next}>; rel="next"'
    return Answer(_csv(view), headers=headers)


def _csv(view: SettlementView) -> str:
    """One row a line; the funders' shares in one column, `government:500 platform:300`.

    A line that cannot be read is a row of the kind `damaged` with its numbers alone, so that no file passes for whole.
    """
    last = ("funding", "withheld", "decision")
    columns = [*(name for name in LineView.model_fields if name not in last), *last]
    file = io.StringIO()
    writer = csv.writer(file)
    writer.writerow(columns)
    for line in view.lines:
        funding = " ".join(f"{part.funder_id}:{part.amount_minor}" for part in line.funding)
        row = line.model_dump(mode="json") | {"funding": funding}
        writer.writerow([str(row[name]).lower() if isinstance(row[name], bool) else row[name] for name in columns])
    for lost in view.lost:
        named = {"kind": "damaged", **lost.model_dump()}
        writer.writerow([named.get(name) for name in columns])
    return file.getvalue()

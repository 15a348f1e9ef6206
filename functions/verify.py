"""Lambda function `verify`: what merchants do, at the till and online. Scope `merchant`; the token says which one."""

from __future__ import annotations

from coupons import refusals as r
from coupons.settle import statements
from coupons.slots import days
from coupons.till import check_ins, holds, quotes, redemptions, reversals, visits
from coupons.till.own_record import own_record
from coupons.times import epoch_s
from coupons.web.accept import prefers_csv
from coupons.web.api import Api, Response, csv_file, repeatable, written
from coupons.web.bodies import CheckInBody, DayQuery, HoldBody, QuoteBody, RedemptionBody, ReversalBody, SettlementQuery
from coupons.web.metrics import RedeemedMoney
from coupons.web.requests import Request
from coupons.web.responses.slots import FacilityBookingsView
from coupons.web.responses.statement import SettlementView
from coupons.web.responses.till import (
    CheckInDoneView,
    HoldView,
    MerchantView,
    QuoteView,
    RedemptionView,
    ReleaseView,
    ReversalView,
)

api = Api("CATALOG_TABLE", "CLAIMS_TABLE", "ORDERS_TABLE", "POINTS_TABLE", "KEYS_SECRET_ARN")
handler = api.handler

_BY_CODE = (r.NotFound, r.NotEligible, r.CodeInvalid, r.CodeExpired, r.CouponNotUsable)
_BY_ORDER = (*_BY_CODE, r.OrderConflict, r.OrderNotEligible)


@api.route("POST /quotes", scope="merchant", body=QuoteBody, responses={200: QuoteView}, refusals=_BY_CODE)
def post_quote(request: Request) -> Response:
    """What a coupon would be worth for an order; nothing is changed."""
    body, merchant_id = request.body, request.caller.merchant_id
    found, terms = quotes.quote(request.services, merchant_id, body.code, body.order, request.now_s, pin=body.pin)
    return Response(QuoteView.of(found, terms))


@api.route(
    "PUT /orders/{order_no}/hold",
    scope="merchant",
    body=HoldBody,
    responses={201: HoldView, 200: HoldView},
    refusals=_BY_ORDER,
    operation="hold",
)
def put_hold(request: Request) -> Response:
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
    return written(HoldView.of(order, timezone), replay=replay)


@api.route(
    "DELETE /orders/{order_no}/hold",
    scope="merchant",
    responses={200: ReleaseView},
    refusals=(r.OrderConflict,),
    operation="hold",
)
def delete_hold(request: Request) -> Response:
    """Release the coupon that the order holds. The order number cannot be used again."""
    order, replay = holds.release(request.services, request.caller.merchant_id, request.path["order_no"], request.now_s)
    return repeatable(ReleaseView(order_no=order.order_no, status="released"), replay=replay)


@api.route(
    "PUT /orders/{order_no}/redemption",
    scope="merchant",
    body=RedemptionBody,
    responses={201: RedemptionView, 200: RedemptionView},
    refusals=_BY_ORDER,
    operation="redemption",
)
def put_redemption(request: Request) -> Response:
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
    redeemed = RedeemedMoney.of(order, request.services.cache.batch(order.batch_id).purse)
    return written(RedemptionView.of(order, timezone), replay=replay, redeemed=redeemed)


@api.route(
    "GET /orders/{order_no}/redemption", scope="merchant", responses={200: RedemptionView}, refusals=(r.NotFound,)
)
def get_redemption(request: Request) -> Response:
    """Read back the redemption of an order."""
    merchant_id, order_no = request.caller.merchant_id, request.path["order_no"]
    return Response(RedemptionView.of(*redemptions.read_redemption(request.services, merchant_id, order_no)))


@api.route(
    "PUT /orders/{order_no}/reversals/{reversal_no}",
    scope="merchant",
    body=ReversalBody,
    responses={201: ReversalView, 200: ReversalView},
    refusals=(r.NotFound, r.OrderConflict, r.ReversalNotAllowed),
    operation="reversal",
)
def put_reversal(request: Request) -> Response:
    """Undo a redemption, in full or in part."""
    order_no, reversal_no = request.path["order_no"], request.path["reversal_no"]
    reversal, timezone, replay = reversals.reverse(
        request.services, request.caller.merchant_id, order_no, reversal_no, request.body.amount_minor, request.now_s
    )
    return written(ReversalView.of(order_no, reversal, timezone), replay=replay)


@api.route(
    "PUT /slots/{slot_id}/checkins/{checkin_no}",
    scope="merchant",
    body=CheckInBody,
    responses={201: CheckInDoneView, 200: CheckInDoneView},
    refusals=(
        r.NotFound,
        r.NotOpen,
        r.Closed,
        r.Stopped,
        r.CodeInvalid,
        r.CodeExpired,
        r.OrderConflict,
        r.CouponNotUsable,
        r.OrderNotEligible,
    ),
    operation="check-in",
)
def put_check_in(request: Request) -> Response:
    """Let a person in who booked the slot: the venue is paid for it, exactly once."""
    slot_id, checkin_no = request.path["slot_id"], request.path["checkin_no"]
    done, replay = check_ins.check_in(
        request.services, request.caller.merchant_id, slot_id, checkin_no, request.body.code, request.now_s
    )
    if not visits.earned(request.services, done.order, request.now_s):
        api.log("a visit has earned nothing yet", slot_id=slot_id, checkin_no=checkin_no)
    return written(CheckInDoneView.of(done), replay=replay, redeemed=RedeemedMoney.of(done.order, done.purse))


@api.route(
    "GET /slots/{slot_id}/checkins/{checkin_no}",
    scope="merchant",
    responses={200: CheckInDoneView},
    refusals=(r.NotFound,),
)
def get_check_in(request: Request) -> Response:
    """Read a check-in back, for instance after a lost response."""
    merchant_id, slot_id, checkin_no = (
        request.caller.merchant_id,
        request.path["slot_id"],
        request.path["checkin_no"],
    )
    return Response(CheckInDoneView.of(check_ins.read_check_in(request.services, merchant_id, slot_id, checkin_no)))


@api.route("GET /merchant", scope="merchant", responses={200: MerchantView})
def get_merchant(request: Request) -> Response:
    """The merchant's own record: its stores, whether it is suspended, and the late scans that it has left today."""
    return Response(MerchantView.of(own_record(request.services, request.caller.merchant_id, request.now_s)))


@api.route(
    "GET /facilities/{facility_id}/bookings",
    scope="merchant",
    query=DayQuery,
    responses={200: FacilityBookingsView},
    refusals=(r.NotFound,),
)
def get_facility_bookings(request: Request) -> Response:
    """How many people are in each slot of the merchant's facility on a day; nobody is named."""
    merchant_id, facility_id = request.caller.merchant_id, request.path["facility_id"]
    found = days.merchants_day(request.services, merchant_id, facility_id, request.query.day, request.now_s)
    return Response(FacilityBookingsView.of(found, request.now_s))


@api.route(
    "GET /settlements/{day}",
    scope="merchant",
    query=SettlementQuery,
    responses={200: SettlementView},
)
def get_settlement(request: Request) -> Response:
    """The merchant's lines of a day, 500 a page, or with `Accept: text/csv` a file. Final once the day is closed."""
    services, merchant_id, day = request.services, request.caller.merchant_id, request.path["day"]
    cursor = request.query.cursor
    page = statements.settlement_page(services, merchant_id, day, cursor, request.now_s)
    view = SettlementView.of(merchant_id, day, page)
    if not prefers_csv(request.accept):
        return Response(view)
    name, first = f"settlement-{merchant_id}-{day}.csv", not cursor
    next_page = f"/settlements/{day}?cursor={view.next}" if view.next else None
    return csv_file(view.as_csv(), name, next_page, bom=request.query.bom and first)

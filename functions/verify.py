"""Lambda function `verify`: what merchants do, at the till and online. Scope `merchant`; the token says which one."""

from __future__ import annotations

from coupons import refusals as r
from coupons.till import holds, quotes, redemptions, reversals
from coupons.till.own_record import own_record
from coupons.times import epoch_s
from coupons.web.api import Api, Response, repeatable, written
from coupons.web.bodies.till import HoldBody, QuoteBody, RedemptionBody, ReversalBody
from coupons.web.metrics import RedeemedMoney
from coupons.web.requests import Request
from coupons.web.responses.till import (
    HoldView,
    MerchantView,
    QuoteView,
    RedemptionView,
    ReleaseView,
    ReversalView,
)

api = Api("CATALOG_TABLE", "CLAIMS_TABLE", "ORDERS_TABLE", "POINTS_TABLE", "KEYS_SECRET_ARN", more="verify_days")
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


@api.route("GET /merchant", scope="merchant", responses={200: MerchantView})
def get_merchant(request: Request) -> Response:
    """The merchant's own record: its stores, whether it is suspended, and the late scans that it has left today."""
    return Response(MerchantView.of(own_record(request.services, request.caller.merchant_id, request.now_s)))

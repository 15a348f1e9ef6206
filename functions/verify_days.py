"""Lambda function `verify`, continued: a venue's slots, and the days that a merchant settled.

Loaded with its first such request: a till that redeems coupons loads none of it.
"""

from __future__ import annotations

from coupons import refusals as r
from coupons.settle import statements
from coupons.slots import days
from coupons.till import check_ins, visits
from coupons.web.accept import prefers_csv
from coupons.web.api import Response, Routes, csv_file, written
from coupons.web.bodies.base import DayQuery
from coupons.web.bodies.till import CheckInBody, SettlementQuery
from coupons.web.metrics import RedeemedMoney
from coupons.web.requests import Request
from coupons.web.responses.check_ins import CheckInDoneView
from coupons.web.responses.slots import FacilityBookingsView
from coupons.web.responses.statement import SettlementView

routes = Routes()


@routes.route(
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
        routes.log("a visit has earned nothing yet", slot_id=slot_id, checkin_no=checkin_no)
    return written(CheckInDoneView.of(done), replay=replay, redeemed=RedeemedMoney.of(done.order, done.purse))


@routes.route(
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


@routes.route(
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


@routes.route(
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

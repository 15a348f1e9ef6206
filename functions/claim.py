"""Lambda function `claim`: what citizens do. Scope `citizen`; the token says which person."""

from __future__ import annotations

from coupons import refusals as r
from coupons.claim import booking, codes, packs, wallet
from coupons.claim.eligibility import Citizen
from coupons.web.api import Api, Response, written
from coupons.web.bodies.base import Empty
from coupons.web.bodies.citizens import CodeBody, WalletQuery
from coupons.web.requests import Request
from coupons.web.responses.claims import BookingView, ClaimView, CodeView, WalletView

api = Api("CATALOG_TABLE", "CLAIMS_TABLE", "POINTS_TABLE", "KEYS_SECRET_ARN", "DRAW_FILES", more="claim_slots")
handler = api.handler

_BY_TIME = (r.NotFound, r.NotOpen, r.Closed)
_BY_CLAIM = (
    *_BY_TIME,
    r.Paused,
    r.Stopped,
    r.NotEligible,
    r.AlreadyClaimedGroup,
    r.Drained,
    r.SoldOut,
    r.InsufficientPoints,
)


@api.route(
    "PUT /batches/{batch_id}/booking",
    scope="citizen",
    body=Empty,
    responses={201: BookingView, 200: BookingView},
    refusals=(*_BY_TIME, r.Stopped, r.NotEligible),
    operation="booking",
)
def put_booking(request: Request) -> Response:
    """Book a batch before it opens; the booking of a lottery is an entry in its draw, and stays."""
    citizen = _citizen(request)
    booked, replay = booking.book(request.services, request.path["batch_id"], citizen, request.now_s)
    return written(BookingView.of(booked.batch, booked.record, receipt=booked.receipt), replay=replay)


@api.route("GET /batches/{batch_id}/booking", scope="citizen", responses={200: BookingView}, refusals=(r.NotFound,))
def get_booking(request: Request) -> Response:
    """Read the person's booking."""
    booked = booking.my_booking(request.services, request.path["batch_id"], request.person, request.now_s)
    return Response(BookingView.of(booked.batch, booked.record, receipt=booked.receipt))


@api.route(
    "DELETE /batches/{batch_id}/booking",
    scope="citizen",
    responses={200: BookingView},
    refusals=_BY_TIME,
    operation="booking",
)
def delete_booking(request: Request) -> Response:
    """Cancel the person's booking while the window is open."""
    booked = booking.cancel(request.services, request.path["batch_id"], request.person, request.now_s)
    return Response(BookingView.of(booked.batch, booked.record, "cancelled"))


@api.route(
    "PUT /batches/{batch_id}/claim",
    scope="citizen",
    body=Empty,
    responses={201: ClaimView, 200: ClaimView},
    refusals=_BY_CLAIM,
    operation="claim",
)
def put_claim(request: Request) -> Response:
    """Claim the batch's pack; a repeat returns the same coupons."""
    citizen = _citizen(request)
    pack, replay = packs.claim(request.services, request.path["batch_id"], citizen, request.now_s)
    if "operator" in request.caller.scopes:
        _log_assistance(request, "assisted claim")
    return written(ClaimView.of(pack, request.services.keys, request.now_s), replay=replay)


@api.route("GET /batches/{batch_id}/claim", scope="citizen", responses={200: ClaimView}, refusals=(r.NotFound,))
def get_claim(request: Request) -> Response:
    """Read the person's claim, for instance after a lost response."""
    pack = wallet.my_claim(request.services, request.path["batch_id"], request.person)
    return Response(ClaimView.of(pack, request.services.keys, request.now_s))


@api.route("GET /wallet", scope="citizen", query=WalletQuery, responses={200: WalletView})
def get_wallet(request: Request) -> Response:
    """All coupons of the person, of one status if asked for."""
    services, now_s = request.services, request.now_s
    found, damaged = wallet.wallet(services, request.person, now_s)
    return Response(WalletView.of(found, damaged, services.keys, now_s, status=request.query.status))


@api.route(
    "POST /coupons/{coupon_id}/code", scope="citizen", body=CodeBody, responses={200: CodeView}, refusals=(r.NotFound,)
)
def post_code(request: Request) -> Response:
    """Issue a code that a shop can scan for 60 seconds, or one on paper with a PIN."""
    coupon_id = request.path["coupon_id"]
    if request.body.print:
        return _printed(request, coupon_id)
    code, batch, expires_at_s = codes.issue_code(request.services, coupon_id, request.person, request.now_s)
    return Response(CodeView.of(code, batch, expires_at_s))


def _citizen(request: Request) -> Citizen:
    caller = request.caller
    return Citizen(request.person, caller.region, request.household, caller.person_id)


def _printed(request: Request, coupon_id: str) -> Response:
    request.caller.require("operator", "Codes are printed at an operator's desk: this needs the scope 'operator' too.")
    code, pin, batch, expires_at_s = codes.print_code(request.services, coupon_id, request.person)
    _log_assistance(request, "printed code")
    return Response(CodeView.of(code, batch, expires_at_s, pin=pin))


def _log_assistance(request: Request, what: str) -> None:
    """Log that an operator acted for the person of the token."""
    api.log(what, operator=request.caller.subject, person=request.person.hex())

"""Lambda function `claim`: what citizens do. Scope `citizen`; the person comes from the token."""

from __future__ import annotations

from coupons import refusals as r
from coupons.claim import booking, packs
from coupons.times import rfc3339
from coupons.web.answers import BookingView, ClaimView, CodeView, WalletView
from coupons.web.api import Answer, Api, Request, written
from coupons.web.bodies import CodeBody, Empty, WalletQuery
from coupons.web.views import booking_view, claim_view, wallet_view

api = Api()
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
    answers={201: BookingView, 200: BookingView},
    refusals=(*_BY_TIME, r.Stopped),
    operation="booking",
)
def put_booking(request: Request) -> Answer:
    """Book a batch before it opens."""
    batch, record, replay = booking.book(request.services, request.path["batch_id"], request.person, request.now_s)
    return written(booking_view(batch, record, "booked"), replay=replay)


@api.route("GET /batches/{batch_id}/booking", scope="citizen", answers={200: BookingView}, refusals=(r.NotFound,))
def get_booking(request: Request) -> Answer:
    """Read the person's booking."""
    batch, record = booking.my_booking(request.services, request.path["batch_id"], request.person)
    return Answer(booking_view(batch, record, "booked"))


@api.route(
    "DELETE /batches/{batch_id}/booking",
    scope="citizen",
    answers={200: BookingView},
    refusals=_BY_TIME,
    operation="booking",
)
def delete_booking(request: Request) -> Answer:
    """Cancel the person's booking while the window is open."""
    batch, record = booking.cancel(request.services, request.path["batch_id"], request.person, request.now_s)
    return Answer(booking_view(batch, record, "cancelled"))


@api.route(
    "PUT /batches/{batch_id}/claim",
    scope="citizen",
    body=Empty,
    answers={201: ClaimView, 200: ClaimView},
    refusals=_BY_CLAIM,
    operation="claim",
)
def put_claim(request: Request) -> Answer:
    """Claim the batch's pack; a repeat answers with the same coupons."""
    citizen = packs.Citizen(request.person, request.caller.region, request.household)
    held, replay = packs.claim(request.services, request.path["batch_id"], citizen, request.now_s)
    if "operator" in request.caller.scopes:
        _log_assistance(request, "assisted claim")
    return written(claim_view(request.services, held, request.now_s), replay=replay)


@api.route("GET /batches/{batch_id}/claim", scope="citizen", answers={200: ClaimView}, refusals=(r.NotFound,))
def get_claim(request: Request) -> Answer:
    """Read the person's claim, for instance after a lost answer."""
    held = packs.my_claim(request.services, request.path["batch_id"], request.person)
    return Answer(claim_view(request.services, held, request.now_s))


@api.route("GET /wallet", scope="citizen", query=WalletQuery, answers={200: WalletView})
def get_wallet(request: Request) -> Answer:
    """All coupons of the person, of one status if asked for."""
    held, damaged = packs.wallet(request.services, request.person, request.now_s)
    return Answer(wallet_view(request.services, held, damaged, request.query.status, request.now_s))


@api.route(
    "POST /coupons/{coupon_id}/code", scope="citizen", body=CodeBody, answers={200: CodeView}, refusals=(r.NotFound,)
)
def post_code(request: Request) -> Answer:
    """Issue a code that a shop can scan for 60 seconds, or one on paper with a PIN."""
    coupon_id = request.path["coupon_id"]
    if request.body.print:
        return _printed(request, coupon_id)
    code, batch, expires_at_s = packs.issue_code(request.services, coupon_id, request.person, request.now_s)
    return Answer(CodeView(code=code, expires_at=rfc3339(expires_at_s, batch.timezone)))


def _printed(request: Request, coupon_id: str) -> Answer:
    if "operator" not in request.caller.scopes:
        raise r.Forbidden(detail="Codes are printed at an operator's desk: this needs the scope 'operator' too.")
    code, pin, batch, expires_at_s = packs.print_code(request.services, coupon_id, request.person)
    _log_assistance(request, "printed code")
    return Answer(CodeView(code=code, pin=pin, expires_at=rfc3339(expires_at_s, batch.timezone)))


def _log_assistance(request: Request, what: str) -> None:
    """An operator acts for the person that the token names."""
    api.log(what, operator=request.caller.subject, person=request.person.hex())

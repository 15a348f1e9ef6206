"""Lambda function `points`: partners report visits (scope `partner`), citizens see their points (scope `citizen`)."""

from __future__ import annotations

from coupons import refusals as r
from coupons.points import reports
from coupons.points.accounts import points_of
from coupons.web.api import Api, Response, written
from coupons.web.bodies.points import CorrectionBody, EarningBody, PointsQuery
from coupons.web.requests import Request
from coupons.web.responses.points import CorrectionView, EarningView, PointsView

api = Api("CATALOG_TABLE", "POINTS_TABLE", "KEYS_SECRET_ARN")
handler = api.handler


@api.route("GET /points", scope="citizen", query=PointsQuery, responses={200: PointsView}, refusals=(r.NotFound,))
def get_points(request: Request) -> Response:
    """The person's points, when they end, and the entries that explain them."""
    query = request.query
    return Response(
        PointsView.of(points_of(request.services, request.person, query.program_id, query.cursor, request.now_s))
    )


@api.route(
    "PUT /points/earnings/{event_id}",
    scope="partner",
    body=EarningBody,
    responses={201: EarningView, 200: EarningView},
    refusals=(r.NotFound, r.OrderConflict),
)
def put_earning(request: Request) -> Response:
    """Report a visit: it earns its person points, or an entry that says why not."""
    services, event_id, told = request.services, request.path["event_id"], request.body
    person = services.keys.person(told.person_id)
    report, replay = reports.report(services, request.caller.merchant_id, event_id, person, told, request.now_s)
    return written(EarningView.of(event_id, report), replay=replay)


@api.route(
    "PUT /points/corrections/{event_id}",
    scope="partner",
    body=CorrectionBody,
    responses={201: CorrectionView, 200: CorrectionView},
    refusals=(r.Closed, r.OrderConflict),
)
def put_correction(request: Request) -> Response:
    """Take back a reported visit, also before its report arrives."""
    services, event_id, reason = request.services, request.path["event_id"], request.body.reason
    correction, replay = reports.correct(services, request.caller.merchant_id, event_id, reason, request.now_s)
    return written(CorrectionView.of(event_id, correction), replay=replay)

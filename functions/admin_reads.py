"""Lambda function `admin`, continued: recounts, and sums of money and points. Loaded with its first such request."""

from __future__ import annotations

from coupons import refusals as r
from coupons.audit import audits, programs
from coupons.settle import budgets, venue_years
from coupons.web.api import Response, Routes
from coupons.web.bodies import operators as bodies
from coupons.web.bodies.audits import AuditQuery, BudgetsQuery, ProgramPointsQuery
from coupons.web.requests import Request
from coupons.web.responses.liability import ProgramPointsView
from coupons.web.responses.money import AuditView, BudgetsView
from coupons.web.responses.venues import VenueYearView

routes = Routes()
_NAMED = (r.NotFound,)

AUDIT_S = 20.0
"""An audit counts this long before it responds with `complete: false`. The gateway waits 30 s."""


@routes.route(
    "GET /admin/batches/{batch_id}/audit",
    scope="operator",
    query=AuditQuery,
    responses={200: AuditView},
    refusals=_NAMED,
)
def get_audit(request: Request) -> Response:
    """Recount a batch from its items and print each equation."""
    services, batch_id = request.services, request.path["batch_id"]
    deadline_s = services.clock.monotonic_s() + AUDIT_S
    found = audits.audit_batch(services, batch_id, request.query.sweep, request.now_s, deadline_s)
    return Response(AuditView.of(batch_id, found, audits.expired_counts(services, batch_id)))


@routes.route(
    "GET /admin/campaigns/{campaign_id}/venues",
    scope="operator",
    query=bodies.VenuesQuery,
    responses={200: VenueYearView},
    refusals=_NAMED,
)
def get_venues(request: Request) -> Response:
    """A year at the facilities of a campaign: days and minutes open, people checked in, what venues were paid."""
    query, campaign_id = request.query, request.path["campaign_id"]
    found = venue_years.venue_year(request.services, campaign_id, int(query.year), query.cursor, request.now_s)
    return Response(VenueYearView.of(found))


@routes.route(
    "GET /admin/campaigns/{campaign_id}/budgets",
    scope="operator",
    query=BudgetsQuery,
    responses={200: BudgetsView},
    refusals=_NAMED,
)
def get_budgets(request: Request) -> Response:
    """Each funder's budget, what each batch has of them, and movements page by page; `audit` recounts it all."""
    services, query, campaign_id, audit = request.services, request.query, request.path["campaign_id"], None
    found = budgets.campaign_money(services, campaign_id, query.cursor)
    deadline_s = services.clock.monotonic_s() + AUDIT_S
    if query.audit == "campaign":
        audit = audits.audit_campaign(services, campaign_id, query.sweep, request.now_s, deadline_s)
    elif query.audit:
        audit = audits.audit_day(services, campaign_id, query.audit, query.sweep, deadline_s)
    return Response(BudgetsView.of(campaign_id, found, audit))


@routes.route(
    "GET /admin/programs/{program_id}/points",
    scope="operator",
    query=ProgramPointsQuery,
    responses={200: ProgramPointsView},
    refusals=_NAMED,
)
def get_program_points(request: Request) -> Response:
    """What a program's points come to, by when they end, in points and money; `recount` counts all accounts."""
    services, query, program_id, audit = request.services, request.query, request.path["program_id"], None
    found = programs.program_points(services, program_id, request.now_s)
    if query.recount:
        deadline_s = services.clock.monotonic_s() + AUDIT_S
        audit = programs.audit_program(services, program_id, query.sweep, deadline_s)
    return Response(ProgramPointsView.of(found, audit))

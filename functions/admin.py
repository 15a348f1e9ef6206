"""Lambda function `admin`: what operators do. Scope `operator`."""

from __future__ import annotations

from coupons import refusals as r
from coupons.audit import audits
from coupons.claim import booking, packs
from coupons.model.campaigns import Applied, Campaign
from coupons.model.merchants import MerchantEdit, MerchantRecord
from coupons.operate import declarations, members, merchants, steering
from coupons.settle import budgets
from coupons.web.answers import BatchState, MembersView, PersonView
from coupons.web.api import Answer, Api, Request, repeated, written
from coupons.web.bodies import (
    AuditQuery,
    BudgetsQuery,
    Empty,
    ExtendBody,
    LookupBody,
    MembersBody,
    QuantityBody,
    StopBody,
)
from coupons.web.money_answers import AuditView, BudgetsView
from coupons.web.money_views import audit_view, budgets_view
from coupons.web.views import batch_state, person_view

api = Api()
handler = api.handler

AUDIT_S = 20.0
"""An audit counts this long before it answers `complete: false`; the gateway waits 30 s."""

_FOUND = (r.NotFound, r.Stopped)


@api.route(
    "PUT /admin/campaigns/{campaign_id}",
    scope="operator",
    body=Campaign,
    answers={201: Applied, 200: Applied},
    refusals=(r.TermsFrozen, r.RevisionConflict, r.BudgetExceeded),
)
def put_campaign(request: Request) -> Answer:
    """Apply a campaign document; the same content again changes nothing."""
    stored, outcome = declarations.apply(request.services, request.path["campaign_id"], request.body, request.now_s)
    warnings = declarations.warnings(request.services, stored)
    applied = Applied(**dict(stored), warnings=warnings) if warnings else stored
    if outcome == "updated":
        return Answer(applied)
    return written(applied, replay=outcome == "unchanged")


@api.route("GET /admin/campaigns/{campaign_id}", scope="operator", answers={200: Campaign}, refusals=(r.NotFound,))
def get_campaign(request: Request) -> Answer:
    """The document as PUT takes it, with its revision."""
    return Answer(declarations.read(request.services, request.path["campaign_id"]))


@api.route(
    "POST /admin/batches/{batch_id}/publish",
    scope="operator",
    body=Empty,
    answers={200: BatchState},
    refusals=(r.NotFound, r.RevisionConflict, r.BudgetExceeded),
)
def post_publish(request: Request) -> Answer:
    """Publish a batch: freeze its terms, lay out its stock, reserve its largest possible cost."""
    batch, control, replay = declarations.publish(request.services, request.path["batch_id"], request.now_s)
    return repeated(batch_state(batch, control, request.now_s), replay=replay)


@api.route(
    "POST /admin/batches/{batch_id}/pause", scope="operator", body=Empty, answers={200: BatchState}, refusals=_FOUND
)
def post_pause(request: Request) -> Answer:
    """Refuse claims for now."""
    batch, control, replay = steering.pause(request.services, request.path["batch_id"])
    return repeated(batch_state(batch, control, request.now_s), replay=replay)


@api.route(
    "POST /admin/batches/{batch_id}/resume", scope="operator", body=Empty, answers={200: BatchState}, refusals=_FOUND
)
def post_resume(request: Request) -> Answer:
    """Take claims again."""
    batch, control, replay = steering.resume(request.services, request.path["batch_id"])
    return repeated(batch_state(batch, control, request.now_s), replay=replay)


@api.route(
    "POST /admin/batches/{batch_id}/stop",
    scope="operator",
    body=StopBody,
    answers={200: BatchState},
    refusals=(r.NotFound, r.Closed),
)
def post_stop(request: Request) -> Answer:
    """Refuse claims for good; issued coupons stay valid, or are voided."""
    void = request.body.issued == "void"
    batch, control, replay = steering.stop(request.services, request.path["batch_id"], request.now_s, void=void)
    return repeated(batch_state(batch, control, request.now_s), replay=replay)


@api.route(
    "POST /admin/batches/{batch_id}/extend",
    scope="operator",
    body=ExtendBody,
    answers={200: BatchState},
    refusals=(r.NotFound, r.TermsFrozen, r.Closed),
)
def post_extend(request: Request) -> Answer:
    """Lengthen the validity of all coupons of a batch."""
    batch, control, replay = steering.extend(request.services, request.path["batch_id"], request.body.days)
    return repeated(batch_state(batch, control, request.now_s), replay=replay)


@api.route(
    "PUT /admin/batches/{batch_id}/quantity",
    scope="operator",
    body=QuantityBody,
    answers={200: BatchState},
    refusals=(r.NotFound, r.Closed, r.Stopped, r.TermsFrozen, r.BudgetExceeded),
)
def put_quantity(request: Request) -> Answer:
    """Raise the number of packs; it never falls."""
    batch, control, replay = declarations.raise_quantity(
        request.services, request.path["batch_id"], request.body.quantity, request.now_s
    )
    return repeated(batch_state(batch, control, request.now_s), replay=replay)


@api.route(
    "PUT /admin/groups/{group_id}/members",
    scope="operator",
    body=MembersBody,
    answers={200: MembersView},
    refusals=(r.TermsFrozen,),
)
def put_members(request: Request) -> Answer:
    """Add and remove members of a group, up to 1,000 in all."""
    group_id, body = request.path["group_id"], request.body
    change = members.change_members(request.services, group_id, body.add, body.remove, request.now_s)
    view = MembersView(group_id=group_id, added=change.added, removed=change.removed, entitled=change.entitled)
    return Answer(view)


@api.route(
    "PUT /admin/merchants/{merchant_id}",
    scope="operator",
    body=MerchantEdit,
    answers={201: MerchantRecord, 200: MerchantRecord},
    refusals=(r.RevisionConflict,),
)
def put_merchant(request: Request) -> Answer:
    """Register, change or suspend a merchant, withhold its lines and decide about them; each decision is logged."""
    merchant_id = request.path["merchant_id"]
    stored, outcome, changes = merchants.put(request.services, merchant_id, request.body)
    for one in changes:
        facts = {"day": one.day, "order_no": one.order_no or "", "reason": one.reason, "decision": one.decision or ""}
        api.log("withholding", operator=request.caller.subject, merchant=merchant_id, **facts)
    if outcome == "updated":
        return Answer(stored)
    return written(stored, replay=outcome == "unchanged")


@api.route(
    "GET /admin/merchants/{merchant_id}", scope="operator", answers={200: MerchantRecord}, refusals=(r.NotFound,)
)
def get_merchant_record(request: Request) -> Answer:
    """The merchant's record as PUT takes it, with its revision."""
    return Answer(merchants.read(request.services, request.path["merchant_id"]))


@api.route("POST /admin/persons/lookup", scope="operator", body=LookupBody, answers={200: PersonView})
def post_lookup(request: Request) -> Answer:
    """The hotline's look at a person's coupons and bookings; each look is logged."""
    services, person, now_s = request.services, request.services.keys.person(request.body.person_id), request.now_s
    api.log("hotline look-up", operator=request.caller.subject, person=person.hex())
    held, damaged = packs.wallet(services, person, now_s)
    bookings, broken = booking.bookings_of(services, person, now_s)
    return Answer(person_view(services, held, bookings, damaged + broken, now_s))


@api.route(
    "GET /admin/batches/{batch_id}/audit",
    scope="operator",
    query=AuditQuery,
    answers={200: AuditView},
    refusals=(r.NotFound,),
)
def get_audit(request: Request) -> Answer:
    """Recount a batch from its items and print each equation."""
    services, batch_id = request.services, request.path["batch_id"]
    deadline_s = services.clock.monotonic_s() + AUDIT_S
    found = audits.audit_batch(services, batch_id, request.query.sweep, request.now_s, deadline_s)
    expired: dict[str, int] = {}
    with services.damages.left_out():
        expired = services.cache.control_now(batch_id).expired_counts
    return Answer(audit_view(batch_id, found, expired))


@api.route(
    "GET /admin/campaigns/{campaign_id}/budgets",
    scope="operator",
    query=BudgetsQuery,
    answers={200: BudgetsView},
    refusals=(r.NotFound,),
)
def get_budgets(request: Request) -> Answer:
    """Each funder's budget, what each batch has of them, and movements page by page; `audit` recounts it all."""
    services, query, campaign_id, audit = request.services, request.query, request.path["campaign_id"], None
    found = budgets.campaign_money(services, campaign_id, query.cursor)
    deadline_s = services.clock.monotonic_s() + AUDIT_S
    if query.audit == "campaign":
        audit = audits.audit_campaign(services, campaign_id, query.sweep, request.now_s, deadline_s)
    elif query.audit:
        audit = audits.audit_day(services, campaign_id, query.audit, query.sweep, deadline_s)
    return Answer(budgets_view(campaign_id, found, audit))

"""Lambda function `admin`: what operators do. Scope `operator`."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps

from pydantic import BaseModel

from coupons import refusals as r
from coupons.claim import booking, catalog, wallet
from coupons.lottery.beacon import take_beacon
from coupons.lottery.shown import shown_now
from coupons.model.batches import Control, PublishedBatch
from coupons.model.campaigns import Applied, Campaign
from coupons.model.draw_state import BeaconAuthor
from coupons.model.merchants import MerchantEdit, MerchantRecord
from coupons.model.programmes import Programme
from coupons.operate import campaigns, controls, members, merchants, plan, programme, publication
from coupons.points import accounts
from coupons.slots import own_bookings, strikes, venue
from coupons.web.api import Api, Response, RouteHandler, edited, repeatable
from coupons.web.bodies import operators as bodies
from coupons.web.bodies.base import Empty
from coupons.web.requests import PROGRAMME_MAX_BYTES, Request
from coupons.web.responses.draws import DrawView
from coupons.web.responses.operate import BatchState, MembersView
from coupons.web.responses.persons import PersonView
from coupons.web.responses.plan import PlanView
from coupons.web.responses.slots import SlotCountsView
from coupons.web.responses.strikes import ExcuseView

api = Api(
    "CATALOG_TABLE", "CLAIMS_TABLE", "ORDERS_TABLE", "POINTS_TABLE", "KEYS_SECRET_ARN", "DRAW_FILES", more="admin_reads"
)
handler = api.handler
_NAMED = (r.NotFound,)
_NOT_ENDED = (r.NotFound, r.TermsFrozen, r.Closed)

BatchChange = tuple[PublishedBatch, Control, bool]
"""The batch and its control item after an action; True if the action changed nothing (a repeat)."""
BatchAction = Callable[[Request, str], BatchChange]


def _batch_action(
    key: str, *, refusals: tuple[type[r.Refusal], ...], body: type[BaseModel] = Empty
) -> Callable[[BatchAction], RouteHandler]:
    """Declare the decorated function, which takes a request and its batch's id, as a route that returns the batch."""

    def declare(act: BatchAction) -> RouteHandler:
        @api.route(key, scope="operator", body=body, responses={200: BatchState}, refusals=refusals)
        @wraps(act)
        def handle(request: Request) -> Response:
            batch, control, replay = act(request, request.path["batch_id"])
            status = catalog.status(request.services, batch, control, request.now_s)
            return repeatable(BatchState.of(batch, control, status), replay=replay)

        return handle

    return declare


@api.route(
    "PUT /admin/campaigns/{campaign_id}",
    scope="operator",
    body=Campaign,
    responses={201: Applied, 200: Applied},
    refusals=(r.TermsFrozen, r.RevisionConflict, r.BudgetExceeded),
)
def put_campaign(request: Request) -> Response:
    """Apply a campaign document; the same content again changes nothing."""
    stored, outcome = campaigns.apply(request.services, request.path["campaign_id"], request.body, request.now_s)
    warnings = campaigns.warnings(request.services, stored, request.now_s)
    applied = Applied(**dict(stored), warnings=warnings) if warnings else stored
    return edited(applied, outcome)


@api.route("GET /admin/campaigns/{campaign_id}", scope="operator", responses={200: Campaign}, refusals=_NAMED)
def get_campaign_document(request: Request) -> Response:
    """The document as PUT takes it, with its revision."""
    return Response(campaigns.read(request.services, request.path["campaign_id"]))


@api.route("POST /admin/campaigns/{campaign_id}/plan", scope="operator", body=Campaign, responses={200: PlanView})
def post_plan(request: Request) -> Response:
    """What PUT of this document would do: every change, refusal and warning, and the money; nothing is written."""
    found = plan.plan(request.services, request.path["campaign_id"], request.body, request.now_s)
    return Response(PlanView.of(found))


@api.route(
    "PUT /admin/campaigns/{campaign_id}/programme",
    scope="operator",
    body=Programme,
    body_max_bytes=PROGRAMME_MAX_BYTES,
    responses={201: Programme, 200: Programme},
    refusals=(r.NotFound, r.TermsFrozen, r.RevisionConflict, r.BudgetExceeded),
)
def put_programme(request: Request) -> Response:
    """Apply a programme document; the same content again changes nothing."""
    stored, outcome = programme.apply(request.services, request.path["campaign_id"], request.body, request.now_s)
    return edited(stored, outcome)


@api.route(
    "GET /admin/campaigns/{campaign_id}/programme",
    scope="operator",
    responses={200: Programme},
    refusals=_NAMED,
)
def get_programme(request: Request) -> Response:
    """The programme as PUT takes it, with its revision."""
    return Response(programme.read(request.services, request.path["campaign_id"]))


@_batch_action("POST /admin/batches/{batch_id}/publish", refusals=(r.NotFound, r.RevisionConflict, r.BudgetExceeded))
def post_publish(request: Request, batch_id: str) -> BatchChange:
    """Publish a batch: freeze its terms, lay out its stock, reserve its largest possible cost."""
    return publication.publish(request.services, batch_id, request.now_s)


@_batch_action("POST /admin/batches/{batch_id}/pause", refusals=(r.NotFound, r.Stopped))
def post_pause(request: Request, batch_id: str) -> BatchChange:
    """Refuse claims for now."""
    return controls.pause(request.services, batch_id)


@_batch_action("POST /admin/batches/{batch_id}/resume", refusals=(r.NotFound, r.Stopped))
def post_resume(request: Request, batch_id: str) -> BatchChange:
    """Take claims again."""
    return controls.resume(request.services, batch_id)


@_batch_action("POST /admin/batches/{batch_id}/stop", body=bodies.StopBody, refusals=_NOT_ENDED)
def post_stop(request: Request, batch_id: str) -> BatchChange:
    """Refuse claims for good; issued coupons stay valid, or are voided."""
    return controls.stop(request.services, batch_id, request.now_s, void=request.body.issued == "void")


@_batch_action("POST /admin/batches/{batch_id}/extend", body=bodies.ExtendBody, refusals=_NOT_ENDED)
def post_extend(request: Request, batch_id: str) -> BatchChange:
    """Lengthen the validity of all coupons of a batch."""
    return controls.extend(request.services, batch_id, request.body.days)


@_batch_action(
    "PUT /admin/batches/{batch_id}/quantity",
    body=bodies.QuantityBody,
    refusals=(r.NotFound, r.Closed, r.Stopped, r.TermsFrozen, r.BudgetExceeded),
)
def put_quantity(request: Request, batch_id: str) -> BatchChange:
    """Raise the number of packs; it never falls."""
    return publication.raise_quantity(request.services, batch_id, request.body.quantity, request.now_s)


@api.route(
    "PUT /admin/batches/{batch_id}/draw",
    scope=("operator", "partner"),
    body=bodies.BeaconBody,
    responses={200: DrawView},
    refusals=(r.NotFound, r.NotOpen, r.Closed, r.Stopped, r.OrderConflict, r.TermsFrozen),
)
def put_draw(request: Request) -> Response:
    """Give a draw its beacon, which is checked; the first stands. A notary, with the scope `partner`, may do so too."""
    services, body, scopes = request.services, request.body, request.caller.scopes
    author: BeaconAuthor = "operator" if "operator" in scopes else "partner"
    batch, state, replay = take_beacon(
        services, request.path["batch_id"], body.round, body.signature, author, request.now_s
    )
    assert batch.draw is not None, "it was checked"
    found = shown_now(services, batch, batch.draw, state, request.now_s)
    return repeatable(DrawView.of(found), replay=replay)


@api.route(
    "PUT /admin/groups/{group_id}/members",
    scope="operator",
    body=bodies.MembersBody,
    responses={200: MembersView},
    refusals=(r.TermsFrozen,),
)
def put_members(request: Request) -> Response:
    """Add and remove members of a group, up to 1,000 in all."""
    group_id, body = request.path["group_id"], request.body
    change = members.change_members(request.services, group_id, body.add, body.remove, request.now_s)
    return Response(MembersView.copied(change, group_id=group_id))


@api.route(
    "PUT /admin/merchants/{merchant_id}",
    scope="operator",
    body=MerchantEdit,
    responses={201: MerchantRecord, 200: MerchantRecord},
    refusals=(r.RevisionConflict,),
)
def put_merchant(request: Request) -> Response:
    """Register, change or suspend a merchant, withhold its lines and decide about them; each decision is logged."""
    merchant_id = request.path["merchant_id"]
    stored, outcome, changes = merchants.put(request.services, merchant_id, request.body)
    for one in changes:
        facts = {"day": one.day, "order_no": one.order_no or "", "reason": one.reason, "decision": one.decision or ""}
        api.log("withholding", operator=request.caller.subject, merchant=merchant_id, **facts)
    return edited(stored, outcome)


@api.route("GET /admin/merchants/{merchant_id}", scope="operator", responses={200: MerchantRecord}, refusals=_NAMED)
def get_merchant_record(request: Request) -> Response:
    """The merchant's record as PUT takes it, with its revision."""
    return Response(merchants.read(request.services, request.path["merchant_id"]))


@api.route(
    "PUT /admin/slots/{slot_id}",
    scope="operator",
    body=bodies.SlotBody,
    responses={200: SlotCountsView},
    refusals=(r.NotFound, r.Closed, r.Stopped, r.BudgetExceeded),
)
def put_slot(request: Request) -> Response:
    """Cancel a slot for good, or change the number of its places; who waits moves up into free ones."""
    services, slot_id, body = request.services, request.path["slot_id"], request.body
    if body.cancelled is not None:
        slot, record, replay = venue.cancel(services, slot_id, body.cancelled, request.now_s)
    else:
        slot, record, replay = venue.set_units(services, slot_id, body.units, request.now_s)
    return repeatable(SlotCountsView.of(slot, record), replay=replay)


@api.route("PUT /admin/strikes", scope="operator", body=bodies.StrikeBody, responses={200: ExcuseView}, refusals=_NAMED)
def put_strike(request: Request) -> Response:
    """Excuse a slot that a person missed, or count it again; the person's ban follows. Each decision is logged."""
    services, body, now_s = request.services, request.body, request.now_s
    person = services.keys.person(body.person_id)
    facts = {"slot": body.slot_id, "excused": body.excused}
    api.log("strike", operator=request.caller.subject, person=person.hex(), **facts)
    slot, diary, replay = strikes.excuse(services, body.slot_id, person, now_s, excused=body.excused)
    return repeatable(ExcuseView.of(slot, diary, now_s), replay=replay)


@api.route("POST /admin/persons/lookup", scope="operator", body=bodies.LookupBody, responses={200: PersonView})
def post_lookup(request: Request) -> Response:
    """The hotline's look at a person's coupons, bookings, strikes and points; each look is logged."""
    services, person, now_s = request.services, request.services.keys.person(request.body.person_id), request.now_s
    api.log("hotline look-up", operator=request.caller.subject, person=person.hex())
    found, damaged = wallet.wallet(services, person, now_s)
    bookings, broken = booking.bookings_of(services, person, now_s)
    missed, torn = own_bookings.strikes_of(services, person, now_s)
    points, lost = accounts.points_of_all(services, person, now_s)
    unreadable = damaged + broken + torn + lost
    return Response(PersonView.of(found, bookings, missed, points, unreadable, services.keys, now_s))

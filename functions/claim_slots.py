"""Lambda function `claim`, continued: slots and own draws.

Loaded with its first such request: a rush for packs loads none of it.
"""

from __future__ import annotations

from coupons import refusals as r
from coupons.lottery import own
from coupons.slots import booking, cancellation, codes, own_bookings
from coupons.web.api import Response, Routes, written
from coupons.web.bodies.base import Empty
from coupons.web.requests import Request
from coupons.web.responses.own_draw import OwnDrawView
from coupons.web.responses.slots import SlotBookingsView, SlotBookingView, SlotCodeView

routes = Routes()

_BY_SLOT = (r.NotFound, r.NotOpen, r.Closed, r.Stopped, r.Paused, r.NotEligible, r.Full)


@routes.route(
    "PUT /slots/{slot_id}/booking",
    scope="citizen",
    body=Empty,
    responses={201: SlotBookingView, 200: SlotBookingView},
    refusals=_BY_SLOT,
    operation="booking",
)
def put_slot_booking(request: Request) -> Response:
    """Book a slot; a repeat returns what the person is in it now."""
    services, now_s = request.services, request.now_s
    found, replay = booking.book(services, request.path["slot_id"], request.person, now_s)
    return written(SlotBookingView.of(found, services.keys, now_s), replay=replay)


@routes.route("GET /slots/{slot_id}/booking", scope="citizen", responses={200: SlotBookingView}, refusals=(r.NotFound,))
def get_slot_booking(request: Request) -> Response:
    """What the person is in a slot: booked, waiting, or in a slot that was cancelled."""
    found = own_bookings.my_booking(request.services, request.path["slot_id"], request.person, request.now_s)
    return Response(SlotBookingView.of(found, request.services.keys, request.now_s))


@routes.route(
    "DELETE /slots/{slot_id}/booking",
    scope="citizen",
    responses={200: SlotBookingView},
    refusals=(r.NotFound, r.Closed),
    operation="booking",
)
def delete_slot_booking(request: Request) -> Response:
    """Give a slot back, or leave its waiting list; the first who waits moves up."""
    return _left(request)


@routes.route(
    "PUT /slots/{slot_id}/waiting",
    scope="citizen",
    body=Empty,
    responses={201: SlotBookingView, 200: SlotBookingView},
    refusals=_BY_SLOT,
    operation="booking",
)
def put_waiting(request: Request) -> Response:
    """Wait for a place in a full slot; a free one is booked at once."""
    services, now_s = request.services, request.now_s
    found, replay = booking.wait(services, request.path["slot_id"], request.person, now_s)
    return written(SlotBookingView.of(found, services.keys, now_s), replay=replay)


@routes.route(
    "DELETE /slots/{slot_id}/waiting",
    scope="citizen",
    responses={200: SlotBookingView},
    refusals=(r.NotFound, r.Closed),
    operation="booking",
)
def delete_waiting(request: Request) -> Response:
    """The same as giving the slot back: who moved up meanwhile is out of it too."""
    return _left(request)


@routes.route(
    "POST /slots/{slot_id}/code",
    scope="citizen",
    body=Empty,
    responses={200: SlotCodeView},
    refusals=(r.NotFound, r.Stopped),
)
def post_slot_code(request: Request) -> Response:
    """Issue a code by which the venue can check the person in, for 60 seconds."""
    return Response(
        SlotCodeView.of(*codes.slot_code(request.services, request.path["slot_id"], request.person, request.now_s))
    )


@routes.route("GET /bookings", scope="citizen", responses={200: SlotBookingsView})
def get_bookings(request: Request) -> Response:
    """All slots of the person that have not ended, those of today that they had, and those that they missed."""
    found = own_bookings.bookings_of(request.services, request.person, request.now_s)
    return Response(SlotBookingsView.of(found, request.services.keys, request.now_s))


@routes.route(
    "GET /batches/{batch_id}/draw/mine", scope="citizen", responses={200: OwnDrawView}, refusals=(r.NotFound,)
)
def get_own_draw(request: Request) -> Response:
    """The person's entry in a lottery, what proves it, and what became of it."""
    batch_id, person_id = request.path["batch_id"], request.caller.person_id
    return Response(OwnDrawView.of(own.own_draw(request.services, batch_id, request.person, person_id, request.now_s)))


def _left(request: Request) -> Response:
    found = cancellation.leave(request.services, request.path["slot_id"], request.person, request.now_s)
    return Response(SlotBookingView.of(found, request.services.keys, request.now_s))

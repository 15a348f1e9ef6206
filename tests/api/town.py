"""A town in the middle of its season, and one request a route that is good there."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from coupons.model.draw_state import Committed
from coupons.sealing import BookingRef
from tests.api.stage import Stage, stage
from tests.points import incentives, partner
from tests.programmes import PATH, PUT, programme
from tests.world import KEYS, Answered, Person, a_batch, a_lottery, campaign, event, order, terms

ROLES: dict[str, dict[str, str]] = {
    "citizen": {"sub": "cat", "scope": "citizen", "person_id": "cat"},
    "merchant": {"sub": "till-1", "scope": "merchant", "merchant_id": "diner"},
    "partner": {"sub": "club", "scope": "partner", "merchant_id": "diner"},
    "operator": {"sub": "op", "scope": "operator"},
}


def season() -> dict[str, Any]:
    """`pack` is open, `later` takes bookings and opens on the 8th, `points` costs points, `mine` is for a group, `lots`
    is a lottery that takes entries, the list of `draw` is fixed.

    Besides the diner there is a tea house, which has nothing to do with any of it.
    """
    (diner,) = campaign()["merchants"]
    booking = {"opens_at": "2020-06-05T00:00:00+08:00", "closes_at": "2020-06-08T10:00:00+08:00"}
    closes_at = "2020-06-09T10:00:00+08:00"
    later = a_batch("later", opens_at="2020-06-08T10:00:00+08:00", closes_at=closes_at, booking=booking)
    return campaign(
        a_batch(),
        later,
        a_batch("points", price_points=500),
        a_lottery("draw"),
        a_batch("mine", eligibility={"group_id": "nurses", "regions": ["beijing"]}),
        a_lottery(
            "lots",
            booking=booking,
            draw={"at": "2020-06-09T10:00:00+08:00"},
            opens_at="2020-06-10T10:00:00+08:00",
            closes_at="2020-06-11T10:00:00+08:00",
        ),
        merchants=[diner, {**diner, "merchant_id": "tea-house"}],
    )


@dataclass
class Town:
    """Order `used` redeemed Ann's coupon, order `held` holds Bob's, and Cat has hers with a code."""

    stage: Stage
    coupon_id: str
    code: str
    slot_code: str
    """Of Cat, who has not booked the slot."""

    def request(self, route: str, **changes: Any) -> dict[str, Any]:
        """The good request of `route` as a gateway event, in the right role. `changes` replace parts of it."""
        parts = {"claims": ROLES.get(role_of(route)), **GOOD[route](self), **changes}
        return event(route, **parts)

    def send(self, route: str, **changes: Any) -> Answered:
        return self.stage.send(self.request(route, **changes))


def role_of(route: str) -> str:
    """The scope of the route; empty: everybody."""
    path = route.partition(" ")[2]
    if path.startswith("/admin/"):
        return "operator"
    if path.startswith("/facilities/"):
        return "merchant" if path.endswith("/bookings") else ""
    if path.startswith("/points/"):
        return "partner"
    if path == "/merchant" or "/checkins/" in path or path.startswith(("/quotes", "/orders/", "/settlements/")):
        return "merchant"
    if path == "/points" or path.startswith(("/wallet", "/slots/", "/bookings")):
        return "citizen"
    if path.endswith(("/claim", "/booking", "/code", "/mine")):
        return "citizen"
    return ""


_BATCH = {"path": {"batch_id": "pack"}}
_LATER = {"path": {"batch_id": "later"}}
_LOTS = {"path": {"batch_id": "lots"}}
_DRAW = {"path": {"batch_id": "draw"}}
RULES = "ab" * 32
"""The rules of the lottery, whose list is fixed."""
_SEASON = {"path": {"campaign_id": "season"}}
_COURT = {"path": {"facility_id": "court"}}
_SLOT = {"path": {"slot_id": "court.2020-06-07.0900"}}
_CHECK_IN = {"slot_id": "court.2020-06-07.0900", "checkin_no": "v-1"}
MERCHANT = {
    "title": "Bakery",
    "category": "catering",
    "channels": ["offline"],
    "stores": [{"store_id": "bakery", "region": "beijing"}],
}


VISIT = {
    "person_id": "cat",
    "activity_id": "course",
    "session_id": "first",
    "kind": "training",
    "quantity": 1,
    "occurred_at": "2020-06-06T09:00:00+08:00",
}


def earning_programme() -> dict[str, Any]:
    """The course earns points."""
    return programme(incentives=incentives(partners=[partner(activity_ids=["course"])]))


def _pack(body: Any) -> Callable[[Town], dict[str, Any]]:
    return lambda _: {**_BATCH, "body": body}


GOOD: dict[str, Callable[[Town], dict[str, Any]]] = {
    "GET /campaigns": lambda _: {},
    "GET /campaigns/{campaign_id}": lambda _: _SEASON,
    "GET /campaigns/{campaign_id}/stats": lambda _: _SEASON,
    "GET /campaigns/{campaign_id}/supplies": lambda _: _SEASON,
    "GET /campaigns/{campaign_id}/merchants": lambda _: {**_SEASON, "query": {"terms_id": "ten-off"}},
    "GET /campaigns/{campaign_id}/activities": lambda _: {**_SEASON, "query": {"day": "2020-06-06"}},
    "GET /campaigns/{campaign_id}/facilities": lambda _: {**_SEASON, "query": {"sport": "badminton"}},
    "GET /campaigns/{campaign_id}/announcements": lambda _: {**_SEASON, "query": {"placement": "home"}},
    "GET /batches/{batch_id}": lambda _: _BATCH,
    "GET /batches/{batch_id}/draw": lambda _: _DRAW,
    "GET /batches/{batch_id}/draw/files/{name}": lambda _: {"path": {**_DRAW["path"], "name": RULES}},
    "GET /facilities/{facility_id}/slots": lambda _: {**_COURT, "query": {"day": "2020-06-07"}},
    "GET /openapi.json": lambda _: {},
    "PUT /batches/{batch_id}/booking": lambda _: {**_LATER, "body": {}},
    "GET /batches/{batch_id}/booking": lambda _: _LATER,
    "DELETE /batches/{batch_id}/booking": lambda _: _LATER,
    "PUT /batches/{batch_id}/claim": _pack({}),
    "GET /batches/{batch_id}/claim": lambda _: _BATCH,
    "GET /wallet": lambda _: {"query": {"status": "available"}},
    "POST /coupons/{coupon_id}/code": lambda t: {"path": {"coupon_id": t.coupon_id}, "body": {}},
    "GET /batches/{batch_id}/draw/mine": lambda _: _LOTS,
    "PUT /slots/{slot_id}/booking": lambda _: {**_SLOT, "body": {}},
    "GET /slots/{slot_id}/booking": lambda _: _SLOT,
    "DELETE /slots/{slot_id}/booking": lambda _: _SLOT,
    "PUT /slots/{slot_id}/waiting": lambda _: {**_SLOT, "body": {}},
    "DELETE /slots/{slot_id}/waiting": lambda _: _SLOT,
    "POST /slots/{slot_id}/code": lambda _: {**_SLOT, "body": {}},
    "GET /bookings": lambda _: {},
    "POST /quotes": lambda t: {"body": {"code": t.code, "order": order()}},
    "PUT /orders/{order_no}/hold": lambda t: {
        "path": {"order_no": "new"},
        "body": {"code": t.code, "order": order(), "ttl_s": 60},
    },
    "DELETE /orders/{order_no}/hold": lambda _: {"path": {"order_no": "held"}},
    "PUT /orders/{order_no}/redemption": lambda t: {
        "path": {"order_no": "new"},
        "body": {"code": t.code, "order": order()},
    },
    "GET /orders/{order_no}/redemption": lambda _: {"path": {"order_no": "used"}},
    "PUT /orders/{order_no}/reversals/{reversal_no}": lambda _: {
        "path": {"order_no": "used", "reversal_no": "r-1"},
        "body": {"amount_minor": 1000},
    },
    "PUT /slots/{slot_id}/checkins/{checkin_no}": lambda t: {"path": _CHECK_IN, "body": {"code": t.slot_code}},
    "GET /slots/{slot_id}/checkins/{checkin_no}": lambda _: {"path": _CHECK_IN},
    "GET /merchant": lambda _: {},
    "GET /facilities/{facility_id}/bookings": lambda _: {**_COURT, "query": {"day": "2020-06-07"}},
    "GET /settlements/{day}": lambda _: {"path": {"day": "2020-06-06"}},
    "GET /points": lambda _: {"query": {"program_id": "sports-points"}},
    "PUT /points/earnings/{event_id}": lambda _: {"path": {"event_id": "e-1"}, "body": VISIT},
    "PUT /points/corrections/{event_id}": lambda _: {"path": {"event_id": "e-1"}, "body": {"reason": "Wrong person"}},
    "PUT /admin/campaigns/{campaign_id}": lambda _: {**_SEASON, "body": season()},
    "GET /admin/campaigns/{campaign_id}": lambda _: _SEASON,
    "POST /admin/campaigns/{campaign_id}/plan": lambda _: {**_SEASON, "body": season()},
    "PUT /admin/campaigns/{campaign_id}/programme": lambda _: {**_SEASON, "body": earning_programme()},
    "GET /admin/campaigns/{campaign_id}/programme": lambda _: _SEASON,
    "POST /admin/batches/{batch_id}/publish": _pack({}),
    "POST /admin/batches/{batch_id}/pause": _pack({}),
    "POST /admin/batches/{batch_id}/resume": _pack({}),
    "POST /admin/batches/{batch_id}/stop": _pack({}),
    "POST /admin/batches/{batch_id}/extend": _pack({"days": 7}),
    "PUT /admin/batches/{batch_id}/quantity": _pack({"quantity": 20}),
    "PUT /admin/batches/{batch_id}/draw": lambda _: {**_DRAW, "body": {"round": 1, "signature": "ab" * 48}},
    "PUT /admin/groups/{group_id}/members": lambda _: {
        "path": {"group_id": "nurses"},
        "body": {"add": ["dan"], "remove": ["eve"]},
    },
    "PUT /admin/merchants/{merchant_id}": lambda _: {"path": {"merchant_id": "bakery"}, "body": MERCHANT},
    "GET /admin/merchants/{merchant_id}": lambda _: {"path": {"merchant_id": "diner"}},
    "PUT /admin/slots/{slot_id}": lambda _: {**_SLOT, "body": {"units": 3}},
    "PUT /admin/strikes": lambda _: {"body": {"person_id": "ann", **_SLOT["path"], "excused": True}},
    "POST /admin/persons/lookup": lambda _: {"body": {"person_id": "ann"}},
    "GET /admin/batches/{batch_id}/audit": lambda _: _BATCH,
    "GET /admin/campaigns/{campaign_id}/budgets": lambda _: _SEASON,
    "GET /admin/programs/{program_id}/points": lambda _: {"path": {"program_id": "sports-points"}},
    "GET /admin/campaigns/{campaign_id}/venues": lambda _: {**_SEASON, "query": {"year": "2020"}},
}


@contextmanager
def town() -> Iterator[Town]:
    with stage() as made:
        made.publish(season())
        assert made.operator().send(PUT, PATH, body=earning_programme()).status == 201
        codes = {}
        for name in ("ann", "bob", "cat"):
            citizen = made.citizen(name)
            coupon_id = citizen.put_claim("pack").json["coupons"][0]["coupon_id"]
            codes[name] = citizen.code(coupon_id)
        for booked in (_LATER, _LOTS):
            Person(ROLES["citizen"]).send("PUT /batches/{batch_id}/booking", booked["path"], body={})
        diner = made.merchant()
        assert diner.redeem("used", codes["ann"], order()).status == 201
        held = {"code": codes["bob"], "order": order(), "ttl_s": 600}
        assert diner.send("PUT /orders/{order_no}/hold", {"order_no": "held"}, body=held).status == 201
        fixed = Committed(bytes(32), bytes(64), 0, made.now_s, bytes.fromhex(RULES))
        assert made.environments["draw"].draws.put_commitment("draw", fixed)
        slot_code = KEYS.seal_slot_code(BookingRef(_CHECK_IN["slot_id"], KEYS.person("cat")), made.now_s)
        yield Town(made, coupon_id, codes["cat"], slot_code)


def bodies() -> list[str]:
    """The routes that take a body."""
    return [route for route in GOOD if route.startswith(("PUT ", "POST "))]


__all__ = ["GOOD", "MERCHANT", "ROLES", "Town", "bodies", "role_of", "season", "terms", "town"]

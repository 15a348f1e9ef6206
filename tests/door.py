"""A court whose venue is paid for whom it checks in, by the batch `courts`: 20.00 of a slot's 60.00."""

from __future__ import annotations

from typing import Any

from coupons.sealing import BookingRef
from tests.court import DAY, facility, offer, programme
from tests.world import KEYS, Answered, World, a_batch, campaign, terms

SLOT, NEXT_SLOT = f"court.{DAY}.0900", f"court.{DAY}.1000"
CHECK_IN = "/slots/{slot_id}/checkins/{checkin_no}"
OPENS, BEGINS, CLOSES = (f"{DAY}T{clock}:00+08:00" for clock in ("08:30", "09:00", "09:15"))
"""Of check-in to the slot at nine."""
PLACES = 26
"""Two courts, thirteen hours."""
FUNDING = [
    {"funder_id": "city", "amount_minor": 1_000},
    {"funder_id": "platform", "amount_minor": 600},
    {"funder_id": "shop", "amount_minor": 400},
]


def subsidy(**changes: Any) -> dict[str, Any]:
    """20.00 off 40.00, in a fixed window, and never returned."""
    window = {"starts_at": "2020-06-06T00:00:00+08:00", "ends_at": "2020-07-01T00:00:00+08:00"}
    made = {
        "title": "A court's subsidy",
        "discount": {"kind": "amount_off", "threshold_minor": 4_000, "amount_minor": 2_000},
        "validity": {"kind": "fixed", **window},
        "merchant_match": [],
        "refund": {"policy": "never"},
    }
    return terms("court", **(made | changes))


def season(*, of_batch: dict[str, Any] | None = None, **term: Any) -> dict[str, Any]:
    """The season of `tests/world.py`, with a batch that pays for the court's day."""
    day = {"opens_at": f"{DAY}T00:00:00+08:00", "closes_at": "2020-06-11T00:00:00+08:00"}
    paying = a_batch("courts", mode="venue", terms=["court"], **({"quantity": PLACES} | day | (of_batch or {})))
    return campaign(a_batch(), paying, terms=[terms(), subsidy(**term)])


def paid_programme(**changes: Any) -> dict[str, Any]:
    """The court's programme, whose slots the batch pays for."""
    return programme(**({"facilities": [facility(subsidy_batch="courts")]} | changes))


def open_door(world: World, document: dict[str, Any] | None = None, **changes: Any) -> None:
    """The season is published, and so is the programme. `changes`: of the programme."""
    world.publish(document or season())
    offer(world, **paid_programme(**changes))


def book(world: World, *names: str, slot_id: str = SLOT) -> None:
    for name in names:
        booked = world.citizen(name).send("PUT /slots/{slot_id}/booking", {"slot_id": slot_id}, body={})
        assert booked.status == 201, booked.text


def slot_code(world: World, name: str = "ann", slot_id: str = SLOT) -> str:
    """A code of now by which the venue checks this person in."""
    return KEYS.seal_slot_code(BookingRef(slot_id, KEYS.person(name)), world.now_s)


def arrive(
    world: World,
    name: str = "ann",
    checkin_no: str = "v-1",
    *,
    slot_id: str = SLOT,
    code: str | None = None,
    merchant_id: str = "diner",
) -> Answered:
    """The person shows a code, and the venue sends it."""
    body = {"code": code or slot_code(world, name, slot_id)}
    return world.merchant(merchant_id).send(
        f"PUT {CHECK_IN}", {"slot_id": slot_id, "checkin_no": checkin_no}, body=body
    )


def at(world: World, moment: str = BEGINS) -> World:
    world.clock.set(moment)
    return world


def checked_in(name: str = "ann", checkin_no: str = "v-1", **changes: Any) -> dict[str, Any]:
    """The answer to a check-in at the start of the slot."""
    made = {
        "slot_id": SLOT,
        "checkin_no": checkin_no,
        "booking_id": KEYS.seal_booking(SLOT, KEYS.person(name), 1),
        "checked_in_at": BEGINS,
        "status": "checked-in",
        "subsidy_minor": 2_000,
        "currency": "CNY",
        "payable_minor": 4_000,
        "funding": FUNDING,
        "reasons": [],
    }
    return made | changes


def unpaid(*reasons: str, **changes: Any) -> dict[str, Any]:
    """The answer where the venue is paid nothing."""
    return checked_in(subsidy_minor=0, payable_minor=6_000, funding=[], reasons=list(reasons), **changes)

"""Slots of a court: booked, read, given back; waiting and what others see are in `slot_day_cases.py`."""

from __future__ import annotations

from typing import Any

from coupons.sealing import BookingRef
from tests.api.cases import FIRST, REPLAY, case, opened
from tests.api.stage import Stage
from tests.court import offer, programme, rule
from tests.world import KEYS, Answered, seconds

SLOT = "court.2020-06-10.0900"
BOOKING, WAITING, CODE = "/slots/{slot_id}/booking", "/slots/{slot_id}/waiting", "/slots/{slot_id}/code"
ADMIN = "PUT /admin/slots/{slot_id}"
BEGINS = "2020-06-10T09:00:00+08:00"
TIMES = {
    "starts_at": BEGINS,
    "ends_at": "2020-06-10T10:00:00+08:00",
    "cancel_until": "2020-06-10T08:00:00+08:00",
    "promote_until": "2020-06-10T07:00:00+08:00",
}

A_CODE = KEYS.seal_slot_code(BookingRef(SLOT, KEYS.person("ann")), seconds("2020-06-06T10:00:00+08:00"))
CHECK_IN = {"opens_at": "2020-06-10T08:30:00+08:00", "closes_at": "2020-06-10T09:15:00+08:00"}


def is_in(name: str, status: str, **changes: Any) -> dict[str, Any]:
    """What a person is in the slot at nine."""
    booking_id = KEYS.seal_booking(SLOT, KEYS.person(name), 1)
    made = {"booking_id": booking_id, "slot_id": SLOT, "campaign_id": "season", "status": status, **TIMES}
    made |= {"place_in_line": None, "promotes": False, "reason": None}
    return made | {"check_in": CHECK_IN, "checked_in_at": None, "missed": None} | changes


def in_line(name: str, place: int = 1) -> dict[str, Any]:
    return is_in(name, "waiting", place_in_line=place, promotes=True)


def court(s: Stage, *booked: str, **changes: Any) -> Stage:
    """A court of two places, four days ahead; these people have booked the slot at nine."""
    offer(opened(s), **changes)
    for name in booked:
        assert book(s, name).status == 201
    return s


def book(s: Stage, name: str = "ann", method: str = "PUT", slot_id: str = SLOT, route: str = BOOKING) -> Answered:
    body = {"body": {}} if method == "PUT" else {}
    return s.citizen(name).send(f"{method} {route}", {"slot_id": slot_id}, **body)


def wait(s: Stage, name: str = "ann", method: str = "PUT", slot_id: str = SLOT) -> Answered:
    return book(s, name, method, slot_id, WAITING)


def show(s: Stage, name: str = "ann") -> Answered:
    return s.citizen(name).send("POST " + CODE, {"slot_id": SLOT}, body={})


def decide(s: Stage, slot_id: str = SLOT, **body: Any) -> Answered:
    return s.operator().send(ADMIN, {"slot_id": slot_id}, body=body)


def full(s: Stage, **changes: Any) -> Stage:
    """Bob and Cyd have the two places."""
    court(s, "bob", "cyd", **changes).clock.advance(1)
    return s


# Booking


@case("PUT " + BOOKING, 201, body=is_in("ann", "booked"), headers=FIRST)
def the_first_booking_of_a_slot(s: Stage) -> Answered:
    return book(court(s))


@case("PUT " + BOOKING, 200, body=is_in("ann", "booked"), headers=REPLAY)
def the_same_booking_of_a_slot(s: Stage) -> Answered:
    return book(court(s, "ann", "bob"))


@case("PUT " + BOOKING, 200, body=in_line("ann"), headers=REPLAY)
def booking_while_waiting(s: Stage) -> Answered:
    wait(full(s))
    return book(s)


@case("PUT " + BOOKING, 200, body=is_in("ann", "cancelled", reason="Rain"), headers=REPLAY)
def booking_again_what_the_venue_cancelled(s: Stage) -> Answered:
    decide(court(s, "ann"), cancelled="Rain")
    return book(s)


@case("PUT " + BOOKING, 201, body=is_in("ann", "booked"), headers=FIRST)
def booking_after_giving_it_back(s: Stage) -> Answered:
    book(court(s, "ann"), method="DELETE")
    return book(s)


@case("PUT " + BOOKING, 201, body=is_in("ann", "booked"), headers=FIRST)
def the_place_of_a_list_without_force(s: Stage) -> Answered:
    wait(full(s), "dan")
    s.clock.set(TIMES["promote_until"])
    book(s, "bob", "DELETE")
    return book(s)


@case("PUT " + BOOKING, 404, "not-found", detail="No slot 'court.2020-06-10.0930'.")
def booking_between_two_slots(s: Stage) -> Answered:
    return book(court(s), slot_id="court.2020-06-10.0930")


@case("PUT " + BOOKING, 404, "not-found", detail="No facility 'pool'.")
def booking_an_unknown_facility(s: Stage) -> Answered:
    return book(court(s), slot_id="pool.2020-06-10.0900")


@case(
    "PUT " + BOOKING,
    409,
    "not-open",
    facts={"opens_at": "2020-06-13T07:00:00+08:00", "retry_after_s": range(594_000, 594_004)},
    detail="This slot cannot be booked yet.",
)
def booking_too_far_ahead(s: Stage) -> Answered:
    return book(court(s), slot_id="court.2020-06-20.0900")


@case("PUT " + BOOKING, 409, "closed", facts={"closed_at": BEGINS}, detail="This slot has begun.")
def booking_a_slot_that_has_begun(s: Stage) -> Answered:
    court(s).clock.set(BEGINS)
    return book(s)


@case("PUT " + BOOKING, 409, "stopped", detail="This slot was cancelled: Rain")
def booking_what_was_cancelled(s: Stage) -> Answered:
    decide(court(s), cancelled="Rain")
    return book(s)


@case("PUT " + BOOKING, 403, "not-eligible", facts={"reason": "overlap", "slot_id": "hall.2020-06-10.0900"})
def booking_two_slots_of_one_time(s: Stage) -> Answered:
    both = [*programme()["facilities"], {**programme()["facilities"][0], "facility_id": "hall"}]
    book(court(s, facilities=both), slot_id="hall.2020-06-10.0900")
    return book(s)


@case("PUT " + BOOKING, 403, "not-eligible", facts={"reason": "quota"})
def booking_more_minutes_than_a_day_has(s: Stage) -> Answered:
    court(s)
    for hhmm in ("1000", "1200"):
        assert book(s, slot_id=f"court.2020-06-10.{hhmm}").status == 201
    return book(s)


@case("PUT " + BOOKING, 409, "full", facts={"waiting": 0, "rank_if_joined": 1}, detail="No place is left.")
def booking_a_full_slot(s: Stage) -> Answered:
    return book(full(s))


@case("PUT " + BOOKING, 409, "full", facts={"waiting": 2})
def booking_a_slot_whose_list_is_full(s: Stage) -> Answered:
    for name in ("dan", "eve"):
        wait(full(s) if name == "dan" else s, name)
    s.clock.advance(1)
    return book(s)


# Reading


@case("GET " + BOOKING, 200, body=in_line("ann", 2))
def reading_a_place_in_the_line(s: Stage) -> Answered:
    wait(full(s), "dan")
    wait(s)
    return book(s, method="GET")


@case("GET " + BOOKING, 200, body=is_in("ann", "waiting", place_in_line=1))
def reading_it_when_nobody_moves_up_any_more(s: Stage) -> Answered:
    wait(full(s))
    s.clock.set(TIMES["promote_until"])
    return book(s, method="GET")


@case("POST " + CODE, 200, body={"code": A_CODE, "expires_at": "2020-06-06T10:01:00+08:00"})
def the_code_of_a_slot(s: Stage) -> Answered:
    return show(court(s, "ann"))


@case("POST " + CODE, 404, "not-found", detail=f"You wait for slot '{SLOT}', and have no place.")
def a_code_for_who_waits(s: Stage) -> Answered:
    wait(full(s))
    return show(s)


@case("POST " + CODE, 404, "not-found", detail=f"You are not in slot '{SLOT}'.")
def a_code_for_who_gave_the_slot_back(s: Stage) -> Answered:
    book(court(s, "ann"), method="DELETE")
    return show(s)


@case("POST " + CODE, 404, "not-found", detail="Nobody is checked in here; just come.")
def a_code_where_nobody_is_checked_in(s: Stage) -> Answered:
    return show(court(s, "ann", booking_rules=[rule(check_in=None)]))


@case("POST " + CODE, 409, "stopped", detail="This slot was cancelled: Rain")
def a_code_of_a_cancelled_slot(s: Stage) -> Answered:
    decide(court(s, "ann"), cancelled="Rain")
    return show(s)


@case("GET " + BOOKING, 404, "not-found", detail=f"You are not in slot '{SLOT}'.")
def reading_a_slot_of_others(s: Stage) -> Answered:
    return book(full(s), method="GET")


@case(
    "GET /bookings",
    200,
    body={"bookings": [is_in("ann", "booked")], "strikes": [], "as_of": "2020-06-06T10:00:00+08:00", "damaged": 0},
)
def all_of_a_persons_bookings(s: Stage) -> Answered:
    return court(s, "ann", "bob").citizen("ann").send("GET /bookings")


NO_SLOTS = {"bookings": [], "strikes": [], "as_of": "2020-06-06T02:00:00+00:00", "damaged": 0}


@case("GET /bookings", 200, body=NO_SLOTS)
def no_bookings(s: Stage) -> Answered:
    return court(s).citizen("ann").send("GET /bookings")


# Giving back


@case("DELETE " + BOOKING, 200, body=is_in("ann", "cancelled"), headers=FIRST)
def giving_a_slot_back(s: Stage) -> Answered:
    return book(court(s, "ann"), method="DELETE")


@case("DELETE " + BOOKING, 404, "not-found", detail=f"You are not in slot '{SLOT}'.")
def giving_it_back_twice(s: Stage) -> Answered:
    book(court(s, "ann"), method="DELETE")
    return book(s, method="DELETE")


@case("DELETE " + BOOKING, 409, "closed", facts={"closed_at": TIMES["cancel_until"]})
def giving_it_back_too_late(s: Stage) -> Answered:
    court(s, "ann").clock.set(TIMES["cancel_until"])
    return book(s, method="DELETE")


@case("DELETE " + WAITING, 200, body=is_in("ann", "cancelled"), headers=FIRST)
def leaving_the_list(s: Stage) -> Answered:
    wait(full(s))
    return wait(s, method="DELETE")


@case("DELETE " + WAITING, 200, body=is_in("ann", "cancelled"), headers=FIRST)
def leaving_the_list_after_moving_up(s: Stage) -> Answered:
    wait(full(s))
    book(s, "bob", "DELETE")
    return wait(s, method="DELETE")


@case("DELETE " + WAITING, 404, "not-found")
def leaving_a_list_without_being_on_it(s: Stage) -> Answered:
    return wait(full(s), method="DELETE")


@case("DELETE " + WAITING, 409, "closed", facts={"closed_at": BEGINS})
def leaving_the_list_of_what_has_begun(s: Stage) -> Answered:
    wait(full(s))
    s.clock.set(BEGINS)
    return wait(s, method="DELETE")

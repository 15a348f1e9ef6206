"""Book, read a booking, cancel it."""

from __future__ import annotations

from typing import Any

from tests.api.cases import FIRST, REPLAY, case, opened
from tests.api.stage import Stage
from tests.world import OPENING, Answered, a_batch

PACK = {"batch_id": "pack"}
BOOKED = {"batch_id": "pack", "booked_at": "2020-06-06T09:00:00+08:00", "status": "booked", "receipt": None}
BOOKING = {"opens_at": "2020-06-06T00:00:00+08:00", "closes_at": OPENING}


def bookable(s: Stage, at: str = "2020-06-06T09:00:00+08:00", **changes: Any) -> Stage:
    """Nine o'clock; `pack` takes bookings from midnight to its opening at ten."""
    opened(s, a_batch(booking={**BOOKING, **changes}))
    s.clock.set(at)
    return s


def book(s: Stage, name: str = "ann", method: str = "PUT") -> Answered:
    body = {"body": {}} if method == "PUT" else {}
    return s.citizen(name).send(method + " /batches/{batch_id}/booking", PACK, **body)


@case("PUT /batches/{batch_id}/booking", 201, body=BOOKED, headers=FIRST)
def the_first_booking(s: Stage) -> Answered:
    return book(bookable(s))


@case("PUT /batches/{batch_id}/booking", 200, body=BOOKED, headers=REPLAY)
def the_same_booking_a_minute_later(s: Stage) -> Answered:
    book(bookable(s))
    s.clock.advance(60)
    return book(s)


@case("PUT /batches/{batch_id}/booking", 404, "not-found", detail="'pack' takes no bookings.")
def booking_a_batch_without_bookings(s: Stage) -> Answered:
    return book(opened(s))


@case(
    "PUT /batches/{batch_id}/booking",
    409,
    "not-open",
    facts={"opens_at": "2020-06-06T00:00:00+08:00", "retry_after_s": 1},
    headers={"retry-after": "1"},
    detail="Booking has not opened.",
)
def booking_in_the_last_second_before(s: Stage) -> Answered:
    return book(bookable(s, "2020-06-05T23:59:59+08:00"))


@case("PUT /batches/{batch_id}/booking", 403, "not-eligible", facts={"reason": "household"})
def booking_without_the_household_it_takes(s: Stage) -> Answered:
    opened(s, a_batch(booking=BOOKING, eligibility={"requires": ["household"]})).clock.advance(-1)
    return book(s)


@case("PUT /batches/{batch_id}/booking", 409, "stopped", detail="'pack' was stopped by its operator.")
def booking_what_was_stopped(s: Stage) -> Answered:
    bookable(s).operator().send("POST /admin/batches/{batch_id}/stop", PACK, body={})
    return book(s)


@case("PUT /batches/{batch_id}/booking", 200, body=BOOKED, headers=REPLAY)
def the_same_booking_after_a_stop(s: Stage) -> Answered:
    book(bookable(s))
    s.operator().send("POST /admin/batches/{batch_id}/stop", PACK, body={})
    s.clock.advance(2)
    return book(s)


@case("PUT /batches/{batch_id}/booking", 409, "closed", facts={"closed_at": OPENING}, detail="Booking has closed.")
def booking_at_the_second_of_its_end(s: Stage) -> Answered:
    return book(bookable(s, OPENING))


@case("GET /batches/{batch_id}/booking", 200, body=BOOKED)
def reading_a_booking_after_its_window(s: Stage) -> Answered:
    book(bookable(s))
    s.clock.set(OPENING)
    return book(s, method="GET")


@case("GET /batches/{batch_id}/booking", 404, "not-found", detail="You have not booked 'pack'.")
def reading_another_persons_booking(s: Stage) -> Answered:
    book(bookable(s), "bob")
    return book(s, method="GET")


@case("DELETE /batches/{batch_id}/booking", 200, body={**BOOKED, "status": "cancelled"}, headers=FIRST)
def cancelling(s: Stage) -> Answered:
    book(bookable(s))
    return book(s, method="DELETE")


@case("DELETE /batches/{batch_id}/booking", 404, "not-found", detail="You have not booked 'pack'.")
def cancelling_twice(s: Stage) -> Answered:
    book(bookable(s))
    book(s, method="DELETE")
    return book(s, method="DELETE")


@case(
    "DELETE /batches/{batch_id}/booking",
    409,
    "not-open",
    facts={"opens_at": "2020-06-06T00:00:00+08:00", "retry_after_s": 60},
)
def cancelling_before_booking_opens(s: Stage) -> Answered:
    return book(bookable(s, "2020-06-05T23:59:00+08:00"), method="DELETE")


@case("DELETE /batches/{batch_id}/booking", 409, "closed", facts={"closed_at": OPENING})
def cancelling_when_the_list_is_final(s: Stage) -> Answered:
    book(bookable(s))
    s.clock.set(OPENING)
    return book(s, method="DELETE")

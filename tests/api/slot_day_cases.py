"""Waiting lists of slots, what everybody and its merchant see of a day, and what operators decide about one slot."""

from __future__ import annotations

from tests.api.cases import FIRST, REPLAY, case
from tests.api.slot_cases import BEGINS, BOOKING, SLOT, TIMES, WAITING, book, court, decide, full, in_line, is_in, wait
from tests.api.stage import Stage
from tests.bus import Stream
from tests.court import programme
from tests.world import Answered

DAY, COUNTS = "GET /facilities/{facility_id}/slots", "GET /facilities/{facility_id}/bookings"
COURT = {"facility_id": "court"}
ADMIN = "PUT /admin/slots/{slot_id}"


@case("PUT " + WAITING, 201, body=in_line("ann"), headers=FIRST)
def the_first_in_the_line(s: Stage) -> Answered:
    return wait(full(s))


@case("PUT " + WAITING, 200, body=in_line("ann"), headers=REPLAY)
def waiting_twice(s: Stage) -> Answered:
    wait(full(s))
    return wait(s)


@case("PUT " + WAITING, 201, body=is_in("ann", "booked"), headers=FIRST)
def waiting_for_a_place_that_is_free(s: Stage) -> Answered:
    return wait(court(s))


@case("PUT " + WAITING, 404, "not-found")
def waiting_for_no_slot(s: Stage) -> Answered:
    return wait(court(s), slot_id="court.2020-06-10.0930")


@case("PUT " + WAITING, 409, "not-open", facts={"opens_at": "2020-06-13T07:00:00+08:00", "retry_after_s": range(10**6)})
def waiting_too_far_ahead(s: Stage) -> Answered:
    return wait(court(s), slot_id="court.2020-06-20.0900")


@case("PUT " + WAITING, 409, "closed", facts={"closed_at": TIMES["promote_until"]})
def waiting_when_nobody_moves_up_any_more(s: Stage) -> Answered:
    full(s).clock.set(TIMES["promote_until"])
    return wait(s)


@case("PUT " + WAITING, 409, "stopped")
def waiting_for_what_was_cancelled(s: Stage) -> Answered:
    decide(full(s), cancelled="Rain")
    return wait(s)


@case("PUT " + WAITING, 403, "not-eligible", facts={"reason": "quota"})
def waiting_counts_as_a_place(s: Stage) -> Answered:
    full(s)
    for hhmm in ("1000", "1200"):
        book(s, slot_id=f"court.2020-06-10.{hhmm}")
    return wait(s)


@case("PUT " + WAITING, 409, "full", facts={"waiting": 2})
def waiting_behind_a_full_list(s: Stage) -> Answered:
    full(s)
    for name in ("dan", "eve"):
        wait(s, name)
    return wait(s)


# What others see

NINE = {
    "slot_id": SLOT,
    **TIMES,
    "status": "full",
    "opens_at": "2020-06-03T07:00:00+08:00",
    "units": 2,
    "booked": 2,
    "waiting": 1,
    "waiting_max": 2,
    "price_minor": 6000,
    "payable_minor": 6000,
    "reason": None,
}
MORNING = [{**programme()["facilities"][0]["schedule"][0], "to": "10:00"}]
SHORT = [{**programme()["facilities"][0], "schedule": MORNING}]
SEEN = {**COURT, "day": "2020-06-10", "as_of": "2020-06-06T10:00:02+08:00"}
PUBLIC = {"cache-control": "public, max-age=1"}


@case(DAY, 200, body={**SEEN, "slots": [NINE], "closed": None}, headers=PUBLIC)
def a_day_of_the_court(s: Stage) -> Answered:
    wait(full(s, facilities=SHORT))
    s.clock.advance(1)
    return s.citizen("dan").send(DAY, COURT, query={"day": "2020-06-10"})


@case(DAY, 404, "not-found", detail="No facility 'pool'.")
def a_day_of_no_facility(s: Stage) -> Answered:
    return court(s).citizen("dan").send(DAY, {"facility_id": "pool"})


COUNTED = {
    "slot_id": SLOT,
    "starts_at": BEGINS,
    "ends_at": TIMES["ends_at"],
    "units": 2,
    "booked": 2,
    "waiting": 1,
    "checked_in": 0,
    "check_in": {"opens_at": "2020-06-10T08:30:00+08:00", "closes_at": "2020-06-10T09:15:00+08:00"},
    "cancelled": None,
}


@case(COUNTS, 200, body={**SEEN, "slots": [COUNTED]})
def what_its_merchant_sees(s: Stage) -> Answered:
    wait(full(s, facilities=SHORT))
    s.clock.advance(1)
    return s.merchant().send(COUNTS, COURT, query={"day": "2020-06-10"})


@case(COUNTS, 404, "not-found", detail="No facility 'court'.")
def another_merchants_facility(s: Stage) -> Answered:
    record = {"title": "Other", "category": "sport", "channels": ["offline"]}
    record["stores"] = [{"store_id": "other", "region": "beijing"}]
    court(s).operator().send("PUT /admin/merchants/{merchant_id}", {"merchant_id": "other"}, body=record)
    return s.merchant("other").send(COUNTS, COURT)


# What operators decide


@case(ADMIN, 200, body={**COUNTED, "waiting": 0, "units": 3, "booked": 3}, headers=FIRST)
def one_place_more(s: Stage) -> Answered:
    wait(full(s))
    return decide(s, units=3)


@case(ADMIN, 200, body={**COUNTED, "waiting": 0, "cancelled": "Rain"}, headers=REPLAY)
def cancelling_a_slot_twice(s: Stage) -> Answered:
    decide(full(s), cancelled="Rain")
    return decide(s, cancelled="Snow")


_BLANK = {"place": "body.cancelled", "message": "must be one line of text, without a control character"}


@case(ADMIN, 400, "malformed", facts={"errors": [_BLANK]})
def cancelling_for_no_reason(s: Stage) -> Answered:
    return decide(court(s), cancelled="  ")


@case(ADMIN, 400, "malformed", facts={"errors": [_BLANK]})
def cancelling_in_two_lines(s: Stage) -> Answered:
    return decide(court(s), cancelled="Rain\nand snow")


@case(ADMIN, 404, "not-found")
def deciding_about_no_slot(s: Stage) -> Answered:
    return decide(court(s), "court.2020-06-10.0930", units=3)


@case(ADMIN, 409, "stopped")
def more_places_in_a_cancelled_slot(s: Stage) -> Answered:
    decide(court(s), cancelled="Rain")
    return decide(s, units=3)


@case(ADMIN, 409, "closed", facts={"closed_at": TIMES["ends_at"]})
def more_places_when_it_is_over(s: Stage) -> Answered:
    court(s).clock.set(TIMES["ends_at"])
    return decide(s, units=3)


@case("GET " + BOOKING, 200, body=is_in("ann", "booked"))
def read_after_it_was_told_on_the_bus(s: Stage) -> Answered:
    """The event has the id that the person reads."""
    stream = Stream(court(s))
    book(s)
    (told,) = s.announce(stream.records())
    assert (told["type"], told["subject"]) == ("slot.booked.v1", is_in("ann", "booked")["booking_id"])
    return book(s, method="GET")

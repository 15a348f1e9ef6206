"""A court of eight units and twenty-four people who ask at once, over HTTP. In June 2019."""

from __future__ import annotations

import pytest

from tests.court import facility, programme, row, rule
from tests.e2e.caller import from_many_clients
from tests.e2e.local_stack import LocalStack
from tests.e2e.test_small_batch import document
from tests.world import Answered

UNITS = 8
PEOPLE = [f"player-{number}" for number in range(24)]
SLOT = "court-2019.2019-06-05.0900"


@pytest.fixture
def court(stack: LocalStack) -> LocalStack:
    """The morning on which the court's slot of 5 June can be booked."""
    schedule = [row(first_day="2019-06-01", last_day="2019-06-30")]
    court = facility(facility_id="court-2019", units=UNITS, schedule=schedule)
    stack.set_clock("2019-06-01T10:00:00+08:00")
    with stack.operator() as operator:
        season = document("court-2019", "court-pack")
        assert operator.send("PUT", "/admin/campaigns/court-2019", season).status in (200, 201)
        assert operator.send("POST", "/admin/batches/court-pack/publish", {}).status == 200
        declared = programme(facilities=[court], booking_rules=[rule(waiting_max=20)])
        assert operator.send("PUT", "/admin/campaigns/court-2019/programme", declared).status in (200, 201)
    return stack


def asked(stack: LocalStack, name: str, method: str = "PUT", what: str = "booking") -> Answered:
    with stack.citizen(name) as person:
        return person.send(method, f"/slots/{SLOT}/{what}", {} if method == "PUT" else None)


def test_eight_of_twenty_four_book_and_the_ninth_moves_up(court: LocalStack) -> None:
    """Nobody is told both; the ninth waits, has the place of who leaves, and everybody reads the same."""
    answers = dict(zip(PEOPLE, from_many_clients(lambda name: asked(court, name), PEOPLE), strict=True))
    assert {answer.status for answer in answers.values()} <= {200, 201, 409}
    booked = [name for name, answer in answers.items() if answer.status in (200, 201)]
    full = [name for name, answer in answers.items() if answer.slug == "full"]
    assert (len(booked), len(full)) == (UNITS, len(PEOPLE) - UNITS)
    ninth, tenth = full[:2]
    for place, name in enumerate((ninth, tenth), start=1):
        waiting = asked(court, name, what="waiting").json
        assert (waiting["status"], waiting["place_in_line"], waiting["promotes"]) == ("waiting", place, True)
    left = asked(court, booked[0], "DELETE")
    assert (left.status, left.json["status"]) == (200, "cancelled")
    assert asked(court, ninth, "GET").json["status"] == "booked"
    assert asked(court, tenth, "GET").json["place_in_line"] == 1
    assert asked(court, booked[0], "GET").status == 404
    court.advance(1)
    with court.citizen(ninth) as person:
        (mine,) = person.send("GET", "/bookings").json["bookings"]
        day = person.send("GET", "/facilities/court-2019/slots?day=2019-06-05").json
    assert (mine["slot_id"], mine["status"]) == (SLOT, "booked")
    (seen,) = [slot for slot in day["slots"] if slot["slot_id"] == SLOT]
    assert (seen["units"], seen["booked"], seen["waiting"], seen["status"]) == (UNITS, UNITS, 1, "full")
    with court.merchant("diner") as till:
        counted = till.send("GET", "/facilities/court-2019/bookings?day=2019-06-05").json["slots"]
    assert [(slot["booked"], slot["waiting"]) for slot in counted if slot["slot_id"] == SLOT] == [(UNITS, 1)]


def test_the_venue_cancels_and_everybody_reads_why(court: LocalStack) -> None:
    """Nobody new gets in, and who was in it may leave."""
    slot_id = SLOT.replace("0900", "1400")
    with court.citizen("player-a") as person, court.operator() as operator:
        assert person.send("PUT", f"/slots/{slot_id}/booking", {}).status in (200, 201)
        cancelled = operator.send("PUT", f"/admin/slots/{slot_id}", {"cancelled": "The roof leaks"})
        assert (cancelled.status, cancelled.json["cancelled"]) == (200, "The roof leaks")
        mine = person.send("GET", f"/slots/{slot_id}/booking").json
        assert (mine["status"], mine["reason"]) == ("cancelled", "The roof leaks")
        assert person.send("DELETE", f"/slots/{slot_id}/booking").status == 200
        assert person.send("PUT", f"/slots/{slot_id}/booking", {}).slug == "stopped"

"""Slots that people missed: the strikes that follow, the ban that three of them are, and what an operator excuses."""

from __future__ import annotations

from typing import Any

from tests.api.cases import FIRST, REPLAY, case
from tests.api.slot_cases import BOOKING, WAITING, book, court, is_in, wait
from tests.api.stage import Stage
from tests.court import PER_PERSON, strict_rule
from tests.points import incentives
from tests.store.faults import Without
from tests.world import Answered

EXCUSE = "PUT /admin/strikes"
SWEPT = "2020-06-10T21:15:30+08:00"
"""Check-in of the last slot of 10 June was over half a minute ago."""
BANNED_UNTIL = "2020-06-24T11:00:00+08:00"
"""14 days after the last of three."""
NINE, TEN, ELEVEN = (f"court.2020-06-10.{hhmm}" for hhmm in ("0900", "1000", "1100"))
NEXT_WEEK = "court.2020-06-16.0900"
FREE = {**PER_PERSON, "per_day_minutes": None}


def missed(s: Stage, *slot_ids: str) -> Stage:
    """Ann missed these slots of 10 June; Bob came at noon, when points were out of reach, so the sweep earns his."""
    court(s, booking_rules=[strict_rule(per_person=FREE)], incentives=incentives())
    for slot_id in slot_ids:
        assert book(s, slot_id=slot_id).status == 201
    s.restart("verify", client=Without(s.client, "PointsTable"))
    comes(s, "bob", "court.2020-06-10.1200")
    s.restart("verify")
    s.clock.set(SWEPT)
    s.tick()
    return s


def comes(s: Stage, name: str, slot_id: str) -> None:
    """The person books the slot and is checked in at its beginning."""
    assert book(s, name, slot_id=slot_id).status == 201
    _, day, hhmm = slot_id.split(".")
    s.clock.set(f"{day}T{hhmm[:2]}:00:00+08:00")
    code = s.citizen(name).send("POST /slots/{slot_id}/code", {"slot_id": slot_id}, body={}).json["code"]
    path = {"slot_id": slot_id, "checkin_no": f"visit-{day}"}
    assert s.merchant().send("PUT /slots/{slot_id}/checkins/{checkin_no}", path, body={"code": code}).status == 201


def excuse(s: Stage, slot_id: str = NINE, *, excused: bool = True, person_id: str = "ann") -> Answered:
    return s.operator().send(EXCUSE, body={"person_id": person_id, "slot_id": slot_id, "excused": excused})


def strike(slot_id: str, *, excused: bool = False, banned_until: str | None = None) -> dict[str, Any]:
    hour = slot_id[-4:-2]
    row = {"slot_id": slot_id, "campaign_id": "season", "starts_at": f"2020-06-10T{hour}:00:00+08:00"}
    return {**row, "excused": excused, "banned_until": banned_until}


def is_missed(number: int, **changes: Any) -> dict[str, Any]:
    return {"strike": number, "of": 3, "excused": False, "banned_until": None} | changes


# What a person sees


@case("GET " + BOOKING, 200, body=is_in("ann", "booked", missed=is_missed(1)))
def reading_a_slot_that_was_missed(s: Stage) -> Answered:
    return book(missed(s, NINE, TEN), method="GET")


@case("GET " + BOOKING, 200, body=is_in("ann", "booked", missed=is_missed(0, excused=True)))
def reading_a_slot_that_is_excused(s: Stage) -> Answered:
    excuse(missed(s, NINE))
    return book(s, method="GET")


@case("GET " + BOOKING, 200, body=is_in("ann", "booked"))
def reading_a_slot_whose_day_is_not_counted(s: Stage) -> Answered:
    court(s, "ann", booking_rules=[strict_rule()]).clock.set(SWEPT)
    return book(s, method="GET")


@case("PUT " + BOOKING, 200, body=is_in("ann", "booked", missed=is_missed(1)), headers=REPLAY)
def booking_again_what_was_missed(s: Stage) -> Answered:
    return book(missed(s, NINE))


@case(
    "GET /bookings",
    200,
    body={
        "bookings": [is_in("ann", "booked", missed=is_missed(1))],
        "strikes": [strike(NINE)],
        "as_of": SWEPT,
        "damaged": 0,
    },
)
def what_ended_today_and_what_was_missed(s: Stage) -> Answered:
    return missed(s, NINE).citizen("ann").send("GET /bookings")


@case(
    "GET /bookings",
    200,
    body={
        "bookings": [],
        "strikes": [strike(slot_id, banned_until=BANNED_UNTIL) for slot_id in (NINE, TEN, ELEVEN)],
        "as_of": "2020-06-11T21:15:30+08:00",
        "damaged": 0,
    },
)
def what_was_missed_yesterday(s: Stage) -> Answered:
    missed(s, NINE, TEN, ELEVEN).clock.advance(86_400)
    return s.citizen("ann").send("GET /bookings")


# A ban


@case("PUT " + BOOKING, 403, "not-eligible", facts={"reason": "banned", "until": BANNED_UNTIL})
def booking_during_a_ban(s: Stage) -> Answered:
    return book(missed(s, NINE, TEN, ELEVEN), slot_id=NEXT_WEEK)


@case("PUT " + WAITING, 403, "not-eligible", facts={"reason": "banned", "until": BANNED_UNTIL})
def waiting_during_a_ban(s: Stage) -> Answered:
    missed(s, NINE, TEN, ELEVEN)
    for name in ("cyd", "dan"):
        book(s, name, slot_id=NEXT_WEEK)
    return wait(s, slot_id=NEXT_WEEK)


# Excusing


@case(EXCUSE, 200, body={"slot_id": NINE, "excused": True, "strikes": 2, "banned_until": None}, headers=FIRST)
def excusing_one_of_three(s: Stage) -> Answered:
    return excuse(missed(s, NINE, TEN, ELEVEN))


@case(EXCUSE, 200, body={"slot_id": NINE, "excused": True, "strikes": 2, "banned_until": None}, headers=REPLAY)
def excusing_it_twice(s: Stage) -> Answered:
    excuse(missed(s, NINE, TEN, ELEVEN))
    return excuse(s)


@case(EXCUSE, 200, body={"slot_id": NINE, "excused": False, "strikes": 3, "banned_until": BANNED_UNTIL}, headers=FIRST)
def counting_it_again(s: Stage) -> Answered:
    excuse(missed(s, NINE, TEN, ELEVEN))
    return excuse(s, excused=False)


@case(EXCUSE, 404, "not-found", detail=f"That person has no strike for slot '{TEN}'.")
def excusing_what_was_not_missed(s: Stage) -> Answered:
    return excuse(missed(s, NINE), TEN)


@case(EXCUSE, 404, "not-found", detail=f"That person has no strike for slot '{NINE}'.")
def excusing_somebody_else(s: Stage) -> Answered:
    return excuse(missed(s, NINE), person_id="bob")


@case(EXCUSE, 404, "not-found", detail="No slot 'court.2020-06-10.0930'.")
def excusing_no_slot(s: Stage) -> Answered:
    return excuse(missed(s, NINE), "court.2020-06-10.0930")


@case(
    "POST /admin/persons/lookup",
    200,
    body={
        "coupons": [],
        "bookings": [],
        "strikes": [strike(NINE, excused=True), strike(TEN)],
        "points": [{"program_id": "sports-points", "balance": 0, "debt": 0, "by_expiry": []}],
        "as_of": "2020-06-10T13:15:30+00:00",
        "damaged": 0,
    },
)
def the_hotline_sees_strikes(s: Stage) -> Answered:
    excuse(missed(s, NINE, TEN))
    return s.operator().send("POST /admin/persons/lookup", body={"person_id": "ann"})

"""Batches that pay venues: in no catalogue, covered by their programme, and who they let in."""

from __future__ import annotations

import json
from typing import Any

from tests.api.cases import FIRST, case
from tests.api.slot_cases import ADMIN, BOOKING, SLOT, WAITING, book, decide, wait
from tests.api.stage import Stage
from tests.court import facility, row
from tests.door import CHECK_IN, arrive, at, checked_in, open_door, season, unpaid
from tests.door import book as door_book
from tests.venues import PLACES, act, apply, courts, document, paid_programme, paying, put_programme
from tests.world import Answered, a_batch

PROGRAMME = "PUT /admin/campaigns/{campaign_id}/programme"
COVERAGE: dict[str, Any] = {
    "funder_id": "city",
    "available_minor": (PLACES - 1) * 1_000,
    "needed_minor": PLACES * 1_000,
    "currency": "CNY",
}


def short(s: Stage) -> Stage:
    """A batch that pays for one check-in less than its slots have places."""
    apply(s, document(a_batch(), courts(quantity=PLACES - 1)))
    return s


def paused(s: Stage) -> Stage:
    act(paying(s), "pause")
    s.clock.advance(2)
    return s


@case("GET /batches/{batch_id}", 404, "not-found", detail="No published batch 'courts'.")
def a_venue_batch_in_the_catalogue(s: Stage) -> Answered:
    return paying(s).citizen("ann").send("GET /batches/{batch_id}", {"batch_id": "courts"})


@case("PUT /batches/{batch_id}/claim", 404, "not-found", detail="No published batch 'courts'.")
def claiming_a_venue_batch(s: Stage) -> Answered:
    return paying(s).citizen("ann").put_claim("courts")


@case("POST /admin/batches/{batch_id}/publish", 409, "budget-exceeded", facts=COVERAGE)
def publishing_less_than_the_places(s: Stage) -> Answered:
    put_programme(short(s))
    return act(s, "publish")


@case(
    PROGRAMME,
    409,
    "budget-exceeded",
    facts=COVERAGE,
    detail="'courts' pays for 181 check-ins; its slots have 182 places in its window.",
)
def a_programme_with_more_places_than_are_paid(s: Stage) -> Answered:
    act(short(s), "publish")
    return put_programme(s)


@case(
    PROGRAMME,
    400,
    "malformed",
    facts={
        "errors": [
            {
                "place": "body.facilities.0.subsidy_batch",
                "message": "its slots can never meet the terms 'court-20': min-spend, at a price of 59.99 CNY",
            }
        ]
    },
)
def a_price_that_the_terms_never_pay(s: Stage) -> Answered:
    apply(s)
    return put_programme(s, paid_programme(price_minor=5_999))


@case(
    ADMIN,
    409,
    "budget-exceeded",
    facts={"funder_id": "city", "available_minor": 2_000, "needed_minor": 3_000, "currency": "CNY"},
    detail="Where 'courts' pays, a slot has at most the 2 places of its schedule, not 3.",
)
def more_places_than_are_paid(s: Stage) -> Answered:
    return decide(paying(s), units=3)


@case("PUT " + BOOKING, 409, "paused", detail="Its operator has paused new bookings of this slot.")
def booking_while_the_subsidy_is_paused(s: Stage) -> Answered:
    return book(paused(s))


@case("PUT " + WAITING, 409, "paused", detail="Its operator has paused new bookings of this slot.")
def waiting_while_the_subsidy_is_paused(s: Stage) -> Answered:
    return wait(paused(s))


@case(
    "PUT " + BOOKING,
    409,
    "not-open",
    facts={"opens_at": "2020-06-03T07:00:00+08:00", "retry_after_s": 60},
    detail="'courts', which pays the venue, is not published yet.",
)
def booking_before_the_subsidy_is_published(s: Stage) -> Answered:
    apply(s)
    put_programme(s)
    act(s, "publish", "pack")
    return book(s)


@case(
    "POST /admin/batches/{batch_id}/stop",
    409,
    "terms-frozen",
    facts={"differences": []},
    detail="'courts' pays venues for whom they let in, so it cannot be voided.",
)
def voiding_a_venue_batch(s: Stage) -> Answered:
    return act(paying(s), "stop", issued="void")


@case(
    "POST /admin/batches/{batch_id}/extend",
    409,
    "terms-frozen",
    facts={"differences": []},
    detail="'courts' pays venues for whom they let in, so it cannot be extended.",
)
def extending_a_venue_batch(s: Stage) -> Answered:
    return act(paying(s), "extend", days=1)


@case(
    ADMIN,
    200,
    body={
        "slot_id": SLOT,
        "starts_at": "2020-06-10T09:00:00+08:00",
        "ends_at": "2020-06-10T10:00:00+08:00",
        "units": 1,
        "booked": 0,
        "waiting": 0,
        "checked_in": 0,
        "check_in": {"opens_at": "2020-06-10T08:30:00+08:00", "closes_at": "2020-06-10T09:15:00+08:00"},
        "cancelled": None,
    },
    headers=FIRST,
)
def fewer_places_than_are_paid(s: Stage) -> Answered:
    return decide(paying(s), units=1)


def capped(s: Stage, most: int) -> Stage:
    """The diner is paid so much at most, and Ann has booked the slot at nine."""
    said = season()
    open_door(s, said | {"merchants": [said["merchants"][0] | {"subsidy_max_minor": most}]})
    door_book(s, "ann")
    at(s)
    return s


@case("PUT " + CHECK_IN, 201, body=unpaid("ceiling"), headers=FIRST)
def a_check_in_above_the_ceiling(s: Stage) -> Answered:
    return arrive(capped(s, 1_999))


@case("PUT " + CHECK_IN, 201, body=checked_in(), headers=FIRST)
def a_check_in_to_the_ceiling(s: Stage) -> Answered:
    return arrive(capped(s, 2_000))


@case("PUT " + CHECK_IN, 201, body=unpaid("min-spend"), headers=FIRST)
def the_slot_costs_less_than_the_terms_ask(s: Stage) -> Answered:
    """On this day; on another it costs enough."""
    amount_off = {"kind": "amount_off", "threshold_minor": 6_001, "amount_minor": 2_000}
    dearer = row(first_day="2020-06-11", price_minor=6_001)
    court = facility(subsidy_batch="courts", schedule=[row(last_day="2020-06-10"), dearer])
    open_door(s, season(discount=amount_off), facilities=[court])
    door_book(s, "ann")
    return arrive(at(s))


USES = [
    {
        "facility_id": "court",
        "campaign_id": "season",
        "slots": 1,
        "visits": 1,
        "subsidy_minor": 2_000,
        "currency": "CNY",
    }
]


@case("GET /settlements/{day}", 200, body=USES)
def a_closed_day_says_how_facilities_were_used(s: Stage) -> Answered:
    arrive(capped(s, 2_000))
    s.clock.set("2020-06-11T00:00:30+08:00")
    s.tick()
    answer = s.merchant().send("GET /settlements/{day}", {"day": "2020-06-10"})
    return Answered(answer.status, answer.headers, json.dumps(answer.json["uses"]))


VENUES = "GET /admin/campaigns/{campaign_id}/venues"
SEASON = {"campaign_id": "season"}
COURT = {
    "facility_id": "court",
    "title": None,
    "sport": "badminton",
    "venue_id": "hall",
    "merchant_id": "diner",
    "days_open": 5,
    "minutes_open": 5 * 13 * 60,
    "slots": 0,
    "visits": 0,
    "subsidy_minor": 0,
}


@case(
    VENUES,
    200,
    body={
        **SEASON,
        "year": 2020,
        "currency": "CNY",
        "through": "2020-06-05",
        "facilities": [COURT],
        "next": None,
    },
)
def a_year_until_yesterday(s: Stage) -> Answered:
    return paying(s).operator().send(VENUES, SEASON, query={"year": "2020"})


@case(VENUES, 404, "not-found", detail="Campaign 'season' has no programme.")
def a_year_without_a_programme(s: Stage) -> Answered:
    return short(s).operator().send(VENUES, SEASON, query={"year": "2020"})

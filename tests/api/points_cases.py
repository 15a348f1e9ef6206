"""Points: what partners report and correct, and what citizens see."""

from __future__ import annotations

from typing import Any

from tests.api.cases import FIRST, REPLAY, case, opened
from tests.api.stage import Stage
from tests.court import offer
from tests.points import incentives, partner
from tests.programmes import session
from tests.world import OPENING, Answered, Person, a_batch

EARN, CORRECT, POINTS = "PUT /points/earnings/{event_id}", "PUT /points/corrections/{event_id}", "GET /points"
PROGRAM = "sports-points"
AT = "2020-06-06T09:30:00+08:00"
END = "2022-01-01T00:00:00+08:00"
VISIT: dict[str, Any] = {"person_id": "ann", "activity_id": "walk", "session_id": "w1", "kind": "attendance"}
NONE = {"session_id": None, "activity_id": None, "batch_id": None, "reason": None}


def clubs(s: Stage, *batches: dict[str, Any], **changes: Any) -> Stage:
    """A season whose walk earns points, 5 a visit and 50 for the first of a kind; the diner reports it."""
    sessions = [session(session_id=name) for name in ("w1", "w2")]
    walk = {"activity_id": "walk", "kind": "event", "title": "A walk", "sessions": sessions}
    earns = incentives(**{"partners": [partner(activity_ids=["walk"])], **changes})
    offer(opened(s, a_batch(), *batches), activities=[walk], incentives=earns)
    return s


def club(merchant_id: str = "diner") -> Person:
    return Person({"sub": "club", "scope": "partner", "merchant_id": merchant_id})


def earn(s: Stage, event_id: str = "e-1", merchant_id: str = "diner", **changes: Any) -> Answered:
    body = {**VISIT, "quantity": 1, "occurred_at": AT, **changes}
    return club(merchant_id).send(EARN, {"event_id": event_id}, body=body)


def correct(s: Stage, event_id: str = "e-1", reason: str = "Wrong person") -> Answered:
    return club().send(CORRECT, {"event_id": event_id}, body={"reason": reason})


def earning(points: int, reason: str | None = None, event_id: str = "e-1") -> dict[str, Any]:
    admitted = reason in (None, "cap")
    return {"event_id": event_id, "program_id": PROGRAM, "points": points, "admitted": admitted, "reason": reason}


def entry(event_id: str, kind: str = "earn", points: int = 55, **changes: Any) -> dict[str, Any]:
    suffix = "-correct" if kind == "correct" else ""
    made = {"entry_id": f"diner.{event_id}{suffix}", "at": OPENING, "kind": kind, "points": points, "raw": 5}
    return {**NONE, **made, "session_id": "w1", "activity_id": "walk", **changes}


def shown(balance: int, *entries: dict[str, Any], **changes: Any) -> dict[str, Any]:
    lots = [{"expires_at": END, "points": balance}] if balance > 0 else []
    made = {"program_id": PROGRAM, "balance": balance, "debt": 0, "unit_value_minor": 10, "currency": "CNY"}
    made |= {"by_expiry": lots, "next": None, "entries": list(entries), "cursor": None, "damaged": 0}
    return made | changes


@case(POINTS, 200, body=shown(0))
def points_of_who_has_none(s: Stage) -> Answered:
    return clubs(s).citizen("ann").send(POINTS)


@case(
    POINTS,
    200,
    body=shown(0, entry("e-1", "correct", -55, raw=-5), entry("e-1")),
)
def points_that_a_correction_took_back(s: Stage) -> Answered:
    earn(clubs(s))
    correct(s)
    return s.citizen("ann").send(POINTS)


@case(
    POINTS,
    200,
    body=shown(
        55,
        entry("e-1"),
        next={"batch_id": "ball", "title": "A pack", "price_points": 60, "missing": 5},
    ),
)
def points_and_the_next_award(s: Stage) -> Answered:
    """The cheapest of those that cost more and can be claimed now: the cup opens a second later."""
    prices = {"ball": 60, "net": 70, "cup": 56, "pin": 55}
    batches = [a_batch(name, price_points=price) for name, price in prices.items()]
    batches[2] |= {"opens_at": "2020-06-06T10:00:01+08:00"}
    earn(clubs(s, *batches))
    return s.citizen("ann").send(POINTS, query={"program_id": PROGRAM})


@case(POINTS, 404, "not-found", detail="No points of a program 'chess-points'.")
def points_of_an_unknown_program(s: Stage) -> Answered:
    return clubs(s).citizen("ann").send(POINTS, query={"program_id": "chess-points"})


@case(POINTS, 404, "not-found", detail="No points can be earned.")
def points_where_nothing_earns_any(s: Stage) -> Answered:
    return opened(s).citizen("ann").send(POINTS)


@case(EARN, 201, body=earning(55), headers=FIRST)
def a_first_report(s: Stage) -> Answered:
    return earn(clubs(s))


@case(EARN, 200, body=earning(55), headers=REPLAY)
def the_same_report_again(s: Stage) -> Answered:
    """In another spelling of the identity, and after another visit."""
    earn(clubs(s))
    earn(s, "e-2", session_id="w2")
    return earn(s, person_id=" Ann")


@case(EARN, 201, body=earning(0, "repeat", "e-2"), headers=FIRST)
def one_visit_under_two_numbers(s: Stage) -> Answered:
    earn(clubs(s))
    return earn(s, "e-2")


@case(EARN, 201, body=earning(0, "late"), headers=FIRST)
def a_late_report(s: Stage) -> Answered:
    return earn(clubs(s), occurred_at="2020-05-29T23:59:59+08:00")


@case(EARN, 201, body=earning(0, "voided"), headers=FIRST)
def a_report_after_its_correction(s: Stage) -> Answered:
    correct(clubs(s))
    return earn(s)


@case(EARN, 201, body=earning(0, "allotment"), headers=FIRST)
def a_report_beyond_the_partners_points(s: Stage) -> Answered:
    return earn(clubs(s, partners=[partner(activity_ids=["walk"], points_max=54)]))


@case(EARN, 201, body=earning(0, "cap", "e-2"), headers=FIRST)
def a_report_that_a_cap_lets_count_nothing(s: Stage) -> Answered:
    earn(clubs(s, caps=[{"per": "day", "max": 5, "from": "2020-01-01"}]))
    return earn(s, "e-2", session_id="w2")


@case(EARN, 201, body=earning(110), headers=FIRST)
def a_quantity_multiplies(s: Stage) -> Answered:
    """Twenty visits at 5 and the first-of-kind bonus; the day's cap is 60."""
    return earn(clubs(s), quantity=20)


@case(EARN, 404, "not-found", detail="You report no visits of kind 'attendance' of 'run'.")
def a_report_of_another_activity(s: Stage) -> Answered:
    return earn(clubs(s), activity_id="run")


@case(EARN, 404, "not-found", detail="You report no visits of kind 'event' of 'walk'.")
def a_report_of_another_kind(s: Stage) -> Answered:
    return earn(clubs(s), kind="event")


@case(EARN, 404, "not-found", detail="A visit of kind 'attendance' earns nothing on 2020-06-06.")
def a_report_of_a_day_without_a_rule(s: Stage) -> Answered:
    later = {"kind": "attendance", "points": 5, "from": "2020-06-07"}
    others = [rule for rule in incentives()["rules"] if rule["kind"] != "attendance"]
    return earn(clubs(s, rules=[later, *others]))


@case(EARN, 403, "forbidden", detail="The token's merchant is no partner of any program.")
def a_report_by_who_is_no_partner(s: Stage) -> Answered:
    return earn(clubs(s), merchant_id="tea-house")


@case(
    EARN,
    400,
    "malformed",
    facts={"errors": [{"place": "body.occurred_at", "message": "is more than 5 minutes ahead of now"}]},
    detail="This visit is to come.",
)
def a_report_of_a_visit_to_come(s: Stage) -> Answered:
    return earn(clubs(s), occurred_at="2020-06-06T10:05:01+08:00")


@case(EARN, 409, "order-conflict", detail="Event 'e-1' already carries another report.")
def another_report_under_its_number(s: Stage) -> Answered:
    earn(clubs(s))
    return earn(s, quantity=2)


@case(CORRECT, 201, body={"event_id": "e-1", "points": -55, "voided": True}, headers=FIRST)
def a_first_correction(s: Stage) -> Answered:
    earn(clubs(s))
    return correct(s)


@case(CORRECT, 200, body={"event_id": "e-1", "points": -55, "voided": True}, headers=REPLAY)
def the_same_correction_again(s: Stage) -> Answered:
    earn(clubs(s))
    correct(s)
    return correct(s)


@case(CORRECT, 201, body={"event_id": "e-1", "points": 0, "voided": True}, headers=FIRST)
def a_correction_before_its_report(s: Stage) -> Answered:
    return correct(clubs(s))


@case(CORRECT, 409, "order-conflict", detail="Event 'e-1' was already corrected, for another reason.")
def a_correction_for_another_reason(s: Stage) -> Answered:
    correct(clubs(s))
    return correct(s, reason="Wrong day")


@case(CORRECT, 409, "closed", facts={"closed_at": END})
def a_correction_after_the_points_ended(s: Stage) -> Answered:
    earn(clubs(s))
    s.clock.set(END)
    return correct(s)


@case(CORRECT, 403, "forbidden", detail="The token's merchant is no partner of any program.")
def a_correction_where_nothing_earns_points(s: Stage) -> Answered:
    return correct(opened(s))

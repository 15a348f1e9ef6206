"""What a program's points come to, as operators read it."""

from __future__ import annotations

from typing import Any

from tests.api.cases import case
from tests.api.points_cases import END, PROGRAM, clubs, correct, earn
from tests.api.stage import Stage
from tests.bus import Stream
from tests.world import OPENING, Answered

LIABILITY = "GET /admin/programs/{program_id}/points"
SWEEP = "0123456789abcdef"


def equations(earned: int, counted: int) -> list[dict[str, Any]]:
    told = [
        ("earned - spent - expired = points that count - debt", earned, earned),
        ("earned <= counted for partners", earned, counted),
        ("counted for partners <= budget", counted, 100_000),
    ]
    return [{"name": name, "holds": True, "left": left, "right": right} for name, left, right in told]


def counted(earned: int, gross: int, **changes: Any) -> dict[str, Any]:
    lots = [{"expires_at": END, "points": earned, "amount_minor": 10 * earned}] if earned else []
    made = {"program_id": PROGRAM, "unit_value_minor": 10, "currency": "CNY", "as_of": OPENING, "liability": lots}
    sums = {"earned": earned, "spent": 0, "expired": 0, "debt": 0}
    return {**made, **sums, "equations": equations(earned, gross), "audit": None, **changes}


def asked(s: Stage, program_id: str = PROGRAM, **query: str) -> Answered:
    return s.operator().send(LIABILITY, {"program_id": program_id}, query=query)


@case(LIABILITY, 200, body=counted(0, 0, as_of=None))
def points_that_nobody_has(s: Stage) -> Answered:
    return asked(clubs(s))


@case(LIABILITY, 200, body=counted(55, 110))
def points_of_two_visits_one_of_them_corrected(s: Stage) -> Answered:
    stream = Stream(clubs(s))
    earn(s)
    earn(s, "e-2", person_id="bob")
    correct(s)
    s.count(stream.records())
    return asked(s)


AUDITED = [
    "1 accounts: entries earned 55 - spent 0 - expired 0 = lots 55 - debt 0",
    "1 accounts: earned by entries 55 = recomputed from raw points",
    "1 accounts: entries of visits = reported events",
    "accounts by expiry 55 = counted 55, 1 dates",
    "earned of accounts 55 = counted 55",
    "spent of accounts 0 = counted 0",
    "expired by entries 0 = counted 0",
    "debt of accounts 0 = counted 0",
    "partner diner: earned before corrections 55 = counted 55",
]
AUDIT = {
    "of": PROGRAM,
    "sweep": SWEEP,
    "complete": True,
    "ok": True,
    "equations": [{"equation": one, "holds": True} for one in AUDITED],
}


@case(LIABILITY, 200, body=counted(55, 55, audit=AUDIT))
def an_audit_of_points(s: Stage) -> Answered:
    stream = Stream(clubs(s))
    earn(s)
    s.count(stream.records())
    return asked(s, recount="accounts", sweep=SWEEP)


@case(LIABILITY, 404, "not-found", detail="No points of a program 'chess-points'.")
def points_of_no_program(s: Stage) -> Answered:
    return asked(clubs(s), "chess-points")


def with_maximum(s: Stage, most: int) -> Answered:
    """The programme as it is, but for the points that the partner can report."""
    route, path = "/admin/campaigns/{campaign_id}/programme", {"campaign_id": "season"}
    document = s.operator().send(f"GET {route}", path).json
    document["incentives"]["partners"][0]["points_max"] = most
    return s.operator().send(f"PUT {route}", path, body=document)


@case(
    "PUT /admin/campaigns/{campaign_id}/programme",
    409,
    "terms-frozen",
    facts={"differences": []},
    detail="Partner 'diner' has earned 55 points: points_max cannot be less.",
)
def a_partner_with_less_than_was_earned(s: Stage) -> Answered:
    earn(clubs(s))
    assert with_maximum(s, 55).status == 200
    return with_maximum(s, 54)

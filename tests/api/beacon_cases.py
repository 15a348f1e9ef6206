"""The beacon of a draw: who may bring it, when, and what stands."""

from __future__ import annotations

import json
from functools import cache

from coupons import drand
from tests.api.cases import REPLAY, case, opened
from tests.api.draw_cases import PEOPLE, booked_lottery
from tests.api.shown_draw_cases import DRAW, PACK, shown
from tests.api.stage import Stage
from tests.world import Answered, Person

BEACON = "PUT /admin/batches/{batch_id}/draw"
DUE = "2020-06-05T20:00:00+08:00"
ROUND = drand.round_at("local", 1_591_358_400)
signature_of = cache(drand.sign_local)
NOTARY = Person({"sub": "notary", "scope": "partner"})


def committed(s: Stage) -> Stage:
    """The list is fixed, and the round of the test chain is due."""
    s.vary(STAGE="local")
    booked_lottery(s, *PEOPLE).draw()
    s.clock.set(DUE)
    return s


def bring(s: Stage, number: int = ROUND, signature: str = "", by: Person | None = None) -> Answered:
    body = {"round": number, "signature": signature or signature_of(number)}
    return (by or s.operator()).send(BEACON, PACK, body=body)


def brought_by_operator(text: str) -> bool:
    found = json.loads(text)
    beacon = {"round": ROUND, "signature": signature_of(ROUND), "received_at": DUE, "by": "operator"}
    return (found["state"], found["beacon"], bool(found["seed"])) == ("committed", beacon, True)


@case(BEACON, 200, body=brought_by_operator)
def the_beacon_of_its_round(s: Stage) -> Answered:
    return bring(committed(s))


@case(BEACON, 200, body=lambda text: json.loads(text)["beacon"]["by"] == "partner", headers=REPLAY)
def the_same_beacon_again(s: Stage) -> Answered:
    """The notary brought it, whose token names no merchant; the operator is late."""
    assert bring(committed(s), by=NOTARY).status == 200
    return bring(s)


def is_drawn(text: str) -> bool:
    """The four who took part have won, and everything that follows is there."""
    found = json.loads(text)
    [cohort] = found["cohorts"]
    return (
        (found["state"], found["steps"][-1]["step"], cohort["admitted"]) == ("drawn", "drawn", 4)
        and (cohort["cutoffs"], cohort["claims"], bool(cohort["cutoff_rest"])) == ([], None, True)
        and found["sample"]["winners"] == found["sample"]["entries"]
        and (len(found["sample"]["winners"]), {*found["sample"]["winners"]}) == (300, {0, 1, 2, 3})
        and [one["kind"] for one in found["files"]][:3] == ["rules", "commitment", "scores"]
    )


@case(DRAW, 200, body=is_drawn)
def a_draw_with_its_winners(s: Stage) -> Answered:
    bring(committed(s))
    s.draw()
    s.clock.advance(2)
    assert {one["kind"] for one in shown(s, files="scores")["files"]} == {"rules", "commitment", "scores"}
    return Person({"sub": "anybody"}).send(DRAW, PACK)


@case(BEACON, 404, "not-found", detail="'pack' is no lottery.")
def a_beacon_of_no_lottery(s: Stage) -> Answered:
    return bring(opened(s))


@case(
    BEACON,
    409,
    "not-open",
    facts={"opens_at": DUE, "retry_after_s": 1},
    detail=f"Round {ROUND} does not exist yet.",
)
def a_beacon_before_its_round_is_due(s: Stage) -> Answered:
    committed(s).clock.advance(-1)
    return bring(s)


@case(BEACON, 409, "closed", facts={"closed_at": DUE})
def a_beacon_of_a_list_that_was_never_fixed(s: Stage) -> Answered:
    s.vary(STAGE="local")
    booked_lottery(s).clock.set(DUE)
    return bring(s)


@case(BEACON, 409, "stopped", detail="'pack' was stopped by its operator before its draw.")
def a_beacon_of_a_stopped_batch(s: Stage) -> Answered:
    committed(s).operator().send("POST /admin/batches/{batch_id}/stop", PACK, body={})
    s.clock.advance(60)
    s.draw()
    return bring(s)


@case(BEACON, 409, "order-conflict", detail="'pack' has its beacon already, and the first one stands.")
def another_beacon(s: Stage) -> Answered:
    bring(committed(s))
    return bring(s, signature=signature_of(ROUND + 1))


@case(BEACON, 409, "terms-frozen", facts={"differences": []})
def a_beacon_of_another_round(s: Stage) -> Answered:
    return bring(committed(s), ROUND + 1)


@case(
    BEACON,
    400,
    "malformed",
    facts={"errors": [{"place": "body.signature", "message": f"is not the signature of round {ROUND} of drand local"}]},
)
def a_beacon_that_nobody_signed(s: Stage) -> Answered:
    return bring(committed(s), signature=signature_of(ROUND + 1))

"""Enter a lottery, see what became of it, claim as a winner; and everything that everybody else is told."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import partial
from typing import Any

from tests.api.audit_cases import AUDIT
from tests.api.cases import FIRST, REPLAY, case, opened
from tests.api.drawing import draw, step
from tests.api.stage import Stage
from tests.world import OPENING, Answered, a_lottery

BOOKING, CLAIM = "PUT /batches/{batch_id}/booking", "PUT /batches/{batch_id}/claim"
GET_BOOKING, MINE = "GET /batches/{batch_id}/booking", "GET /batches/{batch_id}/draw/mine"
PACK = {"batch_id": "pack"}
ENTERS, CLOSES, DRAWS = "2020-06-02T10:00:00+08:00", "2020-06-05T10:00:00+08:00", "2020-06-05T20:01:00+08:00"
PEOPLE = tuple(f"p{number}" for number in range(6))
HAS_IT = {"en": "You won a pack, and you have it.", "zh": "您已中签，消费券已到账。"}


def enterable(s: Stage, **changes: Any) -> Stage:
    """A lottery of two packs takes entries."""
    s.clock.set("2020-06-01T00:00:00+08:00")
    opened(s, a_lottery(**{"quantity": 2, **changes}))
    s.clock.set(ENTERS)
    return s


def enter(s: Stage, name: str = "p1", **claims: str) -> Answered:
    return s.citizen(name, **claims).send(BOOKING, PACK, body={})


def committed(s: Stage, **changes: Any) -> Stage:
    """Six people are in the list."""
    for name in PEOPLE:
        enter(enterable(s, **changes) if name == PEOPLE[0] else s, name)
    step(s, "2020-06-05T10:01:00+08:00")
    return s


def drawn(s: Stage, **changes: Any) -> Stage:
    """Two of them were drawn, by a beacon that nobody verified, and can claim."""
    draw(committed(s, **changes), "pack", DRAWS)
    s.clock.set(OPENING)
    return s


def mine(s: Stage, name: str = "p1", **claims: str) -> Answered:
    return s.citizen(name, **claims).send(MINE, PACK)


def of(s: Stage, result: str) -> list[str]:
    """Whose result this is."""
    return [name for name in PEOPLE if mine(s, name).json["result"] == result]


def with_receipt(text: str) -> bool:
    found = json.loads(text)
    receipt = found["receipt"]
    sizes = {name: len(receipt[name]) for name in ("entry", "rules_hash", "signature", "receipt_key")}
    whole = {"entry": 64, "rules_hash": 64, "signature": 128, "receipt_key": 64}
    return sizes == whole and (receipt["weight"], receipt["share"], found["status"]) == (1, 0, "booked")


def saying(**told: Any) -> Callable[[str], bool]:
    """A body that says so, among others."""
    return partial(_says, told)


def _says(told: dict[str, Any], text: str) -> bool:
    found = json.loads(text)
    return {name: found[name] for name in told} == told


@case(BOOKING, 201, body=with_receipt, headers=FIRST)
def entering_a_lottery(s: Stage) -> Answered:
    return enter(enterable(s))


@case(BOOKING, 200, body=with_receipt, headers=REPLAY)
def entering_it_again(s: Stage) -> Answered:
    enter(enterable(s))
    return enter(s)


@case(BOOKING, 201, body=with_receipt)
def entering_as_a_member(s: Stage) -> Answered:
    enterable(s, eligibility={"group_id": "care"}, draw={"weights": [{"group_id": "long", "weight": 2}]})
    body = {"add": ["p1"], "remove": []}
    s.operator().send("PUT /admin/groups/{group_id}/members", {"group_id": "care"}, body=body)
    return enter(s)


@case(GET_BOOKING, 200, body=with_receipt)
def an_entry_read_back_from_the_list(s: Stage) -> Answered:
    return committed(s).citizen("p1").send(GET_BOOKING, PACK)


@case(BOOKING, 403, "forbidden", detail="A lottery is drawn among people: the token must state person_id.")
def entering_as_an_account(s: Stage) -> Answered:
    return enter(enterable(s), person_id="")


@case(BOOKING, 403, "not-eligible", facts={"reason": "region"})
def entering_from_elsewhere(s: Stage) -> Answered:
    return enter(enterable(s, eligibility={"regions": ["beijing"]}), region="tianjin")


@case(BOOKING, 403, "not-eligible", facts={"reason": "group"})
def entering_without_being_a_member(s: Stage) -> Answered:
    return enter(enterable(s, eligibility={"group_id": "care"}))


@case(BOOKING, 409, "closed", facts={"closed_at": CLOSES}, detail="The list is closed.")
def entering_when_the_list_is_committed_by_a_clock_set_back(s: Stage) -> Answered:
    committed(s).clock.set(ENTERS)
    return enter(s, "late")


@case("DELETE /batches/{batch_id}/booking", 409, "closed", facts={"closed_at": "2020-06-01T10:00:00+08:00"})
def cancelling_an_entry(s: Stage) -> Answered:
    enter(enterable(s))
    return s.citizen("p1").send("DELETE /batches/{batch_id}/booking", PACK)


@case(CLAIM, 201, headers=FIRST, body=saying(batch_id="pack", claimed_at=OPENING))
def claiming_as_a_winner(s: Stage) -> Answered:
    return s.citizen(of(drawn(s), "won")[0]).put_claim("pack")


@case(CLAIM, 200, headers=REPLAY, body=saying(batch_id="pack", claimed_at=OPENING))
def claiming_as_a_winner_again_when_it_is_too_late(s: Stage) -> Answered:
    name = of(drawn(s, draw={"claim_for_s": 15 * 3_600}), "won")[0]
    s.citizen(name).put_claim("pack")
    s.clock.set("2020-06-06T12:00:00+08:00")
    return s.citizen(name).put_claim("pack")


@case(CLAIM, 403, "not-eligible", facts={"reason": "late", "claim_by": "2020-06-06T11:01:00+08:00"})
def claiming_as_a_winner_too_late(s: Stage) -> Answered:
    name = of(drawn(s, draw={"claim_for_s": 15 * 3_600}), "won")[0]
    s.clock.set("2020-06-06T11:01:00+08:00")
    return s.citizen(name).put_claim("pack")


@case(CLAIM, 403, "not-eligible", facts={"reason": "not-drawn", "rank": range(3, 7)})
def claiming_without_being_drawn(s: Stage) -> Answered:
    return s.citizen(of(drawn(s), "not-drawn")[0]).put_claim("pack")


@case(CLAIM, 403, "not-eligible", facts={"reason": "booking-required"})
def claiming_without_an_entry(s: Stage) -> Answered:
    return drawn(s).citizen("stranger").put_claim("pack")


@case(
    CLAIM,
    409,
    "not-open",
    facts={"opens_at": "2020-06-06T10:01:00+08:00", "retry_after_s": range(60, 90)},
    detail="'pack' has not been drawn yet.",
)
def claiming_while_the_draw_is_late(s: Stage) -> Answered:
    committed(s).clock.set(OPENING)
    return s.citizen("p1").put_claim("pack")


@case(MINE, 200, body=saying(result="waiting", score=None, rank=None, part=None, weight=1, share=0))
def an_entry_before_the_list(s: Stage) -> Answered:
    enter(enterable(s))
    return mine(s)


@case(MINE, 200, body=saying(result="won", cohort=1, rank_is_about=False, claim_by="2020-06-07T10:00:00+08:00"))
def the_entry_of_a_winner(s: Stage) -> Answered:
    return mine(s, of(drawn(s), "won")[0])


@case(
    MINE,
    200,
    body=saying(
        result="claimed", sentence={"en": "You won a pack, and you have it.", "zh": "您已中签，消费券已到账。"}
    ),
)
def the_entry_of_a_winner_who_claimed(s: Stage) -> Answered:
    name = of(drawn(s), "won")[0]
    s.citizen(name).put_claim("pack")
    return mine(s, name)


@case(MINE, 200, body=saying(result="not-drawn", cohort=None, claim_by=None, rank_is_about=True))
def an_entry_that_was_not_drawn(s: Stage) -> Answered:
    return mine(s, of(drawn(s), "not-drawn")[0])


@case(MINE, 404, "not-found", detail="You have not booked 'pack'.")
def an_entry_of_nobody(s: Stage) -> Answered:
    return mine(enterable(s))


@case(MINE, 404, "not-found", detail="'pack' is no lottery.")
def an_entry_where_nothing_is_drawn(s: Stage) -> Answered:
    return mine(opened(s))


def _in_order(text: str) -> bool:
    found = json.loads(text)
    told = [one["equation"] for one in found["equations"]]
    said = {"claims 1 are of entries that were drawn", "bookings 6 = entries 6 of all parts, 6 committed"}
    return found["ok"] and found["complete"] and said <= set(told)


@case(AUDIT, 200, body=_in_order)
def an_audit_of_a_lottery(s: Stage) -> Answered:
    s.citizen(of(drawn(s), "won")[0]).put_claim("pack")
    return s.operator().send(AUDIT, PACK)

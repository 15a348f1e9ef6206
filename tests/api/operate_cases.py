"""What an operator does to a batch: publish, pause, stop, extend, raise; the hotline's look at a person."""

from __future__ import annotations

from typing import Any

from tests.api.cases import FIRST, REPLAY, case, coupon, opened
from tests.api.claim_cases import COUPON
from tests.api.stage import Stage
from tests.world import OPENING, Answered, a_batch, campaign

PACK = {"batch_id": "pack"}
STATE = {"batch_id": "pack", "status": "open", "quantity": 10, "extended_days": 0, "voided": False}
QUANTITY = "PUT /admin/batches/{batch_id}/quantity"


def route(action: str) -> str:
    return "POST /admin/batches/{batch_id}/" + action


def act(s: Stage, action: str, **body: Any) -> Answered:
    return s.operator().send(route(action), PACK, body=body)


def raised(s: Stage, quantity: int) -> Answered:
    return s.operator().send(QUANTITY, PACK, body={"quantity": quantity})


def declared(s: Stage, **changes: Any) -> Stage:
    document = campaign(**changes)
    s.operator().send("PUT /admin/campaigns/{campaign_id}", {"campaign_id": "season"}, body=document)
    return s


@case(route("publish"), 200, body=STATE, headers=FIRST)
def publishing(s: Stage) -> Answered:
    return act(declared(s), "publish")


@case(route("publish"), 200, body=STATE, headers=REPLAY)
def publishing_twice(s: Stage) -> Answered:
    return act(opened(s), "publish")


@case(route("publish"), 404, "not-found", detail="No campaign declares a batch 'pack'.")
def publishing_what_is_not_declared(s: Stage) -> Answered:
    return act(s, "publish")


@case(
    route("publish"),
    409,
    "budget-exceeded",
    facts={"funder_id": "city", "available_minor": 4_999, "needed_minor": 5_000, "currency": "CNY"},
)
def publishing_above_a_budget(s: Stage) -> Answered:
    document = campaign()
    document["funders"][0]["budget_minor"] = 4_999
    return act(declared(s, funders=document["funders"]), "publish")


LAST_OF_PUBLISHING = 3
"""The first transaction begins the reservation, the second takes it from the three funders."""


class Editing:
    """A client that edits the campaign before the last transaction of a publishing."""

    def __init__(self, s: Stage) -> None:
        self._stage = s
        self._edited, self._transactions = False, 0

    def __getattr__(self, name: str) -> Any:
        self._transactions += name == "transact_write_items"
        if self._transactions == LAST_OF_PUBLISHING and not self._edited:
            self._edited = True
            area = self._stage.environments["admin"]
            self._stage.restart("admin")
            declared(self._stage, title="Edited", revision=1)
            self._stage.environments["admin"] = area
        return getattr(self._stage.client, name)


@case(route("publish"), 409, "revision-conflict", facts={"revision": 2})
def publishing_what_is_being_edited(s: Stage) -> Answered:
    declared(s).restart("admin", client=Editing(s))
    return act(s, "publish")


@case(route("pause"), 200, body={**STATE, "status": "paused"}, headers=FIRST)
def pausing(s: Stage) -> Answered:
    return act(opened(s), "pause")


@case(route("pause"), 200, body={**STATE, "status": "paused"}, headers=REPLAY)
def pausing_twice(s: Stage) -> Answered:
    act(opened(s), "pause")
    return act(s, "pause")


@case(route("resume"), 200, body=STATE, headers=FIRST)
def resuming(s: Stage) -> Answered:
    act(opened(s), "pause")
    return act(s, "resume")


@case(route("resume"), 200, body=STATE, headers=REPLAY)
def resuming_what_runs(s: Stage) -> Answered:
    return act(opened(s), "resume")


@case(route("stop"), 200, body={**STATE, "status": "stopped"}, headers=FIRST)
def stopping(s: Stage) -> Answered:
    return act(opened(s), "stop")


@case(route("stop"), 200, body={**STATE, "status": "stopped"}, headers=REPLAY)
def stopping_twice(s: Stage) -> Answered:
    act(opened(s), "stop")
    return act(s, "stop")


VOIDED = {**STATE, "status": "stopped", "voided": True}


@case(route("stop"), 200, body=VOIDED, headers=FIRST)
def stopping_with_what_was_issued(s: Stage) -> Answered:
    return act(opened(s), "stop", issued="void")


@case(route("stop"), 200, body=VOIDED, headers=REPLAY)
def voiding_twice(s: Stage) -> Answered:
    act(opened(s), "stop", issued="void")
    return act(s, "stop", issued="void")


@case(route("stop"), 200, body=VOIDED, headers=FIRST)
def voiding_what_was_stopped(s: Stage) -> Answered:
    act(opened(s), "stop")
    return act(s, "stop", issued="void")


@case(route("stop"), 200, body=VOIDED, headers=REPLAY)
def stopping_what_was_voided(s: Stage) -> Answered:
    act(opened(s), "stop", issued="void")
    return act(s, "stop")


def _after_stop(action: str) -> None:
    @case(route(action), 409, "stopped", detail="'pack' was stopped for good.")
    def after_the_stop(s: Stage) -> Answered:
        act(opened(s), "stop")
        return act(s, action)


def _not_there(action: str, **body: Any) -> None:
    @case(route(action), 404, "not-found", detail="No published batch 'pack'.")
    def what_is_not_published(s: Stage) -> Answered:
        return act(declared(s), action, **body)


for _action in ("pause", "resume"):
    _after_stop(_action)
    _not_there(_action)
_not_there("stop")
_not_there("extend", days=7)


@case(route("extend"), 200, body={**STATE, "extended_days": 7}, headers=FIRST)
def extending(s: Stage) -> Answered:
    return act(opened(s), "extend", days=7)


@case(route("extend"), 200, body={**STATE, "extended_days": 7}, headers=REPLAY)
def extending_twice_is_one_extension(s: Stage) -> Answered:
    act(opened(s), "extend", days=7)
    return act(s, "extend", days=7)


@case(
    route("extend"),
    409,
    "terms-frozen",
    detail="The extension is 7 days; it only grows.",
    facts={"differences": []},
)
def shortening_an_extension(s: Stage) -> Answered:
    act(opened(s), "extend", days=7)
    return act(s, "extend", days=6)


def accounted_for(s: Stage) -> Stage:
    """The batch has issued one coupon, and its expiry is recorded."""
    coupon(opened(s))
    s.clock.set("2020-06-21T09:59:00+08:00")
    s.tick()
    s.clock.set("2020-06-21T10:00:30+08:00")
    counts = {"claims": 1, "expired": 1}
    assert {"batch_id": "pack", "step": "expired", "counts": counts} in s.tick()["did"]
    return s


@case(route("extend"), 409, "closed", facts={"closed_at": "2020-06-21T10:00:30+08:00"})
def extending_what_has_been_counted(s: Stage) -> Answered:
    return act(accounted_for(s), "extend", days=7)


@case(route("stop"), 409, "closed", facts={"closed_at": "2020-06-21T10:00:30+08:00"})
def voiding_what_has_been_counted(s: Stage) -> Answered:
    return act(accounted_for(s), "stop", issued="void")


@case(QUANTITY, 200, body={**STATE, "quantity": 11}, headers=FIRST)
def raising(s: Stage) -> Answered:
    return raised(opened(s), 11)


@case(QUANTITY, 200, body={**STATE, "quantity": 11}, headers=REPLAY)
def raising_twice_to_the_same(s: Stage) -> Answered:
    raised(opened(s), 11)
    return raised(s, 11)


@case(QUANTITY, 404, "not-found", detail="No published batch 'pack'.")
def raising_what_is_not_published(s: Stage) -> Answered:
    return raised(declared(s), 11)


@case(QUANTITY, 409, "closed", facts={"closed_at": "2020-06-07T10:00:00+08:00"})
def raising_what_has_closed(s: Stage) -> Answered:
    opened(s).clock.set("2020-06-07T10:00:00+08:00")
    return raised(s, 11)


@case(QUANTITY, 409, "stopped", detail="'pack' was stopped for good.")
def raising_what_was_stopped(s: Stage) -> Answered:
    act(opened(s), "stop")
    return raised(s, 11)


@case(
    QUANTITY,
    409,
    "terms-frozen",
    detail="The quantity is 10; once published it only rises.",
    facts={"differences": []},
)
def lowering_a_quantity(s: Stage) -> Answered:
    return raised(opened(s), 9)


@case(
    QUANTITY,
    409,
    "budget-exceeded",
    facts={"funder_id": "city", "available_minor": 9_995_000, "needed_minor": 9_995_500, "currency": "CNY"},
)
def raising_above_a_budget(s: Stage) -> Answered:
    return raised(opened(s), 10 + 19_991)


@case(
    "POST /admin/persons/lookup",
    200,
    body={"coupons": [COUPON], "bookings": [], "strikes": [], "points": [], "as_of": OPENING, "damaged": 0},
)
def the_hotlines_look(s: Stage) -> Answered:
    coupon(opened(s, a_batch(), a_batch("other")))
    return s.operator().send("POST /admin/persons/lookup", body={"person_id": "ann"})


@case(
    "POST /admin/persons/lookup",
    400,
    "malformed",
    facts={"errors": [{"place": "body.person_id", "message": "holds U+200B, which no identity may hold"}]},
)
def looking_up_nobody(s: Stage) -> Answered:
    return s.operator().send("POST /admin/persons/lookup", body={"person_id": "ann\u200b"})

"""The tables of `tests/cases/` hold for this client; `cases.test.ts` and `till.test.ts` play them to the pages."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from infra.client import Citizen, OpensLaterError, ProblemError, Till, UnansweredError, UnreachableError
from infra.client.api import Api, ApiError
from infra.client.reactions import line_of, reaction_to
from infra.client.server_time import ServerTime
from tests.device import StillDevice
from tests.unit.couponctl.scripted_stack import Reply, scripted_stack
from tests.world import OPENING, ManualClock, order, seconds

CASES = Path(__file__).parents[2] / "cases"
LOOK, PUT, GET = "GET /batches/pack", "PUT /batches/pack/claim", "GET /batches/pack/claim"
REDEMPTION = "/orders/o-1/redemption"
REDEEMED = {"order_no": "o-1", "payable_minor": 4_000}
CLAIMED = {"batch_id": "pack", "claimed_at": OPENING, "coupons": []}


def table(name: str) -> list[Any]:
    return [
        pytest.param(case, id=case.get("says", str(index)))
        for index, case in enumerate(json.loads((CASES / f"{name}.json").read_text("utf-8")))
    ]


def reply(said: Any) -> Reply:
    """`lost`, `claimed`, a slug, or what the answer is made of."""
    if said in ("lost", {"lost": True}):
        return Reply(dropped=True)
    if said in ("claimed", "redeemed"):
        return Reply(201, CLAIMED if said == "claimed" else REDEEMED)
    if isinstance(said, str):
        said = {"status": {"not-found": 404, "forbidden": 403}.get(said, 409), "slug": said}
    body = said.get("body", {})
    if "slug" in said:
        body = {"type": f"/problems/{said['slug']}", **said.get("facts", {})}
    return Reply(said["status"], body, said.get("headers", {}))


@pytest.mark.parametrize("case", table("server_time"))
def test_the_servers_time_is_learnt_as_the_table_says(case: dict[str, Any]) -> None:
    """To the quarter of a second."""
    time = ServerTime(lambda: case["at_s"])
    for told in case["answers"]:
        time.learn(told["date"], told.get("age"), told["sent_s"], told["received_s"])
    assert (time.now_s() if time.is_known else None) == case["now_s"]


@pytest.mark.parametrize("case", table("reactions"))
def test_a_refusal_is_told_as_the_table_says(case: dict[str, Any]) -> None:
    """What to do, and one line in each language."""
    error = ProblemError(case["status"], case["problem"])
    assert reaction_to(error).kind == case["kind"]
    assert (line_of(error, "en"), line_of(error, "zh")) == (case["en"], case["zh"])


@pytest.mark.parametrize("case", table("requests"))
def test_a_request_is_repeated_as_the_table_says(case: dict[str, Any]) -> None:
    """How often, after which waits, and how certain the end is."""
    device = StillDevice()
    with scripted_stack() as stack, Api(stack.url, device=device) as api:
        stack.on(f"{case['method']} /any", *map(reply, case["replies"]))
        repeatable = None if case.get("writes", True) else True
        ends = case["ends"]
        try:
            answer = api.request(case["method"], "/any", {}, repeatable=repeatable)
            assert (answer.status, answer.replayed) == (ends["status"], ends.get("replayed", False))
        except UnreachableError:
            assert ends == {"unreachable": True}
        except ProblemError as refusal:
            seen = (refusal.status, refusal.slug, refusal.maybe_done, refusal.retry_after_s)
            assert seen == (ends["status"], ends["slug"], ends["maybe_done"], ends.get("retry_after_s"))
        assert (device.waits_s, len(stack.asked)) == (pytest.approx(case["waits_s"]), case["sent"])


@pytest.mark.parametrize("case", table("claims"))
def test_a_claim_is_made_as_the_table_says(case: dict[str, Any]) -> None:
    """A minute before the opening: what was sent, what was waited, and how it ended."""
    clock = ManualClock(wall=float(seconds(OPENING)) - 60)
    device = StillDevice(clock)
    with scripted_stack() as stack, Citizen(stack.url, "anns", device=device) as ann:
        stack.now_s = lambda: int(clock.wall_s())
        stack.on(LOOK, Reply(body={"opens_at": OPENING}))
        stack.on(GET, *map(reply, case.get("GET", ["not-found"])))
        if "before" in case:
            stack.on(PUT, *map(reply, case["before"]))
            with pytest.raises(ApiError):
                ann.claim("pack")
            stack.asked.clear()
            device.waits_s.clear()
        stack.on(PUT, *map(reply, case["PUT"]))
        try:
            assert getattr(ann, case.get("call", "claim"))("pack", wait_s=case.get("wait_s", 0)) == CLAIMED
            ends = "claimed"
        except OpensLaterError:
            ends = "opens-later"
        except UnreachableError:
            ends = "unreachable"
        except ProblemError as refusal:
            ends = refusal.slug
        sent = [{LOOK: "LOOK", PUT: "PUT", GET: "GET"}[route] for route in stack.routes()]
        assert (ends, sent, device.waits_s) == (case["ends"], case["sent"], pytest.approx(case["waits_s"]))


@pytest.mark.parametrize("case", table("redemptions"))
def test_a_redemption_is_made_as_the_table_says(case: dict[str, Any]) -> None:
    """What was sent, how it ended, and what is still open; `cut_off_s` after a redemption without an answer."""
    clock = ManualClock(wall=float(seconds(OPENING)))
    with scripted_stack() as stack, Till(stack.url, "tills", device=StillDevice(clock)) as till:
        stack.now_s = clock.wall_s
        stack.on("POST /quotes", Reply(body={"eligible": True}))
        till.quote("C1", order())
        if "cut_off_s" in case:
            stack.on(f"PUT {REDEMPTION}", reply("lost"))
            with pytest.raises(UnreachableError):
                till.redeem("o-1", order(), code="C1")
            clock.set(OPENING)
            clock.advance(case["cut_off_s"])
        stack.asked.clear()
        stack.on(f"PUT {REDEMPTION}", *map(reply, case["PUT"]))
        stack.on(f"GET {REDEMPTION}", *map(reply, case.get("GET", ["not-found"])))
        ends = "redeemed"
        try:
            if "cut_off_s" in case and "code" not in case:
                settled = till.settle()
                refusal = settled[0].refusal if settled else None
                ends = "open" if not settled else refusal.slug if refusal else "redeemed"
            else:
                assert till.redeem("o-1", order(), code=case.get("code", "C1")) == REDEEMED
        except UnansweredError:
            ends = "unanswered"
        except UnreachableError:
            ends = "unreachable"
        except ProblemError as refusal:
            ends = refusal.slug
        sent = [asked.method + (" late" if "scanned_at" in (asked.body or {}) else "") for asked in stack.asked]
        assert (ends, sent, list(till.journal)) == (case["ends"], case["sent"], case["open"])

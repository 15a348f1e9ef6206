"""Twenty packs for sixty people over HTTP: drained, returned, sold out; paused and resumed. In June 2019."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest

from tests.e2e.caller import Caller, from_many_clients
from tests.e2e.local_stack import LocalStack
from tests.world import Answered, a_batch, campaign

PACKS, WAVES_MAX = 20, 8
PEOPLE = [f"resident-{number}" for number in range(60)]


def document(campaign_id: str, batch_id: str) -> dict[str, Any]:
    """A small campaign of 1 June 2019."""
    window = {"opens_at": "2019-06-01T10:00:00+08:00", "closes_at": "2019-06-02T10:00:00+08:00"}
    return campaign(
        a_batch(batch_id, quantity=PACKS, **window),
        campaign_id=campaign_id,
        starts_at="2019-06-01T00:00:00+08:00",
        ends_at="2019-10-01T00:00:00+08:00",
    )


def declared(stack: LocalStack, campaign_id: str, batch_id: str) -> None:
    """Applied and published, and the clock is at its opening; each of them twice, which changes nothing."""
    stack.set_clock("2019-06-01T10:00:00+08:00")
    with stack.operator() as operator:
        for status in (201, 200):
            applied = operator.send("PUT", f"/admin/campaigns/{campaign_id}", document(campaign_id, batch_id))
            assert (applied.status, applied.is_replay) == (status, status == 200), applied.text
        for again in (False, True):
            published = operator.send("POST", f"/admin/batches/{batch_id}/publish", {})
            assert (published.status, published.is_replay) == (200, again), published.text


def claims(stack: LocalStack, batch_id: str) -> list[Answered]:
    """What each of the sixty people is told."""

    def claim(name: str) -> Answered:
        with stack.citizen(name) as person:
            return person.claim(batch_id)

    return from_many_clients(claim, PEOPLE)


def audit(operator: Caller, batch_id: str) -> dict[str, Any]:
    answer = operator.send("GET", f"/admin/batches/{batch_id}/audit")
    assert answer.status == 200, answer.text
    assert answer.json["ok"] is True, answer.text
    assert answer.json["complete"] is True
    return dict(answer.json)


def seconds(moment: str) -> float:
    return datetime.fromisoformat(moment).timestamp()


def test_twenty_packs_go_to_twenty_people_in_the_end(stack: LocalStack) -> None:
    """Never more than twenty; the others hear when packs return, and that it is sold out only once it is true."""
    declared(stack, "small-2019", "small-0601")
    holders: set[str] = set()
    for _ in range(WAVES_MAX):
        answers = claims(stack, "small-0601")
        told_at_s = seconds(stack.now())
        for name, answer in zip(PEOPLE, answers, strict=True):
            if answer.status in (200, 201):
                holders.add(name)
                continue
            assert name not in holders or answer.slug in ("drained", "sold-out")
            assert (answer.status, answer.slug) == (409, "drained"), answer.text
            assert seconds(answer.json["returns_at"]) > told_at_s - 60
            assert 0 < int(answer.headers["retry-after"]) <= 180
        with stack.operator() as operator:
            found = audit(operator, "small-0601")
            assert len(holders) <= found["claims"] <= PACKS
            # Within four ticks once the fence has passed.
            for step_s in (0, 31, 0, 0):
                stack.advance(step_s)
                stack.tick()
            found = audit(operator, "small-0601")
            status = operator.send("GET", "/batches/small-0601").json["status"]
        assert found["unclaimed"] == 0
        assert (status == "sold_out") == (found["claims"] == PACKS)
        if status == "sold_out":
            break
    assert (found["claims"], found["remaining"]) == (PACKS, 0)
    assert {answer.slug for answer in claims(stack, "small-0601")} == {"sold-out"}


def test_a_paused_batch_takes_no_claims_until_it_is_resumed(stack: LocalStack) -> None:
    """Within two seconds either way; doing it twice is a replay; what was claimed stays."""
    declared(stack, "paused-2019", "paused-0601")
    with stack.operator() as operator, stack.citizen("ann") as ann, stack.citizen("bo") as bo:
        mine = ann.claim("paused-0601")
        for again in (False, True):
            paused = operator.send("POST", "/admin/batches/paused-0601/pause", {})
            assert (paused.status, paused.json["status"], paused.is_replay) == (200, "paused", again)
        stack.advance(2)
        refused = bo.claim("paused-0601")
        kept = ann.send("GET", "/batches/paused-0601/claim")
        resumed = operator.send("POST", "/admin/batches/paused-0601/resume", {})
        stack.advance(2)
        taken = bo.claim("paused-0601")
    assert (refused.status, refused.slug) == (409, "paused")
    assert (kept.status, kept.json) == (200, mine.json)
    assert (resumed.status, resumed.json["status"]) == (200, "open")
    assert taken.status in (200, 201), taken.text


@pytest.mark.parametrize("step", ["stop", "pause", "resume"])
def test_a_stopped_batch_stays_stopped(stack: LocalStack, step: str) -> None:
    """Stopping is for good: a further stop is a replay, pause and resume are refused, claims too."""
    name = f"stopped-{step}"
    declared(stack, name, name)
    with stack.operator() as operator, stack.citizen("ann") as ann:
        assert operator.send("POST", f"/admin/batches/{name}/stop", {}).json["status"] == "stopped"
        answer = operator.send("POST", f"/admin/batches/{name}/{step}", {})
        stack.advance(2)
        refused = ann.claim(name)
    assert (answer.status, answer.is_replay) == ((200, True) if step == "stop" else (409, False)), answer.text
    assert (refused.status, refused.slug) == (409, "stopped")

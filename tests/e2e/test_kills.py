"""The stack saves while it runs: what was saved is there after `kill -9`, whatever was killed and when."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from time import monotonic

import pytest

from tests.e2e.local_stack import SAVES_OFTEN, LocalStack

OPEN = "2020-06-06T10:05:00+08:00"
SAVED_WITHIN_S = 60


@pytest.fixture
def stack(tmp_path: Path) -> Iterator[LocalStack]:
    """A stack of its own, that saves twice a second."""
    running = LocalStack(tmp_path / "data", ("-c", SAVES_OFTEN))
    try:
        running.start(fresh=True)
        running.set_clock(OPEN)
        yield running
    finally:
        running.kill()


def saved_claims(stack: LocalStack) -> int:
    """Items of the claims table in the last save, which may be replaced at this moment."""
    saved = stack.directory / "state" / "dynamodb.json"
    deadline_s = monotonic() + SAVED_WITHIN_S
    while True:
        try:
            tables = json.loads(saved.read_bytes())["payload"]["tables"]["data"]
            break
        except FileNotFoundError:
            assert monotonic() < deadline_s, "no save"
            stack.now()
    (claims,) = (table for name, table in tables.items() if "ClaimsTable" in name)
    return sum(len(items) for items in claims["items"].values())


def claim_and_await_save(stack: LocalStack, name: str) -> str:
    """The id of the first coupon of the claim, once a save holds it."""
    before = saved_claims(stack)
    with stack.citizen(name) as person:
        answer = person.claim("smart-online-0606")
        assert answer.status == 201, answer.text
        coupon_id = str(person.send("GET", "/wallet").json["coupons"][0]["coupon_id"])
    deadline_s = monotonic() + SAVED_WITHIN_S
    while saved_claims(stack) <= before:
        assert monotonic() < deadline_s, "no save"
        stack.now()
    return coupon_id


def test_a_killed_stack_goes_on_from_its_last_save(stack: LocalStack) -> None:
    """Everything is killed, then ministack alone, which the front says: each saved claim is there, and time goes on."""
    first = claim_and_await_save(stack, "ann")
    killed_at = datetime.fromisoformat(stack.now())
    stack.kill_all()
    stack.start()
    assert datetime.fromisoformat(stack.now()) >= killed_at
    second = claim_and_await_save(stack, "ben")
    assert stack.kill_cloud() == 1
    assert "ministack has ended" in stack.output[-1]
    assert "are kept" in stack.output[-1]
    stack.start()
    for name, coupon_id in (("ann", first), ("ben", second)):
        with stack.citizen(name) as person:
            assert person.send("GET", "/wallet").json["coupons"][0]["coupon_id"] == coupon_id
            assert person.claim("smart-online-0606").slug in {"", "already-claimed"}
    assert stack.interrupt() == 0, "".join(stack.output)
    assert json.loads((stack.directory / "set-up.json").read_text("utf-8"))["stopped_at_s"]

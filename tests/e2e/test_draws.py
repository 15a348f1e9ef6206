"""A lottery over HTTP, with policies enforced: listed, drawn on the local chain, claimed and ended. In July 2019."""

from __future__ import annotations

from typing import Any

import pytest

from tests.e2e.local_stack import LocalStack
from tests.world import a_lottery, campaign

LOTTERY, DRAW = "lots-0710", "/batches/lots-0710/draw/mine"
PEOPLE = ("ann", "ben", "eve", "kim")


def at(day: int, hour: int = 10, second: int = 0) -> str:
    return f"2019-07-{day:02}T{hour:02}:00:{second:02}+08:00"


@pytest.fixture
def stack_in_july(stack: LocalStack) -> LocalStack:
    """Two packs, booked on the 8th by four people."""
    stack.set_clock(at(1))
    window = {"booking": {"opens_at": at(8), "closes_at": at(9)}, "opens_at": at(10), "closes_at": at(12)}
    lottery = a_lottery(LOTTERY, quantity=2, draw={"at": at(9, 20), "claim_for_s": 54_000, "rounds": 2}, **window)
    merchant = {"merchant_id": "lots", "title": "Lots", "category": "catering", "channels": ["offline"]}
    stack.publish(
        campaign(
            lottery,
            campaign_id="lots-2019",
            starts_at=at(1),
            ends_at=at(30),
            merchants=[{**merchant, "stores": [{"store_id": "lots", "region": "beijing"}]}],
        )
    )
    stack.set_clock(at(8))
    for name in PEOPLE:
        assert asked(stack, name, "PUT", f"/batches/{LOTTERY}/booking").json["receipt"]["weight"] == 1
    return stack


def asked(stack: LocalStack, name: str, method: str, path: str) -> Any:
    with stack.citizen(name) as citizen:
        return citizen.send(method, path)


def steps(stack: LocalStack, moment: str) -> list[str]:
    stack.set_clock(moment)
    return [done["step"] for done in stack.tick() if done.get("batch_id") == LOTTERY]


def results(stack: LocalStack) -> dict[str, list[str]]:
    """People by what the draw means for them."""
    found: dict[str, list[str]] = {}
    for name in PEOPLE:
        found.setdefault(asked(stack, name, "GET", DRAW).json["result"], []).append(name)
    return found


def test_a_lottery_from_its_booking_to_its_end(stack_in_july: LocalStack) -> None:
    """A tick each does what is due: the list and its commitment, the beacon and the winners, a reserve, the end."""
    stack = stack_in_july
    assert steps(stack, at(9, 9)) == []
    assert steps(stack, at(9, second=30)) == ["booked", "committed"]
    assert results(stack) == {"waiting": [*PEOPLE]}
    assert steps(stack, at(9, 20)) == ["beacon", "drawn"]
    drawn = results(stack)
    assert {word: len(names) for word, names in drawn.items()} == {"won": 2, "not-drawn": 2}
    stack.set_clock(at(10, second=1))
    assert asked(stack, drawn["won"][0], "PUT", f"/batches/{LOTTERY}/claim").status == 201
    refused = asked(stack, drawn["not-drawn"][0], "PUT", f"/batches/{LOTTERY}/claim")
    assert (refused.status, refused.json["reason"]) == (403, "not-drawn")
    assert steps(stack, at(10, 11, 40)) == ["reserve-2"]
    assert {word: len(names) for word, names in results(stack).items()} == {
        "claimed": 1,
        "late": 1,
        "won": 1,
        "not-drawn": 1,
    }
    done = [*steps(stack, at(12)), *steps(stack, at(12, second=40)), *steps(stack, at(12, 11))]
    assert "final" in done

"""`couponctl strikes` against a scripted stack: what is asked, and what a person at the desk reads."""

from __future__ import annotations

from typing import Any

import pytest

from tests.unit.couponctl.scripted_stack import Reply, Stack

LOOKUP, STRIKES = "POST /admin/persons/lookup", "PUT /admin/strikes"
SLOT, UNTIL = "court.2020-06-10.0900", "2020-06-24T11:00:00+08:00"


def row(**changes: Any) -> dict[str, Any]:
    made = {"slot_id": SLOT, "campaign_id": "season", "starts_at": "2020-06-10T09:00:00+08:00", "excused": False}
    return {**made, "banned_until": None, **changes}


@pytest.fixture
def stack(stack: Stack, monkeypatch: pytest.MonkeyPatch) -> Stack:
    monkeypatch.setenv("COUPONCTL_TOKEN", "operators")
    return stack


def test_strikes_are_listed(stack: Stack, capsys: pytest.CaptureFixture[str]) -> None:
    """Each with its slot, whether it counts, and the ban; the person is in the body alone, in one spelling."""
    stack.on(LOOKUP, Reply(body={"strikes": [row(excused=True), row(banned_until=UNTIL)]}))
    assert stack.run("strikes", "Ann") == 0
    assert (stack.routes(), stack.asked[0].body) == ([LOOKUP], {"person_id": "ann"})
    _, *lines = (" ".join(line.split()) for line in capsys.readouterr().out.splitlines())
    assert lines == [
        f"{SLOT} season 2020-06-10 09:00 +08:00 excused not banned",
        f"{SLOT} season 2020-06-10 09:00 +08:00 banned until 2020-06-24 11:00 +08:00",
    ]


def test_nobody_missed_nothing(stack: Stack, capsys: pytest.CaptureFixture[str]) -> None:
    """An empty list is said in words, and is a list for machines."""
    stack.on(LOOKUP, Reply(body={"strikes": []}))
    assert (stack.run("strikes", "ann"), stack.run("--json", "strikes", "ann")) == (0, 0)
    assert capsys.readouterr().out.splitlines() == ["no strikes", "[]"]


@pytest.mark.parametrize(
    ("option", "excused", "until", "said"),
    [
        ("--excuse", True, None, f"{SLOT}: excused; 2 strikes left, not banned"),
        ("--count", False, UNTIL, f"{SLOT}: counted; 2 strikes left, banned until 2020-06-24 11:00 +08:00"),
    ],
)
def test_a_strike_is_excused_and_counted(
    stack: Stack, capsys: pytest.CaptureFixture[str], option: str, excused: bool, until: str | None, said: str
) -> None:
    """One request, whose repeat is said."""
    answer = {"slot_id": SLOT, "excused": excused, "strikes": 2, "banned_until": until}
    stack.on(STRIKES, Reply(body=answer), Reply(200, answer, {"Idempotent-Replay": "true"}))
    assert [stack.run("strikes", "ann", option, SLOT) for _ in range(2)] == [0, 0]
    assert stack.asked[0].body == {"person_id": "ann", "slot_id": SLOT, "excused": excused}
    assert capsys.readouterr().out.splitlines() == [said, said.replace(": ", ": already ", 1)]


def test_both_at_once_is_wrong_usage(stack: Stack) -> None:
    """Nothing is asked."""
    assert (stack.run("strikes", "ann", "--excuse", SLOT, "--count", SLOT), stack.asked) == (2, [])

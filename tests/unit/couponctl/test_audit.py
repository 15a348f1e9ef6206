"""couponctl's audit against a scripted stack: good only where every equation holds and all was counted."""

from __future__ import annotations

import json

import pytest

from infra.couponctl import audits
from tests.unit.couponctl.scripted_stack import Reply, Stack


def report(*, ok: bool, complete: bool) -> Reply:
    equations = [{"equation": "claims 200 <= quantity 100", "holds": ok}]
    return Reply(body={"batch_id": "first", "sweep": "5eed", "ok": ok, "complete": complete, "equations": equations})


def test_audit_waits_until_all_is_counted(stack: Stack, capsys: pytest.CaptureFixture[str]) -> None:
    """It goes on with the same count while `complete` is false, then prints each equation with its numbers."""
    counting, counted = report(ok=True, complete=False), report(ok=True, complete=True)
    stack.on("GET /admin/batches/first/audit", counting, counting, counted)
    assert stack.run("audit", "first") == 0
    assert capsys.readouterr().out.splitlines() == [
        "holds  claims 200 <= quantity 100",
        "first: every equation holds",
    ]
    assert [asked.query for asked in stack.asked[1:]] == [{}, {"sweep": ["5eed"]}, {"sweep": ["5eed"]}]


def test_a_campaign_in_place_of_a_batch_is_told_its_option(stack: Stack, capsys: pytest.CaptureFixture[str]) -> None:
    """The name is nothing that is published as a batch."""
    stack.on("GET /admin/batches/spring/audit", Reply(404, {"type": "/problems/not-found", "detail": "No batch."}))
    assert stack.run("audit", "spring") == 1
    assert "A campaign: couponctl audit --campaign spring" in capsys.readouterr().err


def test_an_audit_that_fails_is_not_good(stack: Stack, capsys: pytest.CaptureFixture[str]) -> None:
    """The equation that fails is named, and the exit code is 1."""
    stack.on("GET /admin/batches/first/audit", report(ok=False, complete=True))
    assert stack.run("audit", "first") == 1
    assert "FAILS  claims 200 <= quantity 100" in capsys.readouterr().out


def test_an_audit_that_never_ends_is_not_good(stack: Stack, monkeypatch: pytest.MonkeyPatch) -> None:
    """The rounds are bounded, and an unfinished count proves nothing."""
    monkeypatch.setattr(audits, "ROUNDS_MAX", 3)
    stack.on("GET /admin/batches/first/audit", report(ok=True, complete=False))
    assert stack.run("audit", "first") == 1


BUDGETS = "GET /admin/campaigns/season/budgets"


@pytest.mark.parametrize(("day", "of"), [([], "campaign"), (["--day", "2020-06-06"], "2020-06-06")])
@pytest.mark.parametrize("ok", [True, False])
def test_an_audit_of_a_campaign_or_of_its_day(
    stack: Stack, capsys: pytest.CaptureFixture[str], day: list[str], of: str, ok: bool
) -> None:
    """As one of a batch: it goes on until all is counted, prints each equation, and fails with one."""
    counting, counted = (Reply(body={"audit": report(ok=ok, complete=complete).body}) for complete in (False, True))
    stack.on(BUDGETS, counting, counted)
    assert stack.run("audit", "--campaign", "season", *day) == (0 if ok else 1)
    assert [asked.query for asked in stack.asked[1:]] == [{"audit": [of]}, {"audit": [of], "sweep": ["5eed"]}]
    said = capsys.readouterr()
    name = " ".join(["season", *day[1:]])
    assert said.out.splitlines() == [
        f"{'holds' if ok else 'FAILS'}  claims 200 <= quantity 100",
        f"{name}: {'every equation holds' if ok else 'NOT good'}",
    ]
    assert said.err == f"{name}: still counting (1)\n"


def test_an_audit_is_json_for_machines(stack: Stack, capsys: pytest.CaptureFixture[str]) -> None:
    """The report as it came."""
    stack.on(BUDGETS, Reply(body={"audit": report(ok=False, complete=True).body}))
    assert stack.run("--json", "audit", "--campaign", "season") == 1
    assert json.loads(capsys.readouterr().out) == report(ok=False, complete=True).body


@pytest.mark.parametrize("args", [[], ["first", "--campaign", "season"], ["first", "--day", "2020-06-06"]])
def test_an_audit_is_of_one_thing(stack: Stack, capsys: pytest.CaptureFixture[str], args: list[str]) -> None:
    """A batch, or a campaign: neither and both are wrong usage."""
    assert stack.run("audit", *args) == 2
    assert capsys.readouterr().err.startswith(("audit takes", "--day goes"))


def test_an_answer_without_an_audit_is_none(stack: Stack) -> None:
    """An older stack knows nothing of it."""
    stack.on(BUDGETS, Reply(body={"audit": None}))
    assert stack.run("audit", "--campaign", "season") == 3

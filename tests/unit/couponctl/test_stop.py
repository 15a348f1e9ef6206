"""`stop` asks before it ends a batch."""

from __future__ import annotations

import io
import json

import pytest

from tests.unit.couponctl.scripted_stack import Reply, Stack, problem

STOP = "POST /admin/batches/pack/stop"
OFF = {"discount": {"kind": "amount_off", "threshold_minor": 5000, "amount_minor": 1000}}
PERCENT = {"discount": {"kind": "percent_off", "threshold_minor": 5000, "basis_points": 1000, "cap_minor": 234}}


class Terminal(io.StringIO):
    """Somebody who types."""

    def isatty(self) -> bool:
        return True


@pytest.fixture
def stack(stack: Stack, monkeypatch: pytest.MonkeyPatch) -> Stack:
    """1,990 of 2,000 packs of two coupons are left."""
    monkeypatch.setenv("COUPONCTL_TOKEN", "operators")
    batch = {"batch_id": "pack", "campaign_id": "spring", "status": "open", "quantity": 2000, "remaining": 1990}
    stack.on("GET /batches/pack", Reply(body={**batch, "coupons": [OFF, PERCENT]}))
    stack.on("GET /campaigns/spring", Reply(body={"currency": "CNY", "timezone": "Asia/Shanghai"}))
    stack.on(STOP, Reply(body={"batch_id": "pack", "status": "stopped"}))
    stack.now_s = lambda: 1591408800
    return stack


@pytest.mark.parametrize(
    ("args", "effect"),
    [
        ([], "Coupons that stay valid: at most 20, worth at most 123.40 CNY in discounts."),
        (["--void"], "Coupons that will be void: at most 20, worth at most 123.40 CNY in discounts."),
    ],
)
def test_the_question_says_what_ends(
    stack: Stack, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], args: list[str], effect: str
) -> None:
    """Packs, coupons and money, as of when; on stderr, so that stdout has the result alone."""
    monkeypatch.setattr("sys.stdin", Terminal("y\n"))
    assert stack.run("stop", "pack", *args, "--json") == 0
    printed = capsys.readouterr()
    assert json.loads(printed.out)["status"] == "stopped"
    assert printed.err.splitlines()[:3] == [
        "pack is open as of 2020-06-06 10:00 +08:00.",
        "  1,990 of 2,000 packs will not be handed out.",
        f"  {effect}",
    ]
    assert stack.asked[-1].body == {"issued": "void" if args else "keep"}


@pytest.mark.parametrize(("answer", "code"), [("n\n", 1), ("\n", 1), ("", 130)])
def test_anything_but_yes_stops_nothing(stack: Stack, monkeypatch: pytest.MonkeyPatch, answer: str, code: int) -> None:
    """No, nothing, or the end of the input."""
    monkeypatch.setattr("sys.stdin", Terminal(answer))
    assert stack.run("stop", "pack") == code
    assert STOP not in stack.routes()


def test_a_no_is_an_error_for_machines(
    stack: Stack, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """One object on stdout, as any other; for people a line."""
    for args, said in (["--json"], ""), ([], "pack: not stopped"):
        monkeypatch.setattr("sys.stdin", Terminal("n\n"))
        assert stack.run("stop", "pack", *args) == 1
        printed = capsys.readouterr()
        assert printed.err.rpartition("[y/N]:")[2].strip() == said
        told = [json.loads(line)["error"] for line in printed.out.strip().splitlines()]
        error = {"exit_code": 1, "command": "stop", "slug": "not-agreed", "detail": "pack: not stopped"}
        assert told == ([error] if args else [])


def test_without_a_terminal_yes_is_required(
    stack: Stack, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Nobody can answer there, even if the input says yes; with `--yes` nothing but the stop is asked."""
    monkeypatch.setattr("sys.stdin", io.StringIO("y\n"))
    assert stack.run("stop", "pack") == 2
    assert "give --yes" in capsys.readouterr().err
    assert stack.asked == []
    assert stack.run("stop", "pack", "--yes") == 0
    assert stack.routes() == [STOP]


@pytest.mark.parametrize(("args", "asks"), [([], False), (["--void"], True)])
def test_a_stopped_batch_is_stopped_without_a_question(
    stack: Stack, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], args: list[str], asks: bool
) -> None:
    """Nothing ends by it, unless its coupons are to be void."""
    monkeypatch.setattr("sys.stdin", Terminal("n\n"))
    stopped = {"batch_id": "pack", "campaign_id": "spring", "status": "stopped", "quantity": 20, "remaining": 10}
    stack.on("GET /batches/pack", Reply(body={**stopped, "coupons": [OFF]}))
    assert stack.run("stop", "pack", *args) == int(asks)
    assert ("Stop it for good" in capsys.readouterr().err) is asks
    assert (STOP in stack.routes()) is not asks


def test_a_batch_that_is_not_there_is_not_asked_about(stack: Stack, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is a refusal as any other."""
    monkeypatch.setattr("sys.stdin", Terminal("y\n"))
    stack.on("GET /batches/pack", problem(404, "not-found"))
    assert stack.run("stop", "pack") == 1

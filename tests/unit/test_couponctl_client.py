"""couponctl's HTTP client: what is retried, what is not, and what each outcome means to a shell."""

from __future__ import annotations

import socket
from typing import TYPE_CHECKING

import pytest

from infra.couponctl.client import ATTEMPTS_MAX, RETRY_AFTER_MAX_S, Api, ProblemError, UnreachableError, publish
from infra.couponctl.main import main
from infra.couponctl.output import yuan
from tests.unit.scripted_stack import Reply, Stack, problem, scripted_stack

if TYPE_CHECKING:
    from collections.abc import Iterator

BUSY = problem(503, "busy")
FIRST = Reply(body={"batch_id": "first"})


@pytest.fixture
def stack(monkeypatch: pytest.MonkeyPatch) -> Iterator[Stack]:
    monkeypatch.delenv("COUPONCTL_TOKEN", raising=False)
    monkeypatch.setattr("time.sleep", lambda _s: None)
    with scripted_stack() as stack:
        yield stack


def test_busy_is_retried_and_its_retry_after_is_waited_for(stack: Stack) -> None:
    """At least what the stack asks for, at most RETRY_AFTER_MAX_S and the jitter above it."""
    waits_s: list[float] = []
    late = Reply(503, BUSY.body, {"Retry-After": "2"})
    later = Reply(503, BUSY.body, {"Retry-After": "86400"})
    stack.on("GET /batches/first", late, later, FIRST)
    with Api(stack.url, sleep=waits_s.append) as api:
        assert api.get("/batches/first").body == FIRST.body
    assert 2 <= waits_s[0] < 3
    assert RETRY_AFTER_MAX_S <= waits_s[1] < RETRY_AFTER_MAX_S + 1
    assert len(waits_s) == 2


def test_busy_is_not_retried_for_ever(stack: Stack) -> None:
    """The last attempt's refusal is the answer."""
    stack.on("GET /batches/first", BUSY)
    with Api(stack.url) as api, pytest.raises(ProblemError) as caught:
        api.get("/batches/first")
    assert (caught.value.status, caught.value.slug) == (503, "busy")
    assert len(stack.asked) == ATTEMPTS_MAX


@pytest.mark.parametrize("lost", [Reply(dropped=True), BUSY])
def test_a_post_is_retried_only_if_a_repeat_is_safe(stack: Stack, lost: Reply) -> None:
    """Advancing the clock twice is not advancing it once; publishing twice is publishing once."""
    stack.on("POST /_local/clock", lost, FIRST)
    stack.on("POST /admin/batches/first/publish", lost, FIRST)
    with Api(stack.url) as api:
        with pytest.raises((ProblemError, UnreachableError)):
            api.post("/_local/clock", {"advance_s": 1})
        assert publish(api, "first") == FIRST.body
    assert stack.routes() == ["POST /_local/clock", *["POST /admin/batches/first/publish"] * 2]


def test_a_connection_that_was_closed_meanwhile_is_opened_again(stack: Stack) -> None:
    """A server may close a kept-alive connection at any time."""
    stack.on("GET /batches/first", FIRST, Reply(dropped=True), FIRST)
    with Api(stack.url) as api:
        assert [api.get("/batches/first").status for _ in range(2)] == [200, 200]


def test_a_post_that_must_not_be_repeated_takes_a_fresh_connection(stack: Stack) -> None:
    """It has one attempt, which must not be lost to a kept-alive connection that is gone already."""
    stack.on("GET /_local/clock", Reply(body={}, last=True))
    stack.on("POST /_local/clock", FIRST)
    with Api(stack.url) as api:
        api.get("/_local/clock")
        assert api.post("/_local/clock", {"advance_s": 1}).status == 200


def test_an_answer_that_does_not_come_in_time_is_asked_for_again(stack: Stack) -> None:
    """On a new connection: the late answer must not be taken for the next one's."""
    stack.on("GET /batches/first", Reply(silent=True), FIRST)
    with Api(stack.url, timeout_s=0.1) as api:
        assert api.get("/batches/first").body == FIRST.body


@pytest.mark.parametrize("status", [400, 401, 403, 404, 409, 422, 429, 500, 502])
def test_no_other_refusal_is_retried(stack: Stack, status: int) -> None:
    """A refusal stands; only busy passes."""
    stack.on("GET /batches/first", Reply(status, {"message": "no"}))
    with Api(stack.url) as api, pytest.raises(ProblemError):
        api.get("/batches/first")
    assert len(stack.asked) == 1


def test_nothing_listening_is_exit_code_3(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """The address is named."""
    monkeypatch.setattr("time.sleep", lambda _s: None)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{free.getsockname()[1]}"
        assert main(["--url", url, "clock"]) == 3
    assert capsys.readouterr().err.startswith(f"{url} gives no answer: ")


@pytest.mark.parametrize(
    "args",
    [
        [],
        ["unknown"],
        ["clock", "--set", "2020-06-06T10:00:00+08:00", "--advance", "5"],
        ["--url", "ftp://example.org", "clock"],
        ["--url", "http://127.0.0.1:port", "clock"],
        ["--url", "https://coupons.example", "publish", "first"],
        ["reconcile", "ours.csv", "--day", "6 June"],
        ["reconcile", "ours.csv", "--day", "2020-06-06"],
        ["watch", "first", "--count", "0"],
        ["watch", ""],
    ],
)
def test_wrong_usage_is_exit_code_2(args: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """Found before anything is asked; a stack elsewhere gives no tokens of its own."""
    monkeypatch.delenv("COUPONCTL_TOKEN", raising=False)
    with pytest.raises(SystemExit) as caught:
        main(args)
    assert caught.value.code == 2


def test_an_answer_that_is_no_json_is_no_stack(stack: Stack) -> None:
    """Something else listens there: exit code 3, not a traceback."""
    stack.on("GET /batches/first", Reply(body=None), Reply(body="text"))
    for _ in range(2):
        assert stack.run("watch", "first", "--count", "1") == 3


@pytest.mark.parametrize(
    ("minor", "said"), [(0, "0.00"), (1, "0.01"), (-1, "-0.01"), (1234, "12.34"), (10**15, "10,000,000,000,000.00")]
)
def test_yuan_has_two_decimals_and_no_rounding(minor: int, said: str) -> None:
    """Exact for any amount."""
    assert yuan(minor) == f"{said} yuan"

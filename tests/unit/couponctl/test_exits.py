"""What each outcome of a command means to a shell."""

from __future__ import annotations

import socket
from typing import TYPE_CHECKING

import pytest

from infra.couponctl.main import main
from tests.unit.couponctl.scripted_stack import Reply, Stack

if TYPE_CHECKING:
    pass


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

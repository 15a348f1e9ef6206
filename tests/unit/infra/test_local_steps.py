"""The start of the local stack waits, continues, and names a step that stalls."""

from __future__ import annotations

from http.client import HTTPMessage
from pathlib import Path

import pytest

from infra.client.api import Device, ProblemError
from infra.local.cloud import CloudError
from infra.local.patience import PatientApi
from infra.local.steps import Steps


class Terminal:
    """Steps on a clock of the test, and what they printed."""

    def __init__(self) -> None:
        self.now_s = 0.0
        self.lines: list[str] = []
        self.steps = Steps(self.lines.append, Path("/data/ministack.log"), monotonic_s=lambda: self.now_s)

    def said_until(self, now_s: float) -> list[str]:
        """What the checks of every second print until then."""
        del self.lines[:]
        while self.now_s < now_s:
            self.now_s += 1
            self.steps.check()
        return self.lines


def test_each_step_is_on_the_terminal_and_so_is_what_it_did() -> None:
    """A line as it begins, and a line for what a reader wants to know."""
    terminal = Terminal()
    terminal.steps.begin("loading the seasons")
    terminal.steps.progress()
    terminal.steps.progress("  town: 3 batches")
    assert terminal.lines == ["loading the seasons …", "  town: 3 batches"]


def test_a_step_that_stalls_is_named_once_a_minute() -> None:
    """With its log, the remedy and how long it has been silent; not a second before the minute is over."""
    terminal = Terminal()
    terminal.steps.begin("deploying template.yaml")
    assert terminal.said_until(59) == []
    (line,) = terminal.said_until(60)
    assert "60 s with: deploying template.yaml" in line
    assert all(words in line for words in ("/data/ministack.log", "FRESH=1", "Ctrl-C", "goes on waiting"))
    assert terminal.said_until(119) == []
    (line,) = terminal.said_until(120)
    assert "120 s with: deploying" in line


def test_progress_of_any_size_begins_the_minute_again() -> None:
    """A slow step that goes on is not called stalled."""
    terminal = Terminal()
    terminal.steps.begin("loading the seasons")
    for minute in range(1, 10):
        assert terminal.said_until(minute * 59) == []
        terminal.steps.progress()
        terminal.steps.check()


def test_a_start_that_is_over_does_not_stall() -> None:
    """A stack that is ready and has nothing to do says nothing."""
    terminal = Terminal()
    terminal.steps.begin("starting the functions")
    terminal.steps.end()
    assert terminal.said_until(600) == []


class Cloud:
    """Answers as told, then has ended."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, *outcomes: int | Exception) -> None:
        self.outcomes = list(outcomes)
        self.asked: list[tuple[str, str, object]] = []
        self.progressed = 0
        monkeypatch.setattr(PatientApi, "_once", self._once)
        self.terminal = Terminal()
        self.terminal.steps.begin("loading the seasons")
        monkeypatch.setattr(self.terminal.steps, "progress", self._progress)
        self.api = PatientApi("http://127.0.0.1:1/api", "token", check=self._check, steps=self.terminal.steps)
        self.api.device = Device(monotonic_s=lambda: 0.0, sleep=lambda _: None, uniform=lambda low, _: low)

    def _once(self, method: str, path: str, body: object) -> tuple[int, HTTPMessage, bytes]:
        self.asked.append((method, path, body))
        outcome = self.outcomes.pop(0)
        if isinstance(outcome, Exception):
            raise outcome
        return outcome, HTTPMessage(), b"{}"

    def _check(self) -> None:
        if not self.outcomes:
            raise CloudError("ministack has ended")

    def _progress(self) -> None:
        self.progressed += 1


def test_a_request_is_asked_again_until_it_is_answered(monkeypatch: pytest.MonkeyPatch) -> None:
    """After more failures than any client bears, the same request; only its answer is progress."""
    cloud = Cloud(monkeypatch, *[TimeoutError("timed out"), 500, ConnectionResetError(), 503] * 5, 201)
    assert cloud.api.put("/admin/campaigns/town", {"a": 1}).status == 201
    assert cloud.asked == [("PUT", "/admin/campaigns/town", {"a": 1})] * 21
    assert cloud.progressed == 1


def test_a_refusal_is_an_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is not asked again."""
    cloud = Cloud(monkeypatch, 404)
    with pytest.raises(ProblemError):
        cloud.api.get("/admin/campaigns/town")
    assert (len(cloud.asked), cloud.progressed) == (1, 1)


def test_waiting_ends_with_the_cloud(monkeypatch: pytest.MonkeyPatch) -> None:
    """And says so, instead of naming a timeout and an inner address."""
    cloud = Cloud(monkeypatch, *[ConnectionRefusedError()] * 5)
    with pytest.raises(CloudError, match="ministack has ended"):
        cloud.api.get("/wallet")


def test_a_stalled_step_says_what_failed_last(monkeypatch: pytest.MonkeyPatch) -> None:
    """A function that cannot work, as one with a mistake, is told from a busy machine."""
    cloud = Cloud(monkeypatch, *[500] * 5)
    with pytest.raises(CloudError):
        cloud.api.get("/wallet")
    (line,) = cloud.terminal.said_until(60)
    assert "The last try failed: GET /wallet: 500 Internal Server Error." in line

"""The clock of each stage."""

from __future__ import annotations

import json
import time
from pathlib import Path

import pytest

from coupons.clock import FENCE_S, LEASE_S, SystemClock, TestClock, clock_for

FUNCTION_TIMEOUT_S, SLACK_S = 10, 10


@pytest.mark.parametrize("stage", ["", "prod", "LOCAL", "local "])
def test_a_test_clock_is_refused_outside_the_laptop(stage: str, tmp_path: Path) -> None:
    """In every stage but `local` the time cannot be set."""
    with pytest.raises(ValueError, match="TEST_CLOCK_FILE is refused"):
        clock_for(stage, str(tmp_path / "clock"))


@pytest.mark.parametrize("stage", ["", "prod", "local"])
def test_without_a_file_time_is_real(stage: str) -> None:
    """Also on the laptop."""
    assert isinstance(clock_for(stage, ""), SystemClock)


def test_the_test_clock_reads_its_file_at_each_call(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Set, advanced and set back: the next reading sees it; the monotonic clock does not move with it."""
    monkeypatch.setattr(time, "time", lambda: 1_000.0)
    monkeypatch.setattr(time, "monotonic", lambda: 5.0)
    path = tmp_path / "clock"
    clock = clock_for("local", str(path))
    assert isinstance(clock, TestClock)
    seen = []
    for offset_s in (0, 86_400.5, -10):
        fresh = tmp_path / "fresh"
        fresh.write_text(json.dumps({"offset_s": offset_s}))
        fresh.replace(path)
        seen.append((clock.wall_s(), clock.monotonic_s()))
    assert seen == [(1_000.0, 5.0), (87_400.5, 5.0), (990.0, 5.0)]


def test_the_system_clock_is_the_machines(monkeypatch: pytest.MonkeyPatch) -> None:
    """Wall and monotonic are two clocks."""
    monkeypatch.setattr(time, "time", lambda: 1_000.0)
    monkeypatch.setattr(time, "monotonic", lambda: 5.0)
    assert (SystemClock().wall_s(), SystemClock().monotonic_s()) == (1_000.0, 5.0)


def test_the_fence_outlasts_a_lease_and_a_function() -> None:
    """A put under a lease that was just alive, in a function just started, is over before the count (design 4)."""
    assert FENCE_S >= LEASE_S + FUNCTION_TIMEOUT_S + SLACK_S

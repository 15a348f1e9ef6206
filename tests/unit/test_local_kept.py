"""What a run of the local stack leaves for the next one, and what it refuses to start with."""

from __future__ import annotations

from pathlib import Path

import pytest

from infra.local.clock import OPENING_S
from infra.local.kept import AlreadyRunningError, Kept, held
from infra.local.settings import SettingsError, settings_of


def _run(directory: Path, *, until_s: float | None) -> None:
    """A run that ended at `until_s` of its clock, or was killed."""
    kept = Kept(directory)
    kept.begin(fresh=False)
    (directory / "state").mkdir(exist_ok=True)
    (directory / "state" / "cloudformation.json").write_text("{}")
    kept.running()
    if until_s is not None:
        kept.clock.set_now(until_s)
        kept.stopped()


def test_a_new_stack_starts_half_a_minute_before_the_opening(tmp_path: Path) -> None:
    """And the clock's file says so."""
    kept = Kept(tmp_path)
    assert kept.begin(fresh=False) == OPENING_S
    assert kept.clock.now_s() == pytest.approx(OPENING_S, abs=5)


def test_a_restart_goes_on_where_the_clock_stopped(tmp_path: Path) -> None:
    """With its data."""
    _run(tmp_path, until_s=OPENING_S + 86_400)
    assert Kept(tmp_path).begin(fresh=False) == pytest.approx(OPENING_S + 86_400, abs=5)
    assert (tmp_path / "state" / "cloudformation.json").exists()


def test_after_a_killed_run_the_clock_went_on(tmp_path: Path) -> None:
    """Data of the last clean end is kept."""
    _run(tmp_path, until_s=OPENING_S + 60)
    _run(tmp_path, until_s=None)
    kept = Kept(tmp_path)
    assert kept.begin(fresh=False) == pytest.approx(kept.clock.now_s(), abs=5)
    assert (tmp_path / "state").exists()


@pytest.mark.parametrize("fresh", [True, False])
def test_anew_if_asked_or_if_nothing_was_finished(tmp_path: Path, fresh: bool) -> None:
    """A run that was cut off before its seasons were published leaves nothing."""
    if fresh:
        _run(tmp_path, until_s=OPENING_S + 60)
    else:
        (tmp_path / "state").mkdir()
    assert Kept(tmp_path).begin(fresh=fresh) == OPENING_S
    assert not (tmp_path / "state").exists()


def test_two_runs_of_one_checkout_are_one_too_many(tmp_path: Path) -> None:
    """The second names the first; once it has ended, the checkout is free."""
    with (
        held(tmp_path, 8080),
        pytest.raises(AlreadyRunningError, match=r"http://127\.0\.0\.1:8080"),
        held(tmp_path, 9000),
    ):
        pass
    with held(tmp_path, 9000):
        pass


@pytest.mark.parametrize("port", ["0", "-1", "65534", "99999", "٣٠", "1e3", "80 80", "9" * 5_000])
def test_a_port_that_cannot_be_meant_is_refused(port: str) -> None:
    """With the range in the message; two inner ports follow from it."""
    with pytest.raises(SettingsError, match="from 1 to 65533"):
        settings_of({"PORT": port}, Path())

"""What a run of the local stack leaves for the next one, and what it refuses to start with."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from infra.local import run
from infra.local.clock import OPENING_S
from infra.local.issuer import Issuer
from infra.local.kept import AlreadyRunningError, ForeignDirectoryError, Kept, held
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


@pytest.mark.parametrize("set_up", ['{"stopped_at_s": null}', '{"stopped_at_s": 1591408800.0, "form": 1}'])
def test_data_of_another_form_are_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], set_up: str
) -> None:
    """One line that names FRESH=1, before anything is started or changed; with it, the stack starts anew."""
    with held(tmp_path, 8080):
        _run(tmp_path, until_s=OPENING_S + 60)
    (tmp_path / "set-up.json").write_text(set_up)
    monkeypatch.setenv("DATA_DIR", str(tmp_path))
    monkeypatch.setenv("PORT", "28130")
    monkeypatch.setattr("signal.signal", lambda *_: None)
    monkeypatch.setattr(run, "import_slow_parts", lambda: None)
    monkeypatch.setattr(run, "start_cloud", lambda *_, **__: pytest.fail("it started"))
    assert run.main() == 1
    (line,) = capsys.readouterr().err.splitlines()
    assert "FRESH=1" in line
    assert (tmp_path / "set-up.json").read_text() == set_up
    assert Kept(tmp_path).begin(fresh=True) == OPENING_S


@pytest.mark.parametrize("kept", [True, False])
def test_a_full_disk_is_noticed_before_anything_starts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, kept: bool
) -> None:
    """With new data and with kept ones: ministack on a full disk only fails again and again."""
    if kept:
        _run(tmp_path, until_s=OPENING_S + 60)
    monkeypatch.setattr("shutil.disk_usage", lambda _: type("Usage", (), {"free": 1_000_000}))
    with pytest.raises(OSError, match=os.strerror(errno.ENOSPC)):
        Kept(tmp_path).begin(fresh=False)


@pytest.mark.parametrize("fresh", [True, False])
def test_anew_if_asked_or_if_nothing_was_finished(tmp_path: Path, fresh: bool) -> None:
    """A run that was cut off before its seasons were published leaves nothing."""
    if fresh:
        _run(tmp_path, until_s=OPENING_S + 60)
    else:
        (tmp_path / "state").mkdir()
    assert Kept(tmp_path).begin(fresh=fresh) == OPENING_S
    assert not (tmp_path / "state").exists()


@pytest.mark.parametrize("fresh", [True, False])
def test_anew_removes_what_a_stack_writes_and_nothing_else(tmp_path: Path, fresh: bool) -> None:
    """Somebody's files beside it stay, and so does what a link leads to; the lock stays held."""
    theirs, data = tmp_path / "theirs", tmp_path / "data"
    for path in (theirs / "a", data / "photos" / "a", data / "scratch" / "a", data / "thesis.txt"):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("dear")
    (data / "state").symlink_to(theirs)
    for name in ("lock", "issuer.pem", "ministack.log", "clock.new"):
        (data / name).write_text("x")
    if fresh:
        (data / "set-up.json").write_text("{}")
    Kept(data).begin(fresh=fresh)
    assert sorted(path.name for path in data.iterdir()) == ["clock.json", "lock", "photos", "thesis.txt"]
    assert [path.read_text() for path in (theirs / "a", data / "photos" / "a", data / "thesis.txt")] == ["dear"] * 3


@pytest.mark.parametrize("name", ["thesis.txt", "state", "lock", ""])
def test_somebody_elses_folder_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], name: str
) -> None:
    """One line that names it, exit code 1, and nothing in it changes; nor is a file (no name) a data directory."""
    (tmp_path / "data" / name).parent.mkdir(exist_ok=True)
    (tmp_path / "data" / name).write_text("dear")
    monkeypatch.setenv("DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setattr(run, "_run", lambda *_: pytest.fail("it started"))
    assert run.main() == 1
    (line,) = capsys.readouterr().err.splitlines()
    assert f"{tmp_path / 'data'} " in line
    assert [path.read_text() for path in tmp_path.rglob("*") if path.is_file()] == ["dear"]


@pytest.mark.parametrize("before", ["absent", "empty", "cut off", "ended"])
def test_a_new_folder_an_empty_one_and_a_stacks_own_are_taken(tmp_path: Path, before: str) -> None:
    """A run that was cut off while it wrote its lock left an empty one."""
    data = tmp_path / "of" / "mine"
    if before != "absent":
        data.mkdir(parents=True)
    if before == "cut off":
        (data / "lock").touch()
    if before == "ended":
        with held(data, 8080):
            _run(data, until_s=OPENING_S + 60)
    with held(data, 8080):
        assert (data / "lock").read_text().endswith(":8080")


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


@pytest.fixture
def no_umask() -> Iterator[None]:
    """A shell that takes nothing away from what programs ask for."""
    before = os.umask(0)
    yield
    os.umask(before)


def _mode(path: Path) -> str:
    return oct(path.stat().st_mode & 0o777)


@pytest.mark.usefixtures("no_umask")
@pytest.mark.parametrize("before", ["absent", "open"])
def test_keys_are_their_owners_alone(tmp_path: Path, before: str) -> None:
    """New, or left open by an earlier run: the directory, which holds the keys secret too, and the issuer's key."""
    data = tmp_path / "data"
    kept = Kept(data)
    if before == "open":
        data.mkdir()
        Issuer("http://issuer", kept.key_path)
        for path, mode in ((kept.key_path, 0o644), (data, 0o755)):
            path.chmod(mode)
        (data / "lock").touch()
    with held(data, 8080):
        Issuer("http://issuer", kept.key_path)
        assert (_mode(data), _mode(kept.key_path)) == ("0o700", "0o600")
        assert sorted(path.name for path in data.iterdir()) == ["issuer.pem", "lock"]


@pytest.mark.usefixtures("no_umask")
def test_a_directory_is_never_open_to_others(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is made closed, not closed when it is there."""
    monkeypatch.setattr("infra.local.kept.close_to_others", lambda _: None)
    with held(tmp_path / "data", 8080):
        assert _mode(tmp_path / "data") == "0o700"


@pytest.mark.usefixtures("no_umask")
def test_a_key_is_never_open_to_others(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Not for a moment: it is made with its mode, under another name, and no link leads it elsewhere."""
    made: list[tuple[str, int, int]] = []
    real = os.open

    def noted(path: str | Path, flags: int, mode: int = 0o777, **more: int | None) -> int:
        made.append((Path(path).name, flags & os.O_EXCL, mode))
        return real(path, flags, mode, **more)

    (tmp_path / "issuer.new").symlink_to(tmp_path / "theirs")
    monkeypatch.setattr(os, "open", noted)
    Issuer("http://issuer", tmp_path / "issuer.pem")
    assert made == [("issuer.new", os.O_EXCL, 0o600)]
    assert [path.name for path in tmp_path.iterdir()] == ["issuer.pem"]


def test_an_open_directory_of_somebody_else_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It cannot be closed, so no keys go into it."""

    def not_owner(*_: object, **__: object) -> None:
        raise PermissionError

    tmp_path.chmod(0o755)
    monkeypatch.setattr(Path, "chmod", not_owner)
    with pytest.raises(ForeignDirectoryError, match="belongs to somebody else"), held(tmp_path, 8080):
        pytest.fail("it started")
    assert list(tmp_path.iterdir()) == []

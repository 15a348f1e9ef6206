"""Saves of the local cloud's state: whole or not at all, and never silently missing."""

from __future__ import annotations

import errno
import io
import os
import signal
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from infra.local import process, run
from infra.local.cloud import CloudError
from infra.local.kept import Kept, settle_state
from infra.local.run import NotSavedError
from infra.local.saves import Saves

FULL = os.strerror(errno.ENOSPC)
PROGRAM = """
import errno, sys
from pathlib import Path
from typing import Any
from infra.local.process import save

def failing():
    raise OSError(errno.ENOSPC, "No space left on device")

directory = Path(sys.argv[1])
print(save({"one": lambda: {"n": 1}, "two": lambda: {"n": 1}}, directory))
print(save({"one": lambda: {"n": 2}, "two": failing}, directory))
print(save({"one": lambda: {"n": 3}, "two": lambda: object()}, directory))
"""


def test_a_save_that_fails_in_part_leaves_the_earlier_one(tmp_path: Path) -> None:
    """With the reason, for a service that cannot be read and for one that cannot be written."""
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, str(tmp_path)],
        env=os.environ | {"PERSIST_STATE": "1", "STATE_DIR": str(tmp_path / "state")},
        capture_output=True,
        text=True,
        check=True,
    )
    first, second, third = done.stdout.splitlines()
    assert (first, second) == ("None", FULL)
    assert "not JSON serializable" in third
    assert [path.name for path in tmp_path.iterdir()] == ["state"]
    assert '"n": 1' in (tmp_path / "state" / "one.json").read_text()
    assert '"n": 1' in (tmp_path / "state" / "two.json").read_text()


@pytest.mark.parametrize(
    ("left", "kept"),
    [
        ({"state": "old"}, "old"),
        ({"state": "old", "state.new": "half"}, "old"),
        ({"state": "old", "state.new": "half", "state.next": "new"}, "new"),
        ({"state": "old", "state.next": "new"}, "new"),
        ({"state.next": "new"}, "new"),
    ],
)
def test_a_kill_at_any_moment_of_a_save_leaves_one_save(tmp_path: Path, left: dict[str, str], kept: str) -> None:
    """The earlier one until the new one is complete, then the new one; never a mixture."""
    for name, text in left.items():
        (tmp_path / name).mkdir()
        (tmp_path / name / "cloudformation.json").write_text(text)
        (tmp_path / name / text).touch()
    settle_state(tmp_path)
    assert (tmp_path / "state" / "cloudformation.json").read_text() == kept
    assert {path.name for path in (tmp_path / "state").iterdir()} == {"cloudformation.json", kept}
    assert not (tmp_path / "state.next").exists()


def saves(lines: str, said: list[str]) -> Saves:
    """What the parent knows after these results."""
    made = Saves(io.BytesIO(), io.StringIO(), wall_s=lambda: 0.0)
    made._say = said.append
    for line in lines.splitlines():
        made.take(line)
    return made


def test_a_failing_save_is_said_once_and_so_is_its_end() -> None:
    """At the terminal, within the minute: the reason, and what is kept."""
    said: list[str] = []
    saves(f"saved\nfailed {FULL}\nfailed {FULL}\nsaved\nsaved", said)
    assert [line.partition(";")[0] for line in said] == [f"the data are not saved: {FULL}", "the data are saved again"]
    assert "are kept" in said[0]


@pytest.mark.parametrize(
    ("results", "last"),
    [("saved\nended", True), ("saved", False), (f"saved\nfailed {FULL}", False), ("", False)],
)
def test_only_the_last_save_counts_at_the_end(results: str, last: bool) -> None:
    """A minute's save does not stand for the one at Ctrl-C."""
    assert saves(results, []).last() is last


@pytest.mark.parametrize(("results", "left"), [("unread 0", 0), ("saved\nunread 7\nended", 7), ("ended", None)])
def test_the_process_says_what_is_unread(results: str, left: int | None) -> None:
    """A number, or nothing if it ended before; it is no save."""
    commands = io.BytesIO()
    asked = Saves(commands, io.StringIO(results))
    assert (asked.unread(), commands.getvalue()) == (left, b"r")
    assert asked.last() is results.endswith("ended")


@pytest.mark.parametrize(
    ("looks", "left"),
    [([2, 1, 0, 0, 0], 0), ([0, 0, 4, 0, 0, 0], 0), ([5] * 1000, 5), ([0, 0, *[9] * 1000], 9)],
)
def test_streams_are_read_when_nothing_comes_for_a_moment(
    monkeypatch: pytest.MonkeyPatch, looks: list[int], left: int
) -> None:
    """Three looks in a row find nothing unread, or the time is over."""
    clock, found = iter(range(10_000)), iter(looks)
    monkeypatch.setattr(process, "unread", lambda: next(found))
    monkeypatch.setattr(process.time, "sleep", lambda _: None)
    monkeypatch.setattr(process.time, "monotonic", lambda: next(clock))
    assert process.unread_at_last() == left


@dataclass
class StoppedCloud:
    """A cloud whose process ended, by itself or not, and what it said of its saves."""

    saves: Saves
    clean: bool
    crashed: bool = False
    unread: int | None = 0
    log_path: Path = field(default_factory=lambda: Path("/data/ministack.log"))

    def ended(self) -> bool:
        return self.crashed

    def read_streams(self) -> int | None:
        return self.unread

    def stop(self) -> bool:
        return self.clean


@pytest.fixture
def _signals_stay(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("signal.signal", lambda *_: None)


@pytest.mark.usefixtures("_signals_stay")
@pytest.mark.parametrize(
    ("results", "crashed", "words"),
    [
        (f"saved\nfailed {FULL}", False, (FULL, "are kept", "free some space")),
        ("saved", False, ("ended without saving", "/data/ministack.log", "are kept")),
        ("saved", True, ("ministack has ended", "/data/ministack.log", "are kept")),
        ("", True, ("ministack has ended", "none of this run")),
    ],
)
def test_data_that_are_not_saved_at_the_end_are_said(
    tmp_path: Path, results: str, crashed: bool, words: tuple[str, ...]
) -> None:
    """One line with the reason, what is kept and the remedy; the clock is not stopped at a time that was not saved."""
    cloud = StoppedCloud(saves(results, []), clean=False, crashed=crashed)
    cloud.saves.begun = True
    kept = Kept(tmp_path)
    kept.running()
    with pytest.raises((NotSavedError, CloudError)) as raised:
        run._stop(cloud, kept)  # type: ignore[arg-type]
    assert all(word in str(raised.value) for word in words), str(raised.value)
    assert '"stopped_at_s": null' in (tmp_path / "set-up.json").read_text()


@pytest.mark.parametrize(
    ("number", "remedy"),
    [
        (errno.ENOSPC, "free some space"),
        (errno.EDQUOT, "free some space"),
        (errno.EACCES, "that you can write"),
        (errno.EROFS, "that you can write"),
    ],
)
def test_a_directory_that_cannot_be_written_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], number: int, remedy: str
) -> None:
    """One line with path, reason and remedy, and exit code 1; wherever the system refuses."""
    data = tmp_path / "data"
    monkeypatch.setenv("DATA_DIR", str(data))

    def refused(*_: object, **__: object) -> None:
        raise OSError(number, os.strerror(number), str(data))

    monkeypatch.setattr(Path, "mkdir", refused)
    assert run.main() == 1
    (line,) = capsys.readouterr().err.splitlines()
    assert all(words in line for words in (str(data), os.strerror(number), remedy, "DATA_DIR=")), line


def test_a_directory_below_a_file_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """As any other that cannot be made."""
    (tmp_path / "file").touch()
    monkeypatch.setenv("DATA_DIR", str(tmp_path / "file" / "data"))
    assert run.main() == 1
    (line,) = capsys.readouterr().err.splitlines()
    assert "Not a directory" in line


@pytest.mark.usefixtures("_signals_stay")
@pytest.mark.parametrize(
    ("unread", "said"),
    [(0, ""), (1, "events of 1 record are lost"), (None, "does not say whether the streams were read")],
)
def test_what_streams_lose_at_the_end_is_said(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], unread: int | None, said: str
) -> None:
    """Also that it is unknown."""
    kept = Kept(tmp_path)
    kept.begin(fresh=True)
    kept.running()
    run._stop(StoppedCloud(saves("", []), clean=True, unread=unread), kept)  # type: ignore[arg-type]
    lines = capsys.readouterr().out.splitlines()
    assert (len(lines), said in lines[-1]) == (2 if said else 1, True)


@pytest.mark.parametrize(("enabled", "read", "left"), [(True, 4, 3), (True, 9, 0), (False, 4, 0)])
def test_unread_records_are_those_of_mappings_that_read(
    monkeypatch: pytest.MonkeyPatch, *, enabled: bool, read: int, left: int
) -> None:
    """A stream of seven records: of a mapping that is switched off nothing is waited for, nor of one that is ahead."""
    arn = "arn:aws:dynamodb:us-east-1:1:table/Claims/stream/2020"
    mapping = {"UUID": "one", "EventSourceArn": arn, "Enabled": enabled}
    ends = {("Claims", "1", "us-east-1"): 7}
    positions = SimpleNamespace(get_scoped=lambda *place: {("1", "us-east-1", "one", 0): read}[place])
    monkeypatch.setattr(process.lambda_svc, "_iter_all_esms", lambda: [("1", "us-east-1", mapping)])
    monkeypatch.setattr(process.lambda_svc, "_dynamodb_stream_positions", positions)
    monkeypatch.setattr(
        process.dynamodb, "stream_end_position", lambda table, account_id, region: ends[table, account_id, region]
    )
    assert process.unread() == left


@pytest.mark.usefixtures("_signals_stay")
@pytest.mark.parametrize("begun", [False, True])
def test_ctrl_c_that_ends_ministack_too_is_no_failure(tmp_path: Path, *, begun: bool) -> None:
    """ministack is launched in our process group, so the same Ctrl-C may end it. With data to save, its end is told."""
    cloud = StoppedCloud(saves("", []), clean=False, crashed=True)
    cloud.saves.begun = begun

    def interrupted() -> None:
        try:
            raise KeyboardInterrupt
        finally:
            run._stop(cloud, Kept(tmp_path))  # type: ignore[arg-type]

    with pytest.raises((CloudError, KeyboardInterrupt)) as ended:
        interrupted()
    assert ended.type is (CloudError if begun else KeyboardInterrupt)


def test_ctrl_c_waits_until_the_started_process_is_known(monkeypatch: pytest.MonkeyPatch) -> None:
    """It takes effect at the end of the block, however often it is pressed."""
    taken: dict[int, Any] = {}
    monkeypatch.setattr(run.signal, "signal", taken.__setitem__)
    steps: list[str] = []

    def launch() -> None:
        with run._not_interrupted():
            for _ in range(2):
                taken[signal.SIGINT](signal.SIGINT, None)
            steps.append("started")

    with pytest.raises(KeyboardInterrupt):
        launch()
    assert steps == ["started"]
    with run._not_interrupted():
        pass
    assert taken[signal.SIGINT] is run._interrupt

"""The data directory `.local/`: ministack's state, the issuer's key, the clock, and a lock of the current run.

The state holds the keys secret, with which anybody's codes can be made; the issuer's key makes anybody's tokens. So
only its owner can read the directory, whatever the umask, and the modes of an existing one are corrected.
"""

from __future__ import annotations

import errno
import fcntl
import json
import os
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from infra.local.clock import OPENING_S, LocalClock

LOCK = "lock"
"""Written first and never removed: it marks the directory as a stack's."""
STATE = "state"
_UNFINISHED_STATE = "state.new"
_COMPLETE_STATE = "state.next"
"""A complete save that has not yet replaced the earlier one."""
SCRATCH = "scratch"
DRAWS = "draws"
"""Files of draws, which on AWS are in a bucket."""
LOG = "ministack.log"
_CLOCK = "clock.json"
_KEY = "issuer.pem"
_SET_UP = "set-up.json"
_REMOVED = (
    *(STATE, _UNFINISHED_STATE, _COMPLETE_STATE, SCRATCH, DRAWS, LOG),
    *(_CLOCK, "clock.new", _KEY, "issuer.new", _SET_UP, "set-up.new"),
)
"""Everything that a run writes beside the lock; FRESH=1 removes this and nothing else."""

_SPACE_BYTES = 32_000_000
"""What a run needs at least: its state, and a copy of the functions for each worker."""

FORM = 2
"""The version of the data's form. 2: persons are keyed by their normal form."""

PRIVATE_FILE, _PRIVATE_DIRECTORY = 0o600, 0o700
_OTHERS = 0o077

_HOLDER = re.compile(r"(process [0-9]+, http://\S+)?")
_HOLDER_LENGTH_MAX = 200


class AlreadyRunningError(Exception):
    """Another run uses this directory."""


class OtherFormError(Exception):
    """An earlier run kept data in another form; read as they are, claims would belong to other persons."""


class ForeignDirectoryError(Exception):
    """The data directory holds files that no stack wrote."""


@contextmanager
def held(directory: Path, port: int) -> Iterator[None]:
    """One run at a time uses `directory`, which is new, empty or a stack's, and private.

    Raises AlreadyRunningError naming the other run, ForeignDirectoryError naming the directory.
    """
    _check_ours(directory)
    directory.mkdir(mode=_PRIVATE_DIRECTORY, parents=True, exist_ok=True)
    try:
        close_to_others(directory)
    except PermissionError:
        raise ForeignDirectoryError(f"{directory} is open to others and belongs to somebody else") from None
    # The kernel releases it when the process ends, so a crash leaves no stale lock.
    with (directory / LOCK).open("a+") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            lock.seek(0)
            raise AlreadyRunningError(lock.read().strip() or "starting") from None
        lock.truncate(0)
        lock.write(f"process {os.getpid()}, http://127.0.0.1:{port}")
        lock.flush()
        yield


def _check_ours(directory: Path) -> None:
    """Raises ForeignDirectoryError for a folder that is DATA_DIR by mistake; it is not changed."""
    if not directory.exists():
        return
    if not directory.is_dir():
        raise ForeignDirectoryError(f"{directory} is not a directory")
    if any(directory.iterdir()) and not _is_our_lock(directory / LOCK):
        raise ForeignDirectoryError(f"{directory} holds files of somebody else")


def _is_our_lock(path: Path) -> bool:
    """Other programs use this file name too; ours names its process, or is empty while its run starts."""
    if not path.is_file():
        return False
    with path.open("rb") as lock:
        return _HOLDER.fullmatch(lock.read(_HOLDER_LENGTH_MAX).decode(errors="replace")) is not None


def close_to_others(path: Path) -> None:
    """Only its owner can read and write `path`. Raises PermissionError if it has another owner."""
    mode = path.stat().st_mode
    if mode & _OTHERS:
        path.chmod(mode & 0o700)


def write_private(path: Path, content: bytes) -> None:
    """A new private file is written as a whole; nobody else can read it at any moment."""
    unfinished = path.with_suffix(".new")
    unfinished.unlink(missing_ok=True)
    # Not a chmod of an existing file: others could have opened it before. O_EXCL also follows no link.
    with os.fdopen(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, PRIVATE_FILE), "wb") as file:
        file.write(content)
    unfinished.replace(path)


def unfinished_state(directory: Path) -> Path:
    """Where a save is written; of no worth until it is complete."""
    return directory / _UNFINISHED_STATE


def settle_state(directory: Path, *, complete: bool = False) -> None:
    """The newest complete save is the state. A kill between any two calls is mended by the next settling.

    `complete`: the unfinished one is complete.
    """
    state, following = directory / STATE, directory / _COMPLETE_STATE
    if complete:
        unfinished_state(directory).replace(following)
    if following.exists():
        _remove(state)
        following.replace(state)


class Kept:
    """The `directory` with all files that a run leaves for the next one."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self.clock = LocalClock(directory / _CLOCK)
        self.key_path = directory / _KEY
        self._set_up = directory / _SET_UP
        """Written when seasons are published; without it the earlier run ended before there was anything to keep."""

    def begin(self, *, fresh: bool) -> float:
        """The files of an earlier run are kept or removed; returns the test time to start at.

        Raises OtherFormError, and OSError if they cannot be written.
        """
        settle_state(self.directory)
        if fresh or not self._resumable():
            for name in _REMOVED:
                _remove(self.directory / name)
            self.check_space(_SPACE_BYTES)
            self.clock.set_now(OPENING_S)
            return OPENING_S
        self.check_space(_SPACE_BYTES)
        set_up = _document(self._set_up)
        if set_up.get("form") != FORM:
            raise OtherFormError(
                f"the data in {self.directory} are of another version; FRESH=1 starts anew without them"
            )
        stopped_at_s = set_up["stopped_at_s"]
        # Null after a run that was killed: its clock has run on.
        return self.clock.now_s() if stopped_at_s is None else float(stopped_at_s)

    @property
    def is_resumed(self) -> bool:
        """This run goes on with the data of an earlier one."""
        return self._set_up.exists()

    def check_space(self, needed_bytes: int = 1) -> None:
        """Raises OSError if the disk is full. ministack would only fail again and again."""
        if shutil.disk_usage(self.directory).free < needed_bytes:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(self.directory))

    def running(self) -> None:
        """Records that there is something to keep."""
        self._write_set_up(None)

    def stopped(self) -> None:
        """The clock stops until the next run. No effect if the run was never set up."""
        if self._set_up.exists():
            self._write_set_up(self.clock.now_s())

    def _write_set_up(self, stopped_at_s: float | None) -> None:
        write_private(self._set_up, json.dumps({"form": FORM, "stopped_at_s": stopped_at_s}).encode())

    def _resumable(self) -> bool:
        saved = self.directory / STATE / "cloudformation.json"
        return self._set_up.exists() and saved.exists() and self.clock.path.exists()


def _document(path: Path) -> dict[str, Any]:
    try:
        document: dict[str, Any] = json.loads(path.read_bytes())
    except ValueError:
        return {}
    return document


def _remove(path: Path) -> None:
    # The link itself is removed: its target is not ours.
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)

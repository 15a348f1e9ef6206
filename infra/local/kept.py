"""What outlives a run, in `.local/`: ministack's state, the issuer's key, the clock; and who is running it now."""

from __future__ import annotations

import fcntl
import json
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from infra.local.clock import OPENING_S, LocalClock


class AlreadyRunningError(Exception):
    """Another run holds this checkout."""


@contextmanager
def held(directory: Path, port: int) -> Iterator[None]:
    """Only one run at a time keeps state in `directory`. Raises AlreadyRunningError naming the other one."""
    directory.mkdir(parents=True, exist_ok=True)
    # Released by the kernel however the process ends, so a crash leaves no stale lock.
    with (directory / "lock").open("a+") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            lock.seek(0)
            raise AlreadyRunningError(lock.read().strip() or "starting") from None
        lock.truncate(0)
        lock.write(f"process {os.getpid()}, http://127.0.0.1:{port}")
        lock.flush()
        yield


class Kept:
    """`directory` with everything that a run leaves for the next one."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self.clock = LocalClock(directory / "clock.json")
        self.key_path = directory / "issuer.pem"
        self._set_up = directory / "set-up.json"
        """Written once seasons are published; without it, a run was cut off before there was anything to keep."""

    def begin(self, *, fresh: bool) -> float:
        """Keep what an earlier run left, or remove it; returns the test time to start at."""
        if fresh or not self._resumable():
            for path in self.directory.iterdir():
                if path.name != "lock":
                    shutil.rmtree(path) if path.is_dir() else path.unlink()
            self.clock.set_now(OPENING_S)
            return OPENING_S
        stopped_at_s = json.loads(self._set_up.read_text())["stopped_at_s"]
        # Null after a run that was killed: its clock went on.
        return self.clock.now_s() if stopped_at_s is None else float(stopped_at_s)

    def running(self) -> None:
        """From here on there is something to keep."""
        self._set_up.write_text(json.dumps({"stopped_at_s": None}))

    def stopped(self) -> None:
        """The clock stands still until the next run. No effect on a run that was never set up."""
        if self._set_up.exists():
            self._set_up.write_text(json.dumps({"stopped_at_s": self.clock.now_s()}))

    def _resumable(self) -> bool:
        saved = self.directory / "state" / "cloudformation.json"
        return self._set_up.exists() and saved.exists() and self.clock.path.exists()

"""Saves of the local cloud's state, from its parent's side: asked for every minute, and what became of each.

The other side is `process.py`.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import IO

EVERY_S = 60
"""What a killed process can lose."""
SAVED_WITHIN_S = 120
"""A fork that hangs over a save is killed then."""
READ_WITHIN_S = 15
"""The functions that read the tables' streams get so much time at the end, if they are behind."""
SAVE, READ = b"s", b"r"
"""What the process is asked for: a save; to wait until the streams are read."""
UNREAD = "unread "
"""What it says of the streams: the number of records that were not read in time comes after it."""
SAVED, ENDED, FAILED = "saved", "ended", "failed "
"""What the process says of each save, a line each: `ended` of the last one, `failed ` with the reason after it."""


class Saves:
    """`commands` and `results` are the parent's ends of the pipes."""

    def __init__(self, commands: IO[bytes], results: IO[str], *, wall_s: Callable[[], float] = time.time) -> None:
        self._commands = commands
        self._results = results
        self._wall_s = wall_s
        self._say: Callable[[str], None] = lambda _: None
        self._stopped = threading.Event()
        self._reader = threading.Thread(target=self._read, name="save results", daemon=True)
        self.begun = False
        self.saved_at_s: float | None = None
        """Of real time; None before the first one."""
        self.failure = ""
        """Why the last one failed; empty if it did not."""
        self._ended = False
        self._told = threading.Event()
        self._unread: int | None = None
        self._reader.start()

    def begin(self, say: Callable[[str], None]) -> None:
        """The state is saved now and in each minute from now; a failure, and the end of failures, is said once."""
        self._say = say
        self.begun = True
        threading.Thread(target=self._ask_every_minute, name="saves", daemon=True).start()

    def stop(self) -> None:
        """No further save is asked for."""
        self._stopped.set()

    def unread(self) -> int | None:
        """After `stop`: the streams' records that were not read within READ_WITHIN_S; None if it does not say.

        It may be at a save, and hears of this after it.
        """
        try:
            self._ask(READ)
        except (OSError, ValueError):
            return None
        self._told.wait(SAVED_WITHIN_S + READ_WITHIN_S)
        return self._unread

    def last(self) -> bool:
        """After the process has ended: True if it has saved its state at its end."""
        self._reader.join()
        return self._ended

    def close(self) -> None:
        self._commands.close()
        self._results.close()

    def _ask_every_minute(self) -> None:
        while not self._stopped.is_set():
            try:
                self._ask(SAVE)
            except (OSError, ValueError):
                return  # it has ended, or its pipe was closed
            self._stopped.wait(EVERY_S)

    def _ask(self, command: bytes) -> None:
        self._commands.write(command)
        self._commands.flush()

    def _read(self) -> None:
        for line in self._results:
            self.take(line.strip())
        self._told.set()  # it has ended

    def take(self, result: str) -> None:
        """One line of the process."""
        if result.startswith(UNREAD):
            self._unread = int(result.removeprefix(UNREAD))
            self._told.set()
            return
        failed_before, self.failure = self.failure, result.removeprefix(FAILED) if result.startswith(FAILED) else ""
        if self.failure:
            if not failed_before:
                self._say(f"the data are not saved: {self.failure}; {since(self.saved_at_s)}")
            return
        self.saved_at_s = self._wall_s()
        self._ended = result == ENDED
        if failed_before:
            self._say("the data are saved again")


def since(saved_at_s: float | None) -> str:
    """What is kept, for a line on the terminal."""
    if saved_at_s is None:
        return "none of this run are kept so far"
    return f"those of {time.strftime('%H:%M:%S', time.localtime(saved_at_s))} are kept"

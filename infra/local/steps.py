"""What the start is doing: a line for each step, and again for a step that makes no progress for a minute.

The start never gives up while the local cloud's process lives: on a busy machine it only takes longer. Progress is
whatever brings the step nearer to its end: an answer that is wanted, a resource that was deployed. A poll that is told
"not yet", or a failure that is tried again, is none.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

STALLED_S = 60
_CHECKED_EVERY_S = 1.0
_STALLED = (
    "  no progress for {silent_s} s with: {name}. It goes on waiting.{failure} The log is {log}; if it names an error, "
    "press Ctrl-C and start with FRESH=1, which forgets the data. If other programs keep the machine busy, end them."
)


class Steps:
    """One step after the other. `log` is the file that tells more."""

    def __init__(
        self, say: Callable[[str], None], log: Path, *, monotonic_s: Callable[[], float] = time.monotonic
    ) -> None:
        self._say = say
        self._log = log
        self._monotonic_s = monotonic_s
        self._name = ""
        self._failure = ""
        self._progressed_at_s = monotonic_s()
        self._told_at_s = self._progressed_at_s

    def begin(self, name: str) -> None:
        """The next step has begun; its name is on the terminal."""
        self._name = name
        self.progress(f"{name} …")

    def progress(self, line: str = "") -> None:
        """The step is nearer to its end; `line` says how, where a reader would want to know."""
        self._progressed_at_s = self._told_at_s = self._monotonic_s()
        self._failure = ""
        if line:
            self._say(line)

    def end(self) -> None:
        """The start is over: nothing is under way that could stall."""
        self._name = ""

    def failed(self, reason: str) -> None:
        """Something is tried again; no progress."""
        self._failure = f" The last try failed: {reason}."

    def check(self) -> None:
        """A step without progress for STALLED_S is named, with log and remedy; once in each further STALLED_S again."""
        now_s = self._monotonic_s()
        if self._name and now_s - self._told_at_s >= STALLED_S:
            self._told_at_s = now_s
            silent_s = int(now_s - self._progressed_at_s)
            told = _STALLED.format(silent_s=silent_s, name=self._name, failure=self._failure, log=self._log)
            self._say(told)

    @contextmanager
    def watched(self) -> Iterator[None]:
        """The steps are checked every second during the block."""
        ended = threading.Event()

        def watch() -> None:
            while not ended.wait(_CHECKED_EVERY_S):
                self.check()

        threading.Thread(target=watch, name="steps", daemon=True).start()
        try:
            yield
        finally:
            ended.set()

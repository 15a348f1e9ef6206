"""Virtual time: what happens when, in one thread, and processes that wait in it.

    hub = Hub()
    hub.spawn("env-0", work)      # work() runs in a greenlet of its own; in it hub.sleep(0.5) waits
    hub.after(60, tick)           # a call between processes
    hub.run(until_s=300)

A process runs until it waits, so everything between two waits is atomic. What happens at one moment happens in the
order in which it was asked for: a run is the same twice. greenlet.readthedocs.io
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from heapq import heappop, heappush
from typing import Any

from greenlet import getcurrent, greenlet

Work = Callable[[], None]


class Killed(BaseException):
    """The process ends here: nothing in it runs on, and no handler of exceptions keeps it."""


class DeadError(RuntimeError):
    """A process that is dead went on."""


class Process:
    """A thread of work. It ends when its work does, or when it is killed."""

    __slots__ = ("_hub", "_turn", "_work", "frozen_until_s", "greenlet", "is_alive", "name")

    def __init__(self, hub: Hub, name: str, work: Work) -> None:
        self.name = name
        self.is_alive = True
        self.frozen_until_s = 0.0
        self.greenlet: Any = None
        self._hub = hub
        self._work = work
        self._turn = 0

    def wait(self) -> int:
        """It waits from now on; the number names this wait."""
        self._turn += 1
        return self._turn

    def go_on(self, turn: int) -> None:
        """Run until it waits again, unless it is dead, frozen, or waits for something else by now."""
        hub = self._hub
        if turn != self._turn or not self.is_alive:
            return
        if hub.now_s < self.frozen_until_s:
            hub.at(self.frozen_until_s, lambda: self.go_on(turn))
            return
        if self.greenlet is None:
            self.greenlet = greenlet(self._live, getcurrent())
        hub.current = self
        try:
            self.greenlet.switch()
        finally:
            hub.current = None

    def end(self) -> None:
        """Killed, at a moment at which no process runs. Its handlers of exceptions may run, but not wait."""
        if not self.is_alive:
            return
        self.is_alive = False
        self._hub.processes.discard(self)
        if self.greenlet is not None:
            self._hub.current = self
            try:
                self.greenlet.throw(Killed)
            finally:
                self._hub.current = None
            assert self.greenlet.dead, f"{self.name} was killed and waits"

    def _live(self) -> None:
        try:
            self._work()
        except Killed:
            pass
        finally:
            self.is_alive = False
            self._hub.processes.discard(self)


class Hub:
    """`now_s` begins at 0. `current`: the process that runs, None between processes."""

    def __init__(self) -> None:
        refuse_without_lock()
        self.now_s = 0.0
        self.current: Process | None = None
        self.processes: set[Process] = set()
        """Those that have not ended. In no order: never walk it to decide anything."""
        self.undead: list[str] = []
        """What processes sent after they were killed, although they were told by DeadError."""
        self._due: list[tuple[float, int, Work]] = []
        self._asked = 0

    def at(self, when_s: float, call: Work) -> None:
        """`call` at that moment, or now if it is over; between processes."""
        self._asked += 1
        heappush(self._due, (max(when_s, self.now_s), self._asked, call))

    def after(self, for_s: float, call: Work) -> None:
        self.at(self.now_s + for_s, call)

    def spawn(self, name: str, work: Work, after_s: float = 0.0) -> Process:
        """A process that begins then."""
        process = Process(self, name, work)
        self.processes.add(process)
        turn = process.wait()
        self.after(after_s, lambda: process.go_on(turn))
        return process

    def sleep(self, for_s: float) -> None:
        """The process that runs waits so long; everything else goes on. Raises DeadError if it is dead."""
        process = self.current
        assert process is not None, "only a process can wait"
        if not process.is_alive:
            raise DeadError(f"{process.name} is dead and waits")
        turn = process.wait()
        self._asked += 1
        heappush(self._due, (self.now_s + for_s, self._asked, lambda: process.go_on(turn)))
        process.greenlet.parent.switch()

    def run(self, until_s: float = float("inf")) -> None:
        """Everything until then, or until nothing is left to happen. Raises what a process raised."""
        due = self._due
        while due and due[0][0] <= until_s:
            self.now_s, _, call = heappop(due)
            call()
        if until_s < float("inf"):
            self.now_s = max(self.now_s, until_s)

    def close(self) -> None:
        """Nobody lives, and nothing is left to happen."""
        self._due.clear()
        for process in sorted(self.processes, key=lambda process: process.name):
            process.end()
        assert not self.processes


def refuse_without_lock() -> None:
    """Raises RuntimeError in an interpreter that runs without its lock: threads at once would not be one order."""
    if not getattr(sys, "_is_gil_enabled", lambda: True)():
        raise RuntimeError("virtual time needs an interpreter that runs with its lock: PYTHON_GIL=1")

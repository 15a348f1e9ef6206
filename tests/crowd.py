"""Threads under one clock that stands still while any of them runs: hundreds wait, and no test does."""

from __future__ import annotations

import heapq
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import count
from threading import Event
from typing import Any

from tests.concurrency.faults import Conflicts


class Crowd:
    """One thread runs at a time, from one wait to its next; time goes on when all wait."""

    def __init__(self) -> None:
        self.now_s = 0.0
        self._waiting: list[tuple[float, int, Event]] = []
        self._numbers = count()

    def run(self, calls: Sequence[Callable[[], Any]]) -> list[Any]:
        """What each returned; all begin at once."""
        turns = [self._line_up(0.0) for _ in calls]

        def run(call: Callable[[], Any], turn: Event) -> Any:
            turn.wait()
            try:
                return call()
            finally:
                self._next()

        with ThreadPoolExecutor(len(calls)) as pool:
            found = [pool.submit(run, call, turn) for call, turn in zip(calls, turns, strict=True)]
            self._next()
            return [one.result() for one in found]

    def wait(self, seconds: float) -> None:
        turn = self._line_up(seconds)
        self._next()
        turn.wait()

    def _line_up(self, seconds: float) -> Event:
        turn = Event()
        heapq.heappush(self._waiting, (self.now_s + seconds, next(self._numbers), turn))
        return turn

    def _next(self) -> None:
        if self._waiting:
            self.now_s, _, turn = heapq.heappop(self._waiting)
            turn.set()


class Slow:
    """A client whose transactions take `seconds` by the crowd's clock; wrapped by `Conflicts`, they meet each other."""

    def __init__(self, client: Any, crowd: Crowd, seconds: float) -> None:
        self._client = client
        self._crowd = crowd
        self._seconds = seconds

    def __getattr__(self, name: str) -> Any:
        return getattr(self._client, name)

    def transact_write_items(self, **parameters: Any) -> Any:
        self._crowd.wait(self._seconds)
        return self._client.transact_write_items(**parameters)


def conflicting(client: Any, crowd: Crowd, conflicts: Conflicts, seconds: float) -> Any:
    """`client` as DynamoDB answers it in a crowd."""
    return conflicts.client(Slow(client, crowd, seconds))

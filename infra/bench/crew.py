"""Environments as processes: started together, given their parts of each turn, stopped together."""

from __future__ import annotations

import multiprocessing
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from multiprocessing.connection import Connection
from multiprocessing.context import SpawnProcess
from typing import Any

from infra.bench.tally import Played
from infra.bench.worker import serve

_START_S, _TURN_S, _END_S = 60.0, 300.0, 5.0


class CrewError(Exception):
    """An environment ended or did not answer in time."""


class Crew:
    def __init__(self, pipes: list[Connection]) -> None:
        self._pipes = pipes

    def __len__(self) -> int:
        return len(self._pipes)

    def play(self, parts: Sequence[Any]) -> tuple[list[Played], float]:
        """Each environment plays one part, all at once: their results, and the seconds until the last was done."""
        started_s = time.perf_counter()
        used = self._pipes[: len(parts)]
        for pipe, part in zip(used, parts, strict=True):
            pipe.send(part)
        plays = [_answer(pipe, started_s + _TURN_S) for pipe in used]
        return plays, time.perf_counter() - started_s


@contextmanager
def crew(settings: dict[str, str], environments: int) -> Iterator[Crew]:
    """Starts so many environments, ready to play. Raises CrewError."""
    context = multiprocessing.get_context("spawn")
    pipes: list[Connection] = []
    processes: list[SpawnProcess] = []
    try:
        for number in range(environments):
            ours, theirs = context.Pipe()
            process = context.Process(target=serve, args=(theirs, settings, number), daemon=True)
            process.start()
            theirs.close()
            pipes.append(ours)
            processes.append(process)
        deadline_s = time.perf_counter() + _START_S
        for pipe in pipes:
            _answer(pipe, deadline_s)
        yield Crew(pipes)
    finally:
        for pipe in pipes:
            pipe.close()
        for process in processes:
            process.join(_END_S)
            if process.is_alive():
                process.kill()
                process.join()


def _answer(pipe: Connection, deadline_s: float) -> Any:
    if not pipe.poll(max(deadline_s - time.perf_counter(), 0.0)):
        raise CrewError("an environment did not answer in time")
    try:
        return pipe.recv()
    except EOFError:
        raise CrewError("an environment ended; its error is printed above") from None

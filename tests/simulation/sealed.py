"""Inside a seed nothing comes from outside: no clock, no chance, no thread and no connection but the seed's own."""

from __future__ import annotations

import os
import random
import secrets
import socket
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any
from unittest.mock import patch

_CLOCKS = ("time", "time_ns", "monotonic", "monotonic_ns", "perf_counter", "perf_counter_ns", "process_time", "sleep")
_CHANCE = (
    "random",
    "randint",
    "randrange",
    "uniform",
    "choice",
    "choices",
    "sample",
    "shuffle",
    "getrandbits",
    "gauss",
)
SOURCES: list[tuple[Any, tuple[str, ...]]] = [
    (time, _CLOCKS),
    (random, (*_CHANCE, "seed", "SystemRandom")),
    (secrets, ("token_bytes", "token_hex", "token_urlsafe", "randbelow", "choice", "randbits")),
    (os, ("urandom", "getrandom")),
    (uuid, ("uuid1", "uuid4")),
    (socket, ("socket", "create_connection", "getaddrinfo")),
    (threading.Thread, ("start",)),
]


class EntropyError(BaseException):
    """What was called would make a seed another one the next time. No handler of exceptions keeps it."""


@contextmanager
def sealed() -> Iterator[None]:
    """Until the end, whatever brings time, chance or others in from outside raises EntropyError in this thread."""
    mine = threading.get_ident()
    with ExitStack() as stack:
        for owner, names in SOURCES:
            for name in names:
                if hasattr(owner, name):
                    stack.enter_context(patch.object(owner, name, _refusing(getattr(owner, name), name, mine)))
        stack.enter_context(patch.object(random, "Random", _seeded(random.Random)))
        yield


def _refusing(real: Any, name: str, mine: int) -> Callable[..., Any]:
    def refuse(*arguments: Any, **more: Any) -> Any:
        if threading.get_ident() == mine:
            raise EntropyError(name)
        return real(*arguments, **more)  # pytest's workers have a thread of their own

    return refuse


def _seeded(real: type[random.Random]) -> Callable[..., random.Random]:
    """Without a seed it takes one from the system."""

    def make(*seed: Any) -> random.Random:
        if not seed:
            raise EntropyError("Random()")
        return real(*seed)

    return make

"""Attempts of what reads, decides and writes on the condition that nobody else wrote in between."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from coupons.process.services import Services
from coupons.refusals import Busy

ATTEMPTS = 8
PAUSE_S = 0.02
T = TypeVar("T")


def tried(services: Services, attempt: Callable[[], T | None], *, busy: str) -> T:
    """What `attempt` did, at the first time that it was not None: nobody else wrote in between.

    Pauses double, with jitter: people who write the same item are through one by one. Raises Busy, which says `busy`.
    """
    for number in range(ATTEMPTS):
        done = attempt()
        if done is not None:
            return done
        services.pause(services.rng.uniform(0, PAUSE_S) * 2**number)
    raise Busy(detail=busy)

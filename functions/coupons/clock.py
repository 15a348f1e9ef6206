"""The one place that reads a clock.

Operations take `now_s` (epoch seconds, whole) as an argument; handlers read it here once a request. A lease also uses
the monotonic clock, so that setting the wall clock back cannot keep it alive.

The test clock (real time plus an offset kept in a file) exists on a laptop and in tests only: any other stage refuses
it.
"""

from __future__ import annotations

import json
import time
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple, Protocol

LEASE_S = 10
"""A lease that is older than this hands out no more packs."""
FENCE_S = 30
"""Assumption of the protocol: no put applies later than this after it was sent.

A lease's 10 s, the function's timeout of 10 s, and 10 s to spare.
"""
SKEW_S = 5
"""The clocks of two environments, or of a till, may differ by this much."""
SET_BACK_S = 60
"""Clocks of two processes never differ by this much; a larger difference means that the test clock was set back."""


class Clock(Protocol):
    def wall_s(self) -> float:
        """Epoch seconds."""
        ...

    def monotonic_s(self) -> float:
        """Seconds that never decrease within one process."""
        ...


class Stamp(NamedTuple):
    """A moment by both clocks.

    Lambda freezes a process between requests. Meanwhile its monotonic clock may stand still, and its wall clock may be
    set back or forward. So something is younger than a limit only if both clocks say so, and neither stepped back.
    """

    wall_s: float
    monotonic_s: float

    @classmethod
    def now(cls, clock: Clock) -> Stamp:
        return cls(clock.wall_s(), clock.monotonic_s())

    def is_younger(self, clock: Clock, limit_s: float) -> bool:
        """By both clocks; False if either stepped back."""
        return 0 <= clock.wall_s() - self.wall_s < limit_s and 0 <= clock.monotonic_s() - self.monotonic_s < limit_s

    def age_s(self, clock: Clock) -> float:
        """The older of both ages; negative if both clocks stepped back."""
        return max(clock.wall_s() - self.wall_s, clock.monotonic_s() - self.monotonic_s)


class SystemClock:
    def wall_s(self) -> float:
        return time.time()

    def monotonic_s(self) -> float:
        return time.monotonic()


@dataclass(frozen=True)
class TestClock:
    """Real time plus the `offset_s` that `path` holds; read anew at each call, so that a change is seen at once."""

    __test__ = False  # pytest: not a test class

    path: Path

    def wall_s(self) -> float:
        return time.time() + float(json.loads(self.path.read_bytes())["offset_s"])

    def monotonic_s(self) -> float:
        return time.monotonic()


def clock_for(stage: str, test_clock_file: str) -> Clock:
    """The clock of a stage. Raises ValueError for a test clock in a stage other than `local`."""
    if not test_clock_file:
        return SystemClock()
    if stage != "local":
        raise ValueError("TEST_CLOCK_FILE is refused: the stage is not 'local'")
    return TestClock(Path(test_clock_file))

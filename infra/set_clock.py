"""A clock for code that runs outside of a function, and at a time that its caller says."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass
class SetClock:
    """Wall and monotonic clock show the time that was set."""

    now_s: float

    def wall_s(self) -> float:
        return self.now_s

    def monotonic_s(self) -> float:
        return self.now_s

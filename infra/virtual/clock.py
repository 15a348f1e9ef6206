"""The clocks of one process in virtual time: skewed, set back, or stopped while the process is frozen."""

from __future__ import annotations

from infra.virtual.hub import Hub

_MONOTONIC_S = 1_000.0
"""No process begins at 0: nothing may take a missing time for the beginning."""


class VirtualClock:
    """A `coupons.clock.Clock`. At the hub's beginning the right time is `start_s`; this one is `skew_s` ahead of it."""

    def __init__(self, hub: Hub, start_s: float, skew_s: float = 0.0) -> None:
        self.skew_s = skew_s
        self._hub = hub
        self._start_s = start_s
        self._stopped_s = 0.0

    def wall_s(self) -> float:
        return self._start_s + self._hub.now_s + self.skew_s

    def monotonic_s(self) -> float:
        return _MONOTONIC_S + self._hub.now_s - self._stopped_s

    def stop_monotonic(self, for_s: float) -> None:
        """So much of what is over passed while the monotonic clock stood still."""
        self._stopped_s += for_s

"""A device that no test waits for: its sleep moves the clock that the scripted server tells too."""

from __future__ import annotations

from infra.client.api import Device
from tests.world import ManualClock


class StillDevice(Device):
    """`waits_s` is how long each sleep was; `chance` is where between its bounds every draw falls (0 to 1)."""

    def __init__(self, clock: ManualClock | None = None, chance: float = 1.0) -> None:
        self.clock = clock or ManualClock()
        self.waits_s: list[float] = []
        super().__init__(
            monotonic_s=self.clock.monotonic_s,
            sleep=self._sleep,
            uniform=lambda low, high: low + chance * (high - low),
        )

    def _sleep(self, wait_s: float) -> None:
        assert wait_s >= 0
        self.waits_s.append(wait_s)
        self.clock.advance(wait_s)

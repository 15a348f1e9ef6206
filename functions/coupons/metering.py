"""What requests to the store consumed, in its units, and in money."""

from __future__ import annotations

from threading import Lock
from typing import NamedTuple

from coupons.prices import UnitPrices


class Consumed(NamedTuple):
    requests: int = 0
    write_units: float = 0.0
    read_units: float = 0.0

    def micro_dollars(self, prices: UnitPrices) -> float:
        """To four places: a quarter of the cheapest read is more than that."""
        return round(self.write_units * prices.write_unit + self.read_units * prices.read_unit, 4)


class Meter:
    """Adds up what a process consumes, from any thread.

    A Lambda environment serves one invocation at a time and its sweeps' threads end with it, so what is taken when an
    invocation ends is its own, to the unit.
    """

    def __init__(self) -> None:
        self._lock = Lock()
        self._sum = Consumed()

    def add(self, consumed: Consumed) -> None:
        # Reading and storing the sum are two steps: tests/unit/test_metering.py::test_threads_lose_nothing.
        with self._lock:
            now = self._sum
            self._sum = Consumed(
                now.requests + consumed.requests,
                now.write_units + consumed.write_units,
                now.read_units + consumed.read_units,
            )

    def take(self) -> Consumed:
        """What was consumed since the last taking."""
        with self._lock:
            taken, self._sum = self._sum, Consumed()
        return taken

"""What requests to DynamoDB consume, in its units and in money; the list prices of everything that is paid for.

The functions' metrics and `make costs` use the same prices: us-east-1, November 2026, from the pricing page of each
service (aws.amazon.com/dynamodb/pricing/on-demand and so on), without what an account gets free. The prices of units in
another region are parameters of template.yaml.
"""

from __future__ import annotations

from threading import Lock
from typing import NamedTuple

# Dollars.
WRITE_UNIT, READ_UNIT = 0.625e-6, 0.125e-6
API_REQUEST = 1.00e-6
LAMBDA_REQUEST, LAMBDA_GB_SECOND = 0.20e-6, 1.33334e-5
PROVISIONED_GB_SECOND, PROVISIONED_STEP_S = 3.3334e-6, 300
"""An environment that is kept initialized, used or not, its time rounded up (aws.amazon.com/lambda/pricing, arm64)."""
TRACE = 5.00e-6
"""Recorded by X-Ray (aws.amazon.com/xray/pricing)."""
EVENT = 1.00e-6
LOG_GB = 0.50
SECRET_MONTH, ALARM_MONTH = 0.40, 0.10
METRIC_MONTH = 0.30
"""One metric with one value of its dimensions, by the hours in which it is sent (an account's first 10,000)."""
DASHBOARD_MONTH = 3.00
KEY_MONTH = 1.00
"""A customer managed key; each of its first two yearly rotations adds as much."""


class UnitPrices(NamedTuple):
    """Micro-dollars for one DynamoDB unit on demand: the same number as dollars for a million units."""

    write_unit: float = WRITE_UNIT * 1e6
    read_unit: float = READ_UNIT * 1e6


class Consumed(NamedTuple):
    requests: int = 0
    write_units: float = 0.0
    read_units: float = 0.0

    def micro_dollars(self, prices: UnitPrices) -> float:
        """To four places: a quarter of the cheapest read is more than that."""
        return round(self.write_units * prices.write_unit + self.read_units * prices.read_unit, 4)


class Meter:
    """Adds up what a process consumes, from any thread.

    A Lambda environment serves one invocation at a time, and the threads of an invocation end with it: what is taken at
    the end of an invocation is what that invocation consumed.
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
        """What was consumed since the last call."""
        with self._lock:
            taken, self._sum = self._sum, Consumed()
        return taken

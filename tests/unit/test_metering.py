"""What requests consumed is added up and priced."""

from __future__ import annotations

import sys
from concurrent.futures import ThreadPoolExecutor

import pytest

from coupons.metering import READ_UNIT, WRITE_UNIT, Consumed, Meter, UnitPrices
from coupons.process.services import Services

THREADS, TIMES = 8, 2_000


def test_a_taking_starts_anew() -> None:
    """All that was consumed since the last call, each number on its own."""
    meter = Meter()
    meter.add(Consumed(1, 2.0, 0.5))
    meter.add(Consumed(1, 0.0, 4.0))
    assert meter.take() == Consumed(2, 2.0, 4.5)
    assert meter.take() == Consumed(0, 0.0, 0.0)


def test_threads_lose_nothing() -> None:
    """Eight at once, switched as often as the interpreter can."""
    meter = Meter()
    interval_s = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        with ThreadPoolExecutor(THREADS) as pool:
            list(pool.map(lambda _: [meter.add(Consumed(1, 1.0, 0.5)) for _ in range(TIMES)], range(THREADS)))
    finally:
        sys.setswitchinterval(interval_s)
    assert meter.take() == Consumed(THREADS * TIMES, 1.0 * THREADS * TIMES, 0.5 * THREADS * TIMES)


@pytest.mark.parametrize(
    ("units", "prices", "micro_dollars"),
    [
        (Consumed(), UnitPrices(), 0.0),
        (Consumed(2, 1.0, 0.0), UnitPrices(), 0.625),
        (Consumed(2, 0.0, 0.5), UnitPrices(), 0.0625),
        (Consumed(4, 6.0, 3.0), UnitPrices(), 4.125),
        (Consumed(4, 6.0, 3.0), UnitPrices(write_unit=1.0), 6.375),
        (Consumed(4, 6.0, 3.0), UnitPrices(read_unit=1.0), 6.75),
        (Consumed(1, 0.1, 0.2), UnitPrices(1.0, 1.0), 0.3),  # 0.30000000000000004 would be 17 more bytes of log
    ],
)
def test_units_have_a_price(units: Consumed, prices: UnitPrices, micro_dollars: float) -> None:
    """In micro-dollars, for writes and reads."""
    assert units.micro_dollars(prices) == micro_dollars


@pytest.mark.parametrize(
    ("settings", "prices"),
    [
        ({}, (0.625, 0.125)),
        ({"WRITE_UNIT_MICRODOLLARS": "", "READ_UNIT_MICRODOLLARS": ""}, (0.625, 0.125)),
        ({"WRITE_UNIT_MICRODOLLARS": "0.7", "READ_UNIT_MICRODOLLARS": ""}, (0.7, 0.125)),
        ({"WRITE_UNIT_MICRODOLLARS": "", "READ_UNIT_MICRODOLLARS": "0.15"}, (0.625, 0.15)),
    ],
)
def test_another_region_states_its_prices(settings: dict[str, str], prices: tuple[float, float]) -> None:
    """One or both; without them the list price of `make costs` is used."""
    found = Services(settings).prices
    assert (found.write_unit, found.read_unit) == pytest.approx(prices)
    assert UnitPrices() == UnitPrices(WRITE_UNIT * 1e6, READ_UNIT * 1e6)

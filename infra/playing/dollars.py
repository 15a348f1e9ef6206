"""What a season costs at the list prices: units as they were consumed, requests and their time as assumed."""

from __future__ import annotations

from coupons.metering import API_REQUEST, LAMBDA_GB_SECOND, LAMBDA_REQUEST, LOG_GB, UnitPrices
from infra.playing.stack import Stack

REQUEST_S, MEMORY_GB, LOG_BYTES = 0.020, 1.0, 1_130
"""Assumed, as in `make costs`: billed time and log bytes of a request, memory of a function."""
MINUTE_S = 0.2
"""Assumed: of a minute of the schedule."""


def dollars(stack: Stack) -> dict[str, float]:
    """By part. The schedule counts the minutes that were played, which are not all minutes of the season."""
    requests, units = sum(stack.calls.values()), stack.consumed
    billed_s = requests * REQUEST_S + stack.minutes * MINUTE_S
    parts = {
        "DynamoDB": units.micro_dollars(UnitPrices()) / 1e6,
        "HTTP API": requests * API_REQUEST,
        "Lambda": (requests + stack.minutes) * LAMBDA_REQUEST + billed_s * MEMORY_GB * LAMBDA_GB_SECOND,
        "logs": requests * LOG_BYTES * LOG_GB / 1e9,
    }
    return {**parts, "all": sum(parts.values())}

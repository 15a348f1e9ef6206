"""List prices in dollars, in one place: the functions' metrics and `make costs` reckon with the same.

us-east-1, November 2026, from the pricing page of each service (aws.amazon.com/dynamodb/pricing/on-demand and so on);
what an account gets free is not deducted. Another region's price of units is a parameter of template.yaml.
"""

from __future__ import annotations

from dataclasses import dataclass

WRITE_UNIT, READ_UNIT = 0.625e-6, 0.125e-6
API_REQUEST = 1.00e-6
LAMBDA_REQUEST, LAMBDA_GB_SECOND = 0.20e-6, 1.33334e-5
EVENT = 1.00e-6
LOG_GB = 0.50
SECRET_MONTH, ALARM_MONTH = 0.40, 0.10
METRIC_MONTH = 0.30
"""A name with one value of its dimensions, by the hours in which it is sent (the first 10,000 of an account)."""
DASHBOARD_MONTH = 3.00
KEY_MONTH = 1.00
"""A key of ours; each of its first two yearly rotations adds as much."""


@dataclass(frozen=True, slots=True)
class UnitPrices:
    """Micro-dollars a DynamoDB unit on demand: the same number as dollars a million units."""

    write_unit: float = WRITE_UNIT * 1e6
    read_unit: float = READ_UNIT * 1e6

"""What AWS promises and refuses: each limit with the page that states it, and how an account asks for more.

Read in November 2026; a region's own defaults are in `DEFAULTS_ELSEWHERE`. What no page states is no fact, and stands
in `scenario.py` as assumed.
"""

from __future__ import annotations

from typing import NamedTuple

_GATEWAY = "docs.aws.amazon.com/apigateway/latest/developerguide/limits.html"
_LAMBDA = "docs.aws.amazon.com/lambda/latest/dg/"
_DYNAMODB = "docs.aws.amazon.com/amazondynamodb/latest/developerguide/"


class Quota(NamedTuple):
    value: float
    name: str
    page: str
    service: str = ""
    code: str = ""
    """By which Service Quotas knows it; empty for a fact that nobody can raise."""


GATEWAY_RATE = Quota(10_000, "requests a second of all APIs", _GATEWAY, "apigateway", "L-8A5B8E43")
GATEWAY_BURST = Quota(5_000, "requests in the gateway's token bucket", _GATEWAY)
"""The service sets it by the rate, and by no rule that it states: a raised rate has an assumed one."""
CONCURRENCY = Quota(1_000, "environments of all functions", _LAMBDA + "lambda-concurrency.html", "lambda", "L-B99A9384")
UNRESERVED = Quota(100, "environments that no function may reserve", _LAMBDA + "configuration-concurrency.html")
REQUESTS_AN_ENVIRONMENT = Quota(10, "requests a second for each environment", _LAMBDA + "lambda-concurrency.html")
SCALING_FIRST = Quota(1_000, "environments that a function starts at once", _LAMBDA + "scaling-behavior.html")
SCALING_A_SECOND = Quota(100, "environments that it adds a second", _LAMBDA + "scaling-behavior.html")
TABLE_WRITES = Quota(
    40_000, "write units a second of a table", _DYNAMODB + "ServiceQuotas.html", "dynamodb", "L-AB614373"
)
TABLE_READS = Quota(
    40_000, "read units a second of a table", _DYNAMODB + "ServiceQuotas.html", "dynamodb", "L-CF0CBE56"
)
WARM_WRITES = Quota(4_000, "write units a second of a new table", _DYNAMODB + "warm-throughput-scenarios.html")
WARM_READS = Quota(12_000, "read units a second of a new table", _DYNAMODB + "warm-throughput-scenarios.html")
PARTITION_WRITES = Quota(1_000, "write units a second of a partition", _DYNAMODB + "warm-throughput-scenarios.html")
PARTITION_READS = Quota(3_000, "read units a second of a partition", _DYNAMODB + "warm-throughput-scenarios.html")
TRACED_SHARE = Quota(0.05, "share of requests that Lambda traces, and one a second", _LAMBDA + "services-xray.html")

DEFAULTS_ELSEWHERE = (2_500.0, 1_250.0)
"""Rate and burst of the gateway in `SMALL_REGIONS`."""
SMALL_REGIONS = frozenset(
    {
        "af-south-1",
        "ap-south-2",
        "ap-southeast-3",
        "ap-southeast-4",
        "ap-southeast-5",
        "ap-southeast-7",
        "ca-west-1",
        "eu-central-2",
        "eu-south-1",
        "eu-south-2",
        "il-central-1",
        "me-central-1",
        "mx-central-1",
    }
)


def gateway_of(region: str) -> tuple[float, float]:
    """Rate and burst of an account that never asked for more."""
    return DEFAULTS_ELSEWHERE if region in SMALL_REGIONS else (GATEWAY_RATE.value, GATEWAY_BURST.value)

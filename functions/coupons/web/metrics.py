"""The line of metrics that each invocation writes, in CloudWatch's embedded metric format.

| metric | dimensions | counts |
|---|---|---|
| `Requests` | service, outcome | requests of the API |
| `WriteUnits`, `ReadUnits` | operation | DynamoDB units that the invocation consumed, in any of its threads |
| `MicroDollars` | operation | the price of these units: 1 a claim is one dollar a million claims |
| `Done` | operation | 1 for a request with status 2xx that is not a replay, 0 for every other |
| `DiscountMinor`, `PayableMinor` | campaign, currency | the money of a redemption, the first time it is returned |
| `Late`, `LateDiscountMinor` | campaign, currency | for the same redemption: 1 and its discount if it is late, else 0 |
| `MicroDollars` | campaign, currency | the price of the units of the same redemption |
| `DamagedItems` | service | items that cannot be read (`damage.py`), met by the invocation; the log has their keys |

Units or dollars a claim are one sum divided by another: `WriteUnits / Done` of `claim` is what a pack cost, with all
refusals and repeats. The average of `Late` is the share of late redemptions, its sum their number. Every metric of
money has the dimension `currency`, so money of two currencies is never added up.

CloudWatch bills each name with each value of its dimensions as one metric. So an operation is one of those below and
never a path. That is at most `METRICS_MAX` metrics beside `Requests` and `DamagedItems`, and `METRICS_A_CAMPAIGN` more
for each campaign in the hours in which it has redemptions. In an hour without requests only the schedule's are billed.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal, NamedTuple, Self, get_args

from coupons.money import Purse
from coupons.process.services import shared_services, take_consumption, take_damages

if TYPE_CHECKING:
    from aws_lambda_powertools import Logger

    from coupons.model.orders import OrderRecord

RequestOperation = Literal["booking", "claim", "hold", "redemption", "reversal", "check-in", "operator", "other"]
"""`operator` is everything that operators do; `other` is reads, codes, quotes and unknown routes."""
BackgroundOperation = Literal["schedule", "draw", "events", "count"]
"""Operations that no request starts."""
PRICE = "MicroDollars"
CONSUMPTION = ("WriteUnits", "ReadUnits", PRICE)
MONEY = ("DiscountMinor", "PayableMinor", "Late", "LateDiscountMinor")
DAMAGED = "DamagedItems"
_REQUESTS, _BACKGROUND = len(get_args(RequestOperation)), len(get_args(BackgroundOperation))
METRICS_MAX = _REQUESTS * (len(CONSUMPTION) + 1) + _BACKGROUND * len(CONSUMPTION)
METRICS_A_CAMPAIGN = len(MONEY) + 1


class RedeemedMoney(NamedTuple):
    """The money of a redemption."""

    purse: Purse
    discount_minor: int
    payable_minor: int
    late: bool

    @classmethod
    def of(cls, order: OrderRecord, purse: Purse) -> Self:
        return cls(purse, order.amounts.discount_minor, order.amounts.payable_minor, order.late)

    def metrics(self) -> dict[str, int]:
        numbers = (self.discount_minor, self.payable_minor, int(self.late), self.discount_minor if self.late else 0)
        return dict(zip(MONEY, numbers, strict=True))


_encoded = json.JSONEncoder(separators=(",", ":")).encode


def _directive(dimensions: tuple[str, ...], *metrics: str, **unit: str) -> str:
    """Metrics with these dimensions, in JSON. With all in one directive, each would be billed for each outcome.

    Without a unit, except for what is counted: CloudWatch has none for money, and logs are billed by the byte.
    """
    return _encoded({"Dimensions": [dimensions], "Metrics": [{"Name": name, **unit} for name in metrics]})


_COUNTED = _directive(("service", "outcome"), "Requests", Unit="Count")
_DAMAGED = _directive(("service",), DAMAGED, Unit="Count")
_DONE = _directive(("operation",), "Done", *CONSUMPTION)
_CONSUMED = _directive(("operation",), *CONSUMPTION)
_MONEY = _directive(("campaign", "currency"), *MONEY, PRICE)


class MetricLines:
    """The lines of one Lambda function.

    Not by Powertools, whose line took 9 % of a claim's CPU and half of a refusal's. Both say the same:
    tests/unit/web/test_metric_lines.py::test_a_line_says_what_powertools_would_say.
    """

    @cached_property
    def _logger(self) -> Logger:
        from aws_lambda_powertools import Logger  # noqa: PLC0415 - only what is damaged is logged by it

        return Logger()

    @cached_property
    def _names(self) -> tuple[str, str]:
        """Namespace and service; read at the first invocation, which finds them set."""
        return os.environ["POWERTOOLS_METRICS_NAMESPACE"], os.environ["POWERTOOLS_SERVICE_NAME"]

    def request(
        self,
        operation: RequestOperation,
        outcome: str,
        response: Mapping[str, Any],
        redeemed: RedeemedMoney | None,
        *,
        route: str,
        seconds: float,
        traced: Mapping[str, str],
    ) -> None:
        """Write the line of a request. `redeemed`: what it redeemed; `traced`: hashes of caller and source."""
        status = response["statusCode"]
        is_done = status < 300 and "idempotent-replay" not in response["headers"]
        facts = {"outcome": outcome, **traced, "route": route, "status": status, "ms": round(seconds * 1000, 1)}
        facts |= {"Requests": 1, "Done": int(is_done)}
        directives = [_COUNTED, _DONE]
        if redeemed is not None:
            facts |= {"campaign": redeemed.purse.campaign_id, "currency": redeemed.purse.currency}
            facts |= redeemed.metrics()
            directives.append(_MONEY)
        self._write(operation, facts, directives)

    def consumed(self, operation: BackgroundOperation) -> None:
        """Write the line of an invocation that is no request."""
        self._write(operation, {}, [_CONSUMED])

    def _write(self, operation: str, facts: dict[str, Any], directives: list[str]) -> None:
        """The line has `facts` and what was consumed since the one before."""
        namespace, service = self._names
        taken, micro_dollars = take_consumption()
        facts |= {"service": service, "operation": operation}
        facts |= zip(CONSUMPTION, (taken.write_units, taken.read_units, micro_dollars), strict=True)
        damaged = self._damage()
        if damaged:
            facts[DAMAGED] = damaged
            directives.append(_DAMAGED)
        now_ms = int(shared_services().clock.wall_s() * 1000)
        told = ",".join(f'{{"Namespace":"{namespace}",{directive[1:]}' for directive in directives)
        sys.stdout.write(f'{{"_aws":{{"Timestamp":{now_ms},"CloudWatchMetrics":[{told}]}},{_encoded(facts)[1:]}\n')

    def _damage(self) -> int:
        """Log each damaged item by its key; their number, which is sent only if it is not 0: metrics are billed."""
        found, number = take_damages()
        for one in found:
            self._logger.error("damaged", table=one.table, pk=one.pk, sk=one.sk, reason=one.reason)
        return number

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

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal, Self, get_args

from aws_lambda_powertools import Logger
from aws_lambda_powertools.metrics import EphemeralMetrics

from coupons.model.orders import OrderRecord
from coupons.money import Purse
from coupons.process.services import take_consumption, take_damages

RequestOperation = Literal["booking", "claim", "hold", "redemption", "reversal", "check-in", "operator", "other"]
"""`operator` is everything that operators do; `other` is reads, codes, quotes and unknown routes."""
BackgroundOperation = Literal["schedule", "events", "count"]
"""Operations that no request starts."""
PRICE = "MicroDollars"
CONSUMPTION = ("WriteUnits", "ReadUnits", PRICE)
MONEY = ("DiscountMinor", "PayableMinor", "Late", "LateDiscountMinor")
DAMAGED = "DamagedItems"
_REQUESTS, _BACKGROUND = len(get_args(RequestOperation)), len(get_args(BackgroundOperation))
METRICS_MAX = _REQUESTS * (len(CONSUMPTION) + 1) + _BACKGROUND * len(CONSUMPTION)
METRICS_A_CAMPAIGN = len(MONEY) + 1


@dataclass(frozen=True, slots=True)
class RedeemedMoney:
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


class _EmbeddedLine(EphemeralMetrics):
    """One line with a directive for each set of dimensions of the table above.

    With all dimensions in one directive, each metric would be billed for each outcome of each operation.
    """

    def serialize_metric_set(self, *sets: Any, **named_sets: Any) -> Any:
        line: Any = super().serialize_metric_set(*sets, **named_sets)
        (whole,) = line["_aws"]["CloudWatchMetrics"]
        counted = [metric for metric in whole["Metrics"] if metric["Name"] == "Requests"]
        broken = [metric for metric in whole["Metrics"] if metric["Name"] == DAMAGED]
        # Without a unit: CloudWatch has none for money, and logs are billed by the byte.
        names = [metric["Name"] for metric in whole["Metrics"] if metric not in counted + broken]
        money = [*(name for name in names if name in MONEY), PRICE] if "currency" in line else []
        directives: tuple[tuple[list[str], list[dict[str, str]]], ...] = (
            (["service", "outcome"], counted),
            (["service"], broken),
            (["operation"], [{"Name": name} for name in names if name not in MONEY]),
            (["campaign", "currency"], [{"Name": name} for name in money]),
        )
        line["_aws"]["CloudWatchMetrics"] = [
            {"Namespace": whole["Namespace"], "Dimensions": [dimensions], "Metrics": metrics}
            for dimensions, metrics in directives
            if metrics
        ]
        return line


class MetricLines:
    """The lines of one Lambda function."""

    def __init__(self) -> None:
        self._logger = Logger()

    @cached_property
    def _line(self) -> _EmbeddedLine:
        """Built at the first invocation: building it reads the namespace from the environment."""
        return _EmbeddedLine()

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
        self._line.add_dimension("outcome", outcome)
        self._line.add_metric("Requests", "Count", 1)
        is_done = status < 300 and "idempotent-replay" not in response["headers"]
        self._line.add_metric("Done", "Count", int(is_done))
        if redeemed is not None:
            self._line.add_dimension("campaign", redeemed.purse.campaign_id)
            self._line.add_dimension("currency", redeemed.purse.currency)
            for name, number in redeemed.metrics().items():
                self._line.add_metric(name, "Count", number)
        for name, trace in traced.items():
            self._line.add_metadata(name, trace)
        self._line.add_metadata("route", route)
        self._line.add_metadata("status", status)
        self._line.add_metadata("ms", round(seconds * 1000, 1))
        self.consumed(operation)

    def consumed(self, operation: RequestOperation | BackgroundOperation) -> None:
        """Write the line, with what was consumed since the one before."""
        taken, micro_dollars = take_consumption()
        self._line.add_dimension("operation", operation)
        for name, value in zip(CONSUMPTION, (taken.write_units, taken.read_units, micro_dollars), strict=True):
            self._line.add_metric(name, "Count", value)
        self._damage()
        self._line.flush_metrics()

    def _damage(self) -> None:
        """Log each damaged item by its key. Their number is sent only if it is not 0: metrics are billed."""
        found, number = take_damages()
        for one in found:
            self._logger.error("damaged", table=one.table, pk=one.pk, sk=one.sk, reason=one.reason)
        if number:
            self._line.add_metric(DAMAGED, "Count", number)

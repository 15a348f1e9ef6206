"""The line of metrics that each invocation leaves, in CloudWatch's embedded metric format.

| metric | dimensions | counts |
|---|---|---|
| `Requests` | service, outcome | requests of the API |
| `WriteUnits`, `ReadUnits` | operation | what the invocation consumed of DynamoDB, from any of its threads |
| `MicroDollars` | operation | the price of these units: one a claim is one dollar a million claims |
| `Done` | operation | 1 for a request that was answered 2xx and is no replay, 0 for every other |
| `DiscountMinor`, `PayableMinor` | campaign, currency | a redemption's money, the first time it is answered |
| `Late`, `LateDiscountMinor` | campaign, currency | of such a redemption: 1 and its discount if it is late, else 0 |
| `MicroDollars` | campaign, currency | the price of the units of such a redemption |
| `DamagedItems` | service | items that the invocation left out, or could not go on with (`damage.py`); logged by key |

So units or dollars a claim are sums divided: `WriteUnits / Done` of `claim` says what a pack cost in the end, with all
refusals and repeats. The average of `Late` is the share of late redemptions, its sum their number. Money is never added
up over currencies, for no metric of it stands without one. A metric is billed for each name with each value of its
dimensions, so an operation is one of the nine below and never a path: at most `METRICS_MAX` metrics beside `Requests`
and `DamagedItems`, `METRICS_A_CAMPAIGN` more for each campaign in the hours in which it is redeemed, and in an hour in
which nobody asks anything only those of the schedule.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, get_args

from aws_lambda_powertools import Logger
from aws_lambda_powertools.metrics import EphemeralMetrics

from coupons.money import Purse
from coupons.process.services import consumed, damaged

Asked = Literal["booking", "claim", "hold", "redemption", "reversal", "operator", "other"]
"""What a request asked for: `operator` is all that operators do, `other` reads, codes, quotes and unknown routes."""
Unasked = Literal["schedule", "events"]
"""What no request asked for."""
PRICE = "MicroDollars"
CONSUMPTION = ("WriteUnits", "ReadUnits", PRICE)
MONEY = ("DiscountMinor", "PayableMinor", "Late", "LateDiscountMinor")
DAMAGED = "DamagedItems"
METRICS_MAX = len(get_args(Asked)) * (len(CONSUMPTION) + 1) + len(get_args(Unasked)) * len(CONSUMPTION)
METRICS_A_CAMPAIGN = len(MONEY) + 1


@dataclass(frozen=True, slots=True)
class Redeemed:
    """A redemption's money."""

    purse: Purse
    discount_minor: int
    payable_minor: int
    late: bool

    def metrics(self) -> dict[str, int]:
        numbers = (self.discount_minor, self.payable_minor, int(self.late), self.discount_minor if self.late else 0)
        return dict(zip(MONEY, numbers, strict=True))


class _Line(EphemeralMetrics):
    """One line of several directives: outcomes, damage, money by campaign and currency, all else by operation.

    With all dimensions in one directive, each metric would be billed for each outcome of each operation.
    """

    def serialize_metric_set(self, *sets: Any, **named_sets: Any) -> Any:
        line: Any = super().serialize_metric_set(*sets, **named_sets)
        (whole,) = line["_aws"]["CloudWatchMetrics"]
        counted = [metric for metric in whole["Metrics"] if metric["Name"] == "Requests"]
        broken = [metric for metric in whole["Metrics"] if metric["Name"] == DAMAGED]
        # Without a unit, for CloudWatch has none of money; every byte here is billed a million times.
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


class Measures:
    """The lines of one Lambda function."""

    def __init__(self) -> None:
        self._line = _Line()
        self._logger = Logger()

    def request(
        self,
        operation: Asked,
        outcome: str,
        response: Mapping[str, Any],
        redeemed: Redeemed | None,
        *,
        route: str,
        seconds: float,
        traced: Mapping[str, str],
    ) -> None:
        """A request of the API was answered with `response`; `redeemed`: it redeemed this; `traced`: who sent it."""
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

    def consumed(self, operation: Asked | Unasked) -> None:
        """What was consumed since the last line, and the line is out."""
        taken, micro_dollars = consumed()
        self._line.add_dimension("operation", operation)
        for name, value in zip(CONSUMPTION, (taken.write_units, taken.read_units, micro_dollars), strict=True):
            self._line.add_metric(name, "Count", value)
        self._damage()
        self._line.flush_metrics()

    def _damage(self) -> None:
        """What was found damaged is named in the log, and counted where there is any: nothing is billed for none."""
        found, number = damaged()
        for one in found:
            self._logger.error("damaged", table=one.table, pk=one.pk, sk=one.sk, reason=one.reason)
        if number:
            self._line.add_metric(DAMAGED, "Count", number)

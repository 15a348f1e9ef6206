"""The line of metrics that each invocation leaves, in CloudWatch's embedded metric format.

| metric | dimensions | counts |
|---|---|---|
| `Requests` | service, outcome | requests of the API |
| `WriteUnits`, `ReadUnits` | operation | what the invocation consumed of DynamoDB, from any of its threads |
| `MicroDollars` | operation | the price of these units: one a claim is one dollar a million claims |
| `Done` | operation | 1 for a request that was answered 2xx and is no replay, 0 for every other |
| `DiscountMinor`, `PayableMinor` | operation | a redemption's money, the first time it is answered |

So units or dollars a claim are sums divided: `WriteUnits / Done` of `claim` says what a pack cost in the end, with all
refusals and repeats. A metric is billed for each name with each value of its dimensions, so an operation is one of the
nine below and never a path: at most `METRICS_MAX` metrics beside `Requests`, and in an hour in which nobody asks
anything only those of the schedule.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal, get_args

from aws_lambda_powertools.metrics import EphemeralMetrics

from coupons.environment import consumed

Asked = Literal["booking", "claim", "hold", "redemption", "reversal", "operator", "other"]
"""What a request asked for: `operator` is all that operators do, `other` reads, codes, quotes and unknown routes."""
Unasked = Literal["schedule", "events"]
"""What no request asked for."""
CONSUMPTION = ("WriteUnits", "ReadUnits", "MicroDollars")
MONEY = ("DiscountMinor", "PayableMinor")
METRICS_MAX = len(get_args(Asked)) * (len(CONSUMPTION) + 1) + len(get_args(Unasked)) * len(CONSUMPTION) + len(MONEY)


class _Line(EphemeralMetrics):
    """One line of two directives: outcomes by service, everything else by operation.

    With all dimensions in one directive, each metric would be billed for each outcome of each operation.
    """

    def serialize_metric_set(self, *sets: Any, **named_sets: Any) -> Any:
        line: Any = super().serialize_metric_set(*sets, **named_sets)
        (whole,) = line["_aws"]["CloudWatchMetrics"]
        counted = [metric for metric in whole["Metrics"] if metric["Name"] == "Requests"]
        # Without a unit, for CloudWatch has none of money; every byte here is billed a million times.
        consumed = [{"Name": metric["Name"]} for metric in whole["Metrics"] if metric not in counted]
        line["_aws"]["CloudWatchMetrics"] = [
            {"Namespace": whole["Namespace"], "Dimensions": [dimensions], "Metrics": metrics}
            for dimensions, metrics in ((["service", "outcome"], counted), (["operation"], consumed))
            if metrics
        ]
        return line


class Measures:
    """The lines of one Lambda function."""

    def __init__(self) -> None:
        self._line = _Line()

    def request(
        self,
        operation: Asked,
        outcome: str,
        response: Mapping[str, Any],
        sums: Mapping[str, int],
        *,
        route: str,
        seconds: float,
    ) -> None:
        """A request of the API was answered with `response`; `sums` are its money, by names of `MONEY`."""
        status = response["statusCode"]
        self._line.add_dimension("outcome", outcome)
        self._line.add_metric("Requests", "Count", 1)
        is_done = status < 300 and "idempotent-replay" not in response["headers"]
        self._line.add_metric("Done", "Count", int(is_done))
        for name, amount_minor in sums.items():
            self._line.add_metric(name, "Count", amount_minor)
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
        self._line.flush_metrics()

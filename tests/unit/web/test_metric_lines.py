"""The line of metrics keeps to CloudWatch's embedded metric format, and says what Powertools would say."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
from aws_lambda_powertools.metrics import EphemeralMetrics

from coupons.damage import Damaged
from coupons.metering import Consumed
from coupons.money import Purse
from coupons.process.services import Services, replace_services
from coupons.web.metrics import CONSUMPTION, DAMAGED, MONEY, PRICE, MetricLines, RedeemedMoney
from infra.set_clock import SetClock

Line = dict[str, Any]
NOW_S = 1_591_408_800.25
TRACED = {"caller": "0123456789abcdef", "source": "fedcba9876543210"}
LATE = RedeemedMoney(Purse("season", "CNY"), 1000, 4000, late=True)
FACTS = ("outcome", "route", "status", "ms", *TRACED)


@pytest.fixture
def services(monkeypatch: pytest.MonkeyPatch) -> Iterator[Services]:
    monkeypatch.setenv("POWERTOOLS_METRICS_NAMESPACE", "CouponSeason/test")
    monkeypatch.setenv("POWERTOOLS_SERVICE_NAME", "claim")
    replace_services(made := Services({}, clock=SetClock(NOW_S)))
    yield made
    replace_services(None)


def written(services: Services, capsys: pytest.CaptureFixture[str], case: str) -> Line:
    """The line of an invocation that consumed three requests."""
    lines = MetricLines()
    services.meter.add(Consumed(requests=3, write_units=2.0, read_units=0.5))
    if case == "damaged":
        services.damages.note(Damaged("ClaimsTable", "pk", "sk", "a reason"))
    answer: dict[str, Any] = {"statusCode": 201, "headers": {}}
    if case == "replayed":
        answer = {"statusCode": 200, "headers": {"idempotent-replay": "true"}}
    if case == "schedule":
        lines.consumed("schedule")
    else:
        money = LATE if case == "redeemed" else None
        lines.request("redemption", "ok", answer, money, route="PUT /x", seconds=0.0034, traced=TRACED)
    out = capsys.readouterr().out
    assert out.endswith("\n")
    line: Line = json.loads(out.splitlines()[-1])
    return line


CASES = ("done", "replayed", "redeemed", "damaged", "schedule")


@pytest.mark.parametrize("case", CASES)
def test_a_line_keeps_to_the_format(services: Services, capsys: pytest.CaptureFixture[str], case: str) -> None:
    """The rules of the specification's schema: what is named exists, and has the type and the size that it must have.

    docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
    """
    line = written(services, capsys, case)
    assert line["_aws"].keys() == {"Timestamp", "CloudWatchMetrics"}
    assert line["_aws"]["Timestamp"] == 1_591_408_800_250  # milliseconds, a whole number
    assert line["_aws"]["CloudWatchMetrics"]
    for directive in line["_aws"]["CloudWatchMetrics"]:
        assert directive.keys() == {"Namespace", "Dimensions", "Metrics"}
        assert re.fullmatch(r"[\w./#:-]{1,255}", directive["Namespace"])
        for dimensions in directive["Dimensions"]:
            assert 0 < len(dimensions) <= 30
            assert len(set(dimensions)) == len(dimensions)
            assert all(isinstance(line[name], str) and 0 < len(line[name]) <= 1_024 for name in dimensions)
        assert 0 < len(directive["Metrics"]) <= 100
        for metric in directive["Metrics"]:
            assert metric.keys() <= {"Name", "Unit"}
            assert metric.get("Unit", "Count") == "Count"
            assert type(line[metric["Name"]]) in (int, float)


@pytest.mark.parametrize("case", CASES)
def test_each_number_of_a_line_belongs_to_a_directive(
    services: Services, capsys: pytest.CaptureFixture[str], case: str
) -> None:
    """And a metric is named once for each set of dimensions, or CloudWatch would count it twice."""
    line = written(services, capsys, case)
    named = [
        (metric["Name"], *directive["Dimensions"][0])
        for directive in line["_aws"]["CloudWatchMetrics"]
        for metric in directive["Metrics"]
    ]
    assert len(set(named)) == len(named)
    dimensions = {"service", "operation", "campaign", "currency"}
    assert {name for name, *_ in named} == line.keys() - {"_aws", *FACTS} - dimensions


class ByPowertools(EphemeralMetrics):
    """Takes the same calls, and splits the directive as ours are split."""

    def serialize_metric_set(self, *sets: Any, **named_sets: Any) -> Any:
        line: Any = super().serialize_metric_set(*sets, **named_sets)
        (whole,) = line["_aws"]["CloudWatchMetrics"]
        by_name = {metric["Name"]: metric for metric in whole["Metrics"]}
        money = {name: {"Name": name} for name in (*MONEY, PRICE)} if "currency" in line else {}
        plain = {name: {"Name": name} for name in by_name if name in ("Done", *CONSUMPTION)}
        directives = (
            (["service", "outcome"], [by_name[name] for name in ("Requests",) if name in by_name]),
            (["operation"], list(plain.values())),
            (["campaign", "currency"], list(money.values())),
            (["service"], [by_name[name] for name in (DAMAGED,) if name in by_name]),
        )
        line["_aws"]["CloudWatchMetrics"] = [
            {"Namespace": whole["Namespace"], "Dimensions": [dimensions], "Metrics": metrics}
            for dimensions, metrics in directives
            if metrics
        ]
        return line


def meaning(line: Line) -> Line:
    """A number alone is a list of it; the order of keys, and the time, mean nothing."""
    plain = {name: value[0] if isinstance(value, list) else value for name, value in line.items()}
    return {**plain, "_aws": line["_aws"]["CloudWatchMetrics"]}


@pytest.mark.parametrize("case", CASES)
def test_a_line_says_what_powertools_would_say(
    services: Services, capsys: pytest.CaptureFixture[str], case: str
) -> None:
    """The same directives, dimensions, numbers and facts."""
    ours, theirs = written(services, capsys, case), ByPowertools()
    theirs.add_dimension("operation", "schedule" if case == "schedule" else "redemption")
    if case != "schedule":
        theirs.add_dimension("outcome", "ok")
        theirs.add_metric("Requests", "Count", 1)
        theirs.add_metric("Done", "Count", int(case != "replayed"))
        facts = {"route": "PUT /x", "status": 200 if case == "replayed" else 201, "ms": 3.4, **TRACED}
        for name, fact in facts.items():
            theirs.add_metadata(name, fact)
    if case == "redeemed":
        theirs.add_dimension("campaign", "season")
        theirs.add_dimension("currency", "CNY")
        for name, number in zip(MONEY, (1000, 4000, 1, 1000), strict=True):
            theirs.add_metric(name, "Count", number)
    if case == "damaged":
        theirs.add_metric(DAMAGED, "Count", 1)
    for name, number in zip(CONSUMPTION, (2.0, 0.5, 1.3125), strict=True):
        theirs.add_metric(name, "Count", number)
    theirs.flush_metrics()
    assert meaning(json.loads(capsys.readouterr().out)) == meaning(ours)

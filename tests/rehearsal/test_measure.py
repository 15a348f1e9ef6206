"""`couponctl measure`: what CloudWatch has of a small release, as inputs of a scenario."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from infra.client.api import UnreachableError
from infra.couponctl.main import main
from infra.couponctl.measuring import measured, measured_start
from infra.couponctl.output import WrongUseError
from infra.rehearsal.scenario import Scenario

NAMES = {
    "ClaimFunction": "claim",
    "ClaimsTable": "claims",
    "CatalogTable": "catalog",
    "ClaimLogGroup": "/coupon-season/claim",
}
NOW = datetime(2020, 6, 5, 10, tzinfo=UTC)


class CloudWatch:
    """Answers with these values, a minute each."""

    def __init__(self, **values: list[float]) -> None:
        self.values = values
        self.asked: dict[str, Any] = {}

    def get_metric_data(self, **request: Any) -> dict[str, Any]:
        self.asked = {one["Id"]: one["MetricStat"] for one in request["MetricDataQueries"]}
        minutes = [NOW - timedelta(minutes=back) for back in range(9)]
        return {
            "MetricDataResults": [
                {"Id": name, "Timestamps": minutes[: len(values)], "Values": values}
                for name, values in self.values.items()
            ]
        }


def test_a_small_release_is_measured() -> None:
    """Each minute counts by its claims; what an environment is busy stays what it was."""
    cloudwatch = CloudWatch(claims=[90, 10], write=[4, 8], read=[2, 2], duration=[10, 20])
    found = measured(cloudwatch, NAMES, NOW, 60)
    assert found == {"cpu_s": 0.0066, "write_s": 0.0044, "read_s": 0.002}
    assert found.keys() <= {one.name for one in Scenario.of({"people": 1}).inputs}
    assert cloudwatch.asked["duration"]["Metric"]["Dimensions"] == [{"Name": "FunctionName", "Value": "claim"}]


@pytest.mark.parametrize(
    ("values", "why"),
    [
        ({"claims": [9.0]}, "9 claims in 60 minutes"),
        ({}, "0 claims"),
        ({"claims": [90.0], "write": [4.0], "read": [2.0]}, "does not have the metrics"),
    ],
)
def test_too_little_to_measure_is_said(values: dict[str, list[float]], why: str) -> None:
    """Rather than a figure of nothing."""
    with pytest.raises(WrongUseError, match=why):
        measured(CloudWatch(**values), NAMES, NOW, 60)


class Logs:
    """Answers a query with these rows, once it was asked for them `after` times."""

    def __init__(self, rows: list[dict[str, str]], status: str = "Complete", after: int = 0) -> None:
        self.answers = [{"status": "Running", "results": []}] * after
        fields = [[{"field": name, "value": value} for name, value in row.items()] for row in rows]
        self.answers.append({"status": status, "results": fields})
        self.asked: dict[str, Any] = {}

    def start_query(self, **request: Any) -> dict[str, str]:
        self.asked = request
        return {"queryId": "q"}

    def get_query_results(self, *, queryId: str) -> dict[str, Any]:  # noqa: N803 - the API's own name
        assert queryId == "q"
        return self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]


def test_a_start_is_measured_from_the_log() -> None:
    """Lambda has no metric of it; the query is asked again until it is complete."""
    logs, pauses = Logs([{"starts": "12", "init_ms": "612.4"}], after=2), list[float]()
    assert measured_start(logs, NAMES, NOW, 60, pauses.append) == 0.6124
    assert len(pauses) == 2
    assert logs.asked["logGroupName"] == "/coupon-season/claim"
    assert logs.asked["endTime"] - logs.asked["startTime"] == 3_600
    assert "cold_s" in {one.name for one in Scenario.of({"people": 1}).inputs}


def test_a_log_without_a_start_measures_none() -> None:
    """Every environment was there before, or initialized in advance."""
    for rows in ([], [{"starts": "0"}]):
        assert measured_start(Logs(rows), NAMES, NOW, 60, lambda _s: None) is None


@pytest.mark.parametrize("status", ["Failed", "Timeout", "Running"])
def test_a_query_that_fails_is_said(status: str) -> None:
    """Or that never ends."""
    with pytest.raises(UnreachableError, match=f"ended as {status}"):
        measured_start(Logs([], status), NAMES, NOW, 60, lambda _s: None)


def test_a_profile_that_is_not_there_is_said(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """As any other reason for which AWS cannot be asked."""
    monkeypatch.setenv("AWS_PROFILE", "nobody")
    assert main(["measure"]) == 3
    assert capsys.readouterr().err == "AWS: The config profile (nobody) could not be found\n"

"""`couponctl measure`: what CloudWatch has of a small release, as inputs of a scenario."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from infra.couponctl.main import main
from infra.couponctl.measuring import measured
from infra.couponctl.output import WrongUseError
from infra.rehearsal.scenario import Scenario

NAMES = {"ClaimFunction": "claim", "ClaimsTable": "claims", "CatalogTable": "catalog"}
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


def test_a_profile_that_is_not_there_is_said(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """As any other reason for which AWS cannot be asked."""
    monkeypatch.setenv("AWS_PROFILE", "nobody")
    assert main(["measure"]) == 3
    assert capsys.readouterr().err == "AWS: The config profile (nobody) could not be found\n"

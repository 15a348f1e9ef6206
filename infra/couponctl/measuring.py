"""`measure`: what a small release took on the account itself, for `rehearse --measured`."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import click

from infra.client.api import UnreachableError
from infra.couponctl.cli import Cli, command
from infra.couponctl.output import GOOD, WrongUseError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

PERIOD_S = 60
FEWEST = 50
"""Claims, of which anything can be said."""
STARTS = (
    "filter @message like /Init Duration/"
    " | parse @message /Init Duration: (?<init_ms>[0-9.]+) ms/"
    " | stats count(*) as starts, pct(init_ms, 50) as init_ms"
)
"""Of CloudWatch Logs Insights: Lambda reports the time of a start in the log alone, and in no metric."""
ASKS, ASK_EVERY_S = 60, 1.0


@command("measure")
@click.option("--stack", default="coupon-season", show_default=True, metavar="NAME", help="The stack's name on AWS.")
@click.option("--minutes", type=click.IntRange(5, 1_440), default=60, show_default=True, help="Back from now.")
def measure(cli: Cli, *, stack: str, minutes: int) -> int:
    """Print what claims took on AWS, as a file for rehearse.

    `rehearse --measured FILE` takes it. Run it after a release for 100 people. Uses the account and the region of AWS's
    own variables and files.
    """
    from boto3.session import Session
    from botocore.exceptions import BotoCoreError, ClientError

    now = datetime.now(UTC)
    try:
        session = Session()
        resources = session.client("cloudformation")
        names = {
            logical: resources.describe_stack_resource(StackName=stack, LogicalResourceId=logical)[
                "StackResourceDetail"
            ]["PhysicalResourceId"]
            for logical in ("ClaimFunction", "ClaimsTable", "CatalogTable", "ClaimLogGroup")
        }
        found = measured(session.client("cloudwatch"), names, now, minutes)
        start_s = measured_start(session.client("logs"), names, now, minutes, time.sleep)
    except (BotoCoreError, ClientError) as error:
        raise UnreachableError(f"AWS: {error}") from None
    if start_s is None:
        cli.out.progress(f"cold_s is not measured: the log of {minutes} minutes reports no start of an environment")
    else:
        found["cold_s"] = start_s
    cli.out.result(found, *(f"{name}: {value}" for name, value in found.items()))
    return GOOD


def measured(cloudwatch: Any, names: Mapping[str, str], now: datetime, minutes: int) -> dict[str, float]:
    """Inputs of a scenario, in seconds. Raises WrongUseError if there were too few claims.

    DynamoDB counts its own time alone, without the way there; `cpu_s` is what is left of a claim's duration, so the
    way is in it, and an environment is busy as long as it was.
    """
    function = {"FunctionName": names["ClaimFunction"]}
    writes = {"TableName": names["ClaimsTable"], "Operation": "PutItem"}
    reads = {"TableName": names["CatalogTable"], "Operation": "GetItem"}
    queries = {
        "claims": _query("AWS/DynamoDB", "SuccessfulRequestLatency", writes, "SampleCount"),
        "write": _query("AWS/DynamoDB", "SuccessfulRequestLatency", writes, "Average"),
        "read": _query("AWS/DynamoDB", "SuccessfulRequestLatency", reads, "Average"),
        "duration": _query("AWS/Lambda", "Duration", function, "p50"),
    }
    answer = cloudwatch.get_metric_data(
        MetricDataQueries=[{"Id": name, **query} for name, query in queries.items()],
        StartTime=now - timedelta(minutes=minutes),
        EndTime=now,
    )
    by_minute = {
        one["Id"]: dict(zip(one["Timestamps"], one["Values"], strict=True)) for one in answer["MetricDataResults"]
    }
    claims = by_minute.get("claims", {})
    if sum(claims.values()) < FEWEST:
        raise WrongUseError(
            f"{sum(claims.values()):.0f} claims in {minutes} minutes: release packs for 100 people first"
        )
    write_ms, read_ms, duration_ms = (
        _weighed(by_minute.get(name, {}), claims) for name in ("write", "read", "duration")
    )
    return {
        "cpu_s": round(max(duration_ms - write_ms, 0.1) / 1_000, 6),
        "write_s": round(write_ms / 1_000, 6),
        "read_s": round(read_ms / 1_000, 6),
    }


def measured_start(
    logs: Any, names: Mapping[str, str], now: datetime, minutes: int, pause: Callable[[float], None]
) -> float | None:
    """Seconds of half of the starts of environments at most; None if the log has none. Raises UnreachableError."""
    query_id = logs.start_query(
        logGroupName=names["ClaimLogGroup"],
        startTime=int((now - timedelta(minutes=minutes)).timestamp()),
        endTime=int(now.timestamp()),
        queryString=STARTS,
    )["queryId"]
    for _ in range(ASKS):
        answer = logs.get_query_results(queryId=query_id)
        if answer["status"] == "Complete":
            row = {one["field"]: one["value"] for one in next(iter(answer["results"]), ())}
            return round(float(row["init_ms"]) / 1_000, 6) if int(row.get("starts", 0)) else None
        if answer["status"] not in ("Scheduled", "Running", "Unknown"):
            break
        pause(ASK_EVERY_S)
    raise UnreachableError(f"AWS: the query of the log {names['ClaimLogGroup']} ended as {answer['status']}")


def _query(namespace: str, metric: str, dimensions: Mapping[str, str], statistic: str) -> dict[str, Any]:
    facts = [{"Name": name, "Value": value} for name, value in dimensions.items()]
    which = {"Namespace": namespace, "MetricName": metric, "Dimensions": facts}
    return {"MetricStat": {"Metric": which, "Period": PERIOD_S, "Stat": statistic}}


def _weighed(values: Mapping[datetime, float], weights: Mapping[datetime, float]) -> float:
    """Minutes by their claims. Raises WrongUseError if none of them has a value."""
    both = values.keys() & weights.keys()
    if not both:
        raise WrongUseError("CloudWatch does not have the metrics of these claims yet: try again in a few minutes")
    return sum(values[at] * weights[at] for at in both) / sum(weights[at] for at in both)

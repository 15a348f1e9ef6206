"""The tables of a stack, read with AWS's own credentials; those of the local stack with its owner's."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from boto3.session import Session

from coupons.clock import FENCE_S, SystemClock
from coupons.process.services import Services
from coupons.stores.points_keys import ACCOUNT_BUCKETS, POINTS
from infra.couponctl.stream_reads import counted_through_s
from infra.set_clock import SetClock

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from infra.couponctl.cli import Cli

TABLES = ("CATALOG_TABLE", "CLAIMS_TABLE", "ORDERS_TABLE", "POINTS_TABLE")


def settings_of(outputs: Mapping[str, str]) -> dict[str, str]:
    """What a stack's outputs say of its tables, as functions get it."""
    names = {name: outputs[f"{name.removesuffix('_TABLE').capitalize()}TableName"] for name in TABLES}
    return {"STAGE": "couponctl", **names}


def opened(cli: Cli, stack: str) -> Services:
    """Services over the stack's tables."""
    session, more = Session(), _where(cli)
    [found] = session.client("cloudformation", **more).describe_stacks(StackName=stack)["Stacks"]
    outputs = {one["OutputKey"]: one["OutputValue"] for one in found.get("Outputs", [])}
    return Services(settings_of(outputs), clock=_clock(cli), boto_client=session.client("dynamodb", **more))


def _where(cli: Cli) -> dict[str, Any]:
    """How a client of AWS is made: of the local stack it has another address."""
    from infra.local.cloud import REGION

    if not cli.api.local:
        return {}
    address = urlsplit(cli.api.url)
    return {
        "endpoint_url": f"http://{address.hostname}:{(address.port or 80) + 1}",
        "region_name": REGION,
        "aws_access_key_id": "test",
        "aws_secret_access_key": "test",
    }


def account_buckets(cli: Cli, services: Services) -> Sequence[int]:
    """The partitions of accounts that have to be read: of the local stack those that are in use."""
    if not cli.api.local:
        return range(ACCOUNT_BUCKETS)
    return buckets_in_use(Session().client("dynamodb", **_where(cli)), services.settings["POINTS_TABLE"])


def buckets_in_use(client: Any, table: str) -> list[int]:
    """Those of a small table with an account, of any program: one scan instead of 4,096 queries."""
    found, more = set[int](), dict[str, Any]()
    while True:
        page = client.scan(TableName=table, ProjectionExpression="pk", **more)
        names = {str(item["pk"]["S"]) for item in page["Items"]}
        found |= {int(name.split("#")[2]) for name in names if name.startswith(POINTS)}
        if "LastEvaluatedKey" not in page:
            return sorted(found)
        more = {"ExclusiveStartKey": page["LastEvaluatedKey"]}


def _clock(cli: Cli) -> SetClock:
    """The stack's time when the command began: the local stack has one of its own, any other this machine's."""
    if cli.api.local:
        told = cli.api.get("/_local/clock").body
        return SetClock(datetime.fromisoformat(str(told["now"])).timestamp())
    return SetClock(SystemClock().wall_s())


def counted_until_s(cli: Cli, services: Services, now_s: int) -> int:
    """Up to when no item can change a minute any more: what the streams brought, less the fence of a late write.

    The local stack's streams go by another clock than its items, and are read within seconds.
    """
    if cli.api.local:
        return now_s - FENCE_S
    session = Session()
    described = [
        session.client("dynamodb").describe_table(TableName=services.settings[name])["Table"] for name in TABLES[1:]
    ]
    arns = [one["LatestStreamArn"] for one in described]
    return counted_through_s(session.client("dynamodbstreams"), services.statistics, arns, now_s) - FENCE_S

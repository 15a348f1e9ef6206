"""Up to when a recount may go, and the names of a stack's tables."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from coupons.clock import FENCE_S
from infra.couponctl import stack_tables
from infra.couponctl.stack_tables import counted_until_s, settings_of

NOW_S = 1_591_408_800
BROUGHT_S = NOW_S - 90
TABLES = {"CATALOG_TABLE": "c", "CLAIMS_TABLE": "l", "ORDERS_TABLE": "o", "POINTS_TABLE": "p"}
SETTINGS = {"STAGE": "couponctl", **TABLES}


class Account:
    """Tables, each with its stream."""

    def client(self, _service: str) -> Any:
        return SimpleNamespace(
            describe_table=lambda TableName: {"Table": {"LatestStreamArn": f"stream of {TableName}"}}  # noqa: N803
        )


def test_tables_are_named_by_the_outputs() -> None:
    """As functions get their names."""
    outputs = {
        "CatalogTableName": "c",
        "ClaimsTableName": "l",
        "OrdersTableName": "o",
        "PointsTableName": "p",
        "PagesUrl": "-",
    }
    assert settings_of(outputs) == SETTINGS


@pytest.mark.parametrize(("local", "brought_s"), [(True, NOW_S), (False, BROUGHT_S)])
def test_what_a_late_write_may_change_is_not_recounted(
    monkeypatch: pytest.MonkeyPatch, *, local: bool, brought_s: int
) -> None:
    """Less the fence: of now on a laptop, of what the streams of claims, orders and points brought on AWS."""

    def counted_through_s(_client: Any, _statistics: Any, arns: list[str], now_s: int) -> int:
        assert (arns, now_s) == (["stream of l", "stream of o", "stream of p"], NOW_S)
        return BROUGHT_S

    monkeypatch.setattr(stack_tables, "Session", Account)
    monkeypatch.setattr(stack_tables, "counted_through_s", counted_through_s)
    cli, services = (
        SimpleNamespace(api=SimpleNamespace(local=local)),
        SimpleNamespace(settings=SETTINGS, statistics=None),
    )
    assert counted_until_s(cli, services, NOW_S) == brought_s - FENCE_S  # type: ignore[arg-type]


def test_the_partitions_of_a_small_table_are_found_by_a_scan() -> None:
    """Those of accounts, each once, over all pages; nothing else is one."""
    pages = [["POINTS#sports#7", "EVENT#diner#e1", "POINTS#sports#7"], ["POINTS#chess#12"]]

    def scan(*, TableName: str, ProjectionExpression: str, ExclusiveStartKey: int = 0) -> dict[str, Any]:  # noqa: N803
        assert (TableName, ProjectionExpression) == ("p", "pk")
        more = {} if ExclusiveStartKey else {"LastEvaluatedKey": 1}
        return {"Items": [{"pk": {"S": name}} for name in pages[ExclusiveStartKey]], **more}

    assert stack_tables.buckets_in_use(SimpleNamespace(scan=scan), "p") == [7, 12]

"""Errors as botocore raises them, and what a request consumed."""

from __future__ import annotations

import marshal
from collections.abc import Mapping
from typing import Any

from botocore.exceptions import ClientError

from infra.virtual.expressions import Expressions
from infra.virtual.parser import KEY_NAMES, UnsupportedError
from infra.virtual.values import Item, at_most, item_size

Request = Mapping[str, Any]
WRITE_UNIT, READ_UNIT = 1_024, 4_096


def error(operation: str, code: str, message: str, **more: Any) -> ClientError:
    response: Any = {
        "Error": {"Code": code, "Message": message},
        "ResponseMetadata": {"HTTPStatusCode": 400},
        **more,
    }
    return ClientError(response, operation)


def invalid(operation: str, message: str) -> ClientError:
    return error(operation, "ValidationException", message)


def refuse_unknown(request: Request, known: frozenset[str]) -> None:
    """Raises UnsupportedError for a parameter that this engine does not know: none is ignored."""
    if not request.keys() <= known:
        raise UnsupportedError(f"parameters {sorted(request.keys() - known)}")


def units_of(item: Item | None, unit: int) -> int:
    """Of an item that is not there: one."""
    return 1 if item is None or at_most(item, unit) else -(-item_size(item) // unit)


def read_units(request: Request, strong: int) -> float:
    return float(strong) if request.get("ConsistentRead") else strong / 2


def consumed(request: Request, units: Mapping[str, float], *, several: bool = False, kind: str = "") -> dict[str, Any]:
    """ConsumedCapacity by table, if `request` asks for it; `kind` names the units of a transaction once more."""
    if "ReturnConsumedCapacity" not in request:
        return {}
    told = [
        {"TableName": table, "CapacityUnits": float(of_table), **({kind: float(of_table)} if kind else {})}
        for table, of_table in units.items()
    ]
    return {"ConsumedCapacity": told if several else told[0]}


def page_answer(request: Request, expressions: Expressions, items: list[Item], *, is_cut: bool) -> dict[str, Any]:
    values = request.get("ExpressionAttributeValues", {})
    shown = items
    if expressions.filter is not None:
        shown = [item for item in items if expressions.filter(item, values)]
    if expressions.projection is not None:
        wanted = expressions.projection
        shown = [{name: item[name] for name in wanted if name in item} for item in shown]
    answer: dict[str, Any] = {"Items": shown, "Count": len(shown), "ScannedCount": len(items)}
    if is_cut:
        answer["LastEvaluatedKey"] = {name: items[-1][name] for name in KEY_NAMES}
    if "ReturnConsumedCapacity" in request:
        is_small = len(marshal.dumps(items, 2)) <= READ_UNIT
        strong = 1 if is_small else max(1, -(-sum(map(item_size, items)) // READ_UNIT))
        answer |= consumed(request, {request["TableName"]: read_units(request, strong)})
    return answer


def about(item: Item | None) -> int:
    """Bytes of an item, for limits of many: a small one is taken for 1 KB."""
    return 1_024 if item is None or at_most(item, 1_024) else item_size(item)

"""The requests of an environment, seen at its client: their kinds, what they read, and how its leases grow."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from infra.virtual.answers import READ_UNIT, Request, read_units, units_of
from infra.virtual.values import item_size

_REFUSED = {"S": "REFUSED"}


@dataclass
class Growth:
    """Whether leases still grow: 1, 2, 4 … until one is not larger than the one before."""

    last: int = 0
    ramping: bool = True

    def lease(self, packs: int) -> None:
        if packs <= self.last:
            self.ramping = False
        self.last = packs


@dataclass
class Watch:
    kinds: list[str] = field(default_factory=list)
    growth: Growth = field(default_factory=Growth)

    def see(self, operation: str, parameters: Request) -> None:
        kind = kind_of(operation, parameters)
        self.kinds.append(kind)
        if kind == "lease":
            self.growth.lease(int(parameters["ExpressionAttributeValues"][":k"]["N"]))

    def take(self) -> list[str]:
        """Kinds of the requests since the last call."""
        taken, self.kinds = self.kinds, []
        return taken


class WatchedClient:
    """A client whose requests are seen, and whose answers to reads say what DynamoDB would consume, by their bytes.

    ministack counts any read as one unit. Writes are left as they are counted: by bytes, on every engine.
    """

    def __init__(self, client: Any, watch: Watch) -> None:
        self._client = client
        self._watch = watch

    def __getattr__(self, operation: str) -> Any:
        send = getattr(self._client, operation)

        def call(**parameters: Any) -> Any:
            self._watch.see(operation, parameters)
            answer = send(**parameters)
            units = read_units_of(operation, parameters, answer)
            return answer if units is None else {**answer, "ConsumedCapacity": {"CapacityUnits": units}}

        return call


def read_units_of(operation: str, parameters: Request, answer: Mapping[str, Any]) -> float | None:
    """Units of a read by the bytes of its answer; None of a write. A batch of keys rounds each item, a query a page."""
    if operation == "get_item":
        return read_units(parameters, units_of(answer.get("Item"), READ_UNIT))
    if operation == "query":
        assert "FilterExpression" not in parameters, "what a filter leaves out is read too"
        assert "ProjectionExpression" not in parameters
        return read_units(parameters, max(1, -(-sum(map(item_size, answer["Items"])) // READ_UNIT)))
    if operation != "batch_get_item":
        return None
    units = 0.0
    for table, asked in parameters["RequestItems"].items():
        found, left = answer["Responses"].get(table, []), answer.get("UnprocessedKeys", {}).get(table, {"Keys": ()})
        absent = len(asked["Keys"]) - len(left["Keys"]) - len(found)
        units += read_units(asked, absent + sum(units_of(item, READ_UNIT) for item in found))
    return units


def kind_of(operation: str, parameters: Request) -> str:
    """`lease`, `control` (and a batch, once), else the operation's name.

    Refusals by cause are `totals` in the item of their batch, and `seconds` in that of their minute.
    """
    if operation == "update_item":
        if ":k" in parameters.get("ExpressionAttributeValues", {}):
            return "lease"
        if parameters["Key"]["sk"] == _REFUSED:
            return "seconds" if parameters["Key"]["pk"]["S"].startswith("SECONDS#") else "totals"
    return "control" if operation == "get_item" else operation

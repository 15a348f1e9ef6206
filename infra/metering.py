"""What the requests of a DynamoDB client consumed, by the engine's ConsumedCapacity and three rules it leaves out.

A refused conditional write consumes its unit; a transaction at least two units an item, refused or not; each key of a
BatchGetItem, absent ones too, half a unit (strong: one) for up to 4 KB
(https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/read-write-operations.html).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass
class Meter:
    """Adds up what each request of a client consumed."""

    requests: int = 0
    writes: float = 0.0
    reads: float = 0.0

    def attach(self, client: Any) -> None:
        client.meta.events.register("before-parameter-build.dynamodb", self._ask)
        client.meta.events.register("after-call.dynamodb", self._add)

    def _ask(self, model: Any, params: dict[str, Any], context: dict[str, Any], **_: Any) -> None:
        if model.name == "BatchGetItem":
            asked = params["RequestItems"].values()
            self.reads += sum(len(part["Keys"]) * (1.0 if part["ConsistentRead"] else 0.5) for part in asked)
            return
        params["ReturnConsumedCapacity"] = "TOTAL"
        if model.name == "TransactWriteItems":
            context["metered_units_min"] = 2.0 * len(params["TransactItems"])

    def _add(self, model: Any, parsed: dict[str, Any], context: dict[str, Any], **_: Any) -> None:
        self.requests += 1
        if model.name == "BatchGetItem":
            return
        consumed = parsed.get("ConsumedCapacity", [])
        units = sum(part["CapacityUnits"] for part in (consumed if isinstance(consumed, list) else [consumed]))
        if model.name in ("GetItem", "Query"):
            self.reads += units
        else:
            refused = parsed.get("Error", {}).get("Code") == "ConditionalCheckFailedException"
            self.writes += max(units, 1.0 if refused else context.get("metered_units_min", 0.0))

    def take(self) -> tuple[int, float, float]:
        """Requests, write units and read units since the last taking."""
        taken = (self.requests, self.writes, self.reads)
        self.requests, self.writes, self.reads = 0, 0.0, 0.0
        return taken

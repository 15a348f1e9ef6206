"""The requests of an environment, seen at its client: their kinds, and how its leases grow."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

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

    def attach(self, client: Any) -> None:
        client.meta.events.register("before-parameter-build.dynamodb", self._see)

    def _see(self, model: Any, params: dict[str, Any], **_: Any) -> None:
        kind = kind_of(model.name, params)
        self.kinds.append(kind)
        if kind == "lease":
            self.growth.lease(int(params["ExpressionAttributeValues"][":k"]["N"]))

    def take(self) -> list[str]:
        """Kinds of the requests since the last call."""
        taken, self.kinds = self.kinds, []
        return taken


def kind_of(operation: str, parameters: dict[str, Any]) -> str:
    """`lease`, `control` (and a batch, once), else the operation's name.

    Refusals by cause are `totals` in the item of their batch, and `seconds` in that of their minute.
    """
    if operation == "UpdateItem":
        if ":k" in parameters.get("ExpressionAttributeValues", {}):
            return "lease"
        if parameters["Key"]["sk"] == _REFUSED:
            return "seconds" if parameters["Key"]["pk"]["S"].startswith("SECONDS#") else "totals"
    return "control" if operation == "GetItem" else operation

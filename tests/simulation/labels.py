"""What a request is in the protocol's words."""

from __future__ import annotations

from typing import Any

from infra.virtual.answers import Request

_UPDATES = (
    ("SET remaining = remaining - :k", "lease"),
    ("ADD remaining :packs", "give back"),
    ("SET drained_at_s = :now", "mark drained"),
    ("SET #state = :sealing", "begin sealing"),
    ("SET remaining = :none, sealed = :r", "seal"),
    ("SET sealed_at_s = :now", "mark sealed"),
    ("SET paused", "pause"),
    ("SET stopped", "stop"),
)
_OF_KEY = {"CONTROL": "read control", "STOCK": "read shards", "RESERVE": "read reserve"}
WITHIN_THE_FENCE = ("claim", "claim and count")
"""What a lease allows: it is assumed to be applied within the fence, so its sender does not stall before it sends."""
NOT_REPEATED = ("give back",)
"""Nobody between can send a request twice. What does is a caller that tries again, which all do but this one's:
a pack that goes back twice would be one pack too many (`process/leases.py`)."""


def label(operation: str, request: Request) -> str:
    """`lease`, `claim`, `seal`, …; else the table's and the operation's names."""
    if operation == "update_item":
        text = request["UpdateExpression"]
        return next((name for begins, name in _UPDATES if text.startswith(begins)), "update")
    if operation == "put_item":
        return "claim" if request["TableName"] == "ClaimsTable" else "record"
    if operation == "transact_write_items":
        return _transaction(request)
    if operation == "get_item":
        return _OF_KEY.get(request["Key"]["sk"]["S"], "read")
    if operation == "batch_get_item":
        first: Any = next(iter(request["RequestItems"].values()))
        return _OF_KEY.get(first["Keys"][0]["sk"]["S"], "read several")
    return "count" if request["TableName"] == "ClaimsTable" else "query"


def _transaction(request: Request) -> str:
    ((verb, part),) = request["TransactItems"][0].items()
    if verb == "Put" and part["TableName"] == "ClaimsTable":
        others = {next(iter(other.values()))["TableName"] for other in request["TransactItems"][1:]}
        return "exchange" if "PointsTable" in others else "claim and count"
    text = part.get("UpdateExpression", "")
    if text.startswith("SET #state = :open"):
        return "reopen"
    return "raise" if text.startswith("SET quantity = :new") else "move money"

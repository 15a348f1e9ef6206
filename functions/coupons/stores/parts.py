"""A write to one item, before it is sent: alone, or as a part of a transaction."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from coupons.stores.attributes import Item, decode

ItemKind = Literal[
    "account",
    "allotment",
    "announced",
    "batch",
    "booking",
    "budget",
    "campaign",
    "checkpoint",
    "claim",
    "claim key",
    "control",
    "coupon",
    "day",
    "diary",
    "draw",
    "due batch",
    "due campaign",
    "due check",
    "due draw",
    "enrolment",
    "facility",
    "fold",
    "group",
    "index",
    "joined",
    "late scans",
    "ledger",
    "limit",
    "line",
    "member",
    "merchant",
    "merchant's day",
    "merchant's sums",
    "number",
    "once",
    "order",
    "points entry",
    "points event",
    "points month",
    "program",
    "programme",
    "programme chunk",
    "refusals",
    "reserve",
    "shard",
    "slot",
    "spent",
    "statistics",
    "suspended",
    "swept day",
    "swept days",
    "venue day",
    "venue total",
    "withheld",
    "zone",
]
"""Kinds of items, and of a coupon in a claim. A part of a transaction is named by its kind."""


@dataclass(slots=True)
class Part:
    """One write to one item, sent alone or as a part of a transaction; `stores/table.py` builds it.

    `kind` is the kind of item, and names the part in its transaction; `which` tells it from others of that kind.
    """

    kind: ItemKind
    verb: Literal["Put", "Update", "Delete", "ConditionCheck"]
    request: dict[str, Any]
    which: Any = ""

    def of(self, which: Any) -> Part:
        self.which = which
        return self

    def returning_old(self) -> Part:
        """The failure will carry the item that refused this part."""
        self.request["ReturnValuesOnConditionCheckFailure"] = "ALL_OLD"
        return self

    def naming(self, **names: str) -> Part:
        """The aliases of the part's expressions (`#person`) that mean an attribute named after a value."""
        aliases = self.request.setdefault("ExpressionAttributeNames", {})
        self.request["ExpressionAttributeNames"] = {**aliases, **{f"#{alias}": name for alias, name in names.items()}}
        return self

    @property
    def key(self) -> Item:
        found = self.request["Item"] if self.verb == "Put" else self.request["Key"]
        return decode({name: found[name] for name in ("pk", "sk")})

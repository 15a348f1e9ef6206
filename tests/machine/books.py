"""What is stored, as the stores decode it: a snapshot at one moment, and the next one after a write."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from coupons.claims import Claim, Coupon
from coupons.orders import Line, OrderRecord
from coupons.releases import Control
from coupons.stores import claims, controls, keys, orders
from coupons.stores.dynamodb import decode
from coupons.stores.stock import Shard
from tests.machine.engine import Attributes, Place

ClaimAt = tuple[str, bytes]
"""Claim key and person."""
OrderAt = tuple[str, str]
"""Merchant and order number."""


@dataclass(frozen=True)
class Filed:
    """A settlement line and where it stands."""

    merchant_id: str
    day: str
    line: Line


@dataclass(frozen=True)
class Books:
    """Never changed: a later moment shares what did not move."""

    claims: Mapping[ClaimAt, Claim]
    orders: Mapping[OrderAt, OrderRecord]
    lines: Mapping[Place, Filed]
    controls: Mapping[str, Control]
    shards: Mapping[tuple[str, str], Shard]
    suspended: Mapping[str, bool]

    def after(self, places: Iterable[Place], items: Mapping[Place, Attributes]) -> Books:
        """These books when `places` are as `items` has them."""
        books = self
        for place in places:
            name, key, value = _entry(place, items.get(place))
            if name:
                part = {**getattr(books, name)}
                if value is None:
                    part.pop(key, None)
                else:
                    part[key] = value
                books = replace(books, **{name: part})
        return books

    def coupons(self) -> list[tuple[ClaimAt, int, Coupon]]:
        """Every coupon with its claim and its place in the pack."""
        return [(at, index, coupon) for at, c in self.claims.items() for index, coupon in enumerate(c.coupons)]


EMPTY = Books({}, {}, {}, {}, {}, {})


def _entry(place: Place, item: Attributes | None) -> tuple[str, Any, Any]:
    """The part of the books that a place belongs to (empty: none), its key there, and what stands there."""
    table, pk, sk = place
    fields = decode(item) if item else None
    if table == "ClaimsTable" and sk.startswith(keys.CLAIM):
        return "claims", (pk.rpartition("#")[0], keys.person_of(sk)), claims.from_item(fields) if fields else None
    if table == "OrdersTable" and sk == "ORDER":
        merchant_id, _, order_no = pk.partition("#")
        return "orders", (merchant_id, order_no), orders.from_item(fields) if fields else None
    if table == "OrdersTable":
        merchant_id, day, _ = pk.split("#")
        return "lines", place, Filed(merchant_id, day, orders.line_of(fields)) if fields else None
    kind, _, name = pk.partition("#")
    if (kind, sk) == ("BATCH", "CONTROL"):
        return "controls", name, controls._control(fields) if fields else None
    if kind == "STOCK":
        batch_id, _, shard = name.partition("#")
        return "shards", (batch_id, shard), Shard(fields["remaining"], fields["sealed"]) if fields else None
    if (kind, sk) == ("MERCHANT", keys.MERCHANT_RECORD):
        return "suspended", name, fields["suspended"] if fields else None
    return "", None, None

"""What is stored, as the stores decode it: a snapshot at one moment, and the next one after a write."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from coupons.model.batches import Control
from coupons.model.claims import Claim, Coupon
from coupons.model.orders import Line, OrderRecord
from coupons.model.uses import Uses
from coupons.stores import claims, controls, keys, limits, orders
from coupons.stores.attributes import Item, decode
from coupons.stores.stock import Shard
from infra.virtual.values import Item as Attributes
from infra.virtual.writes import Place

ClaimAt = tuple[str, bytes]
"""Claim key and person."""
OrderAt = tuple[str, str]
"""Merchant and order number."""


@dataclass(frozen=True)
class Filed:
    """A settlement line and where it is filed."""

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
    """Merchants."""
    districts: Mapping[str, tuple[str, ...]]
    """Campaign → districts that an operator has closed."""
    prints: Mapping[ClaimAt, tuple[tuple[int, int], ...]]
    """For each coupon of a claim: its prints so far, and the PIN tries of the last one."""
    lates: Mapping[tuple[str, str], int]
    """Merchant and settlement day → late scans counted."""
    counts: Mapping[tuple[str, str, str], int]
    """Limit, subject and period → packs counted."""
    uses: Mapping[tuple[str, str, str], Uses]
    """Limit, person and period → what is counted at tills."""
    lasts: Mapping[tuple[str, str], tuple[int, str]]
    """Limit and person → batch number and token of the last claim under it."""
    groups: Mapping[str, tuple[int, dict[str, int]]]
    """Group → everyone ever admitted, and the batches that must have a pack for each."""
    members: Mapping[tuple[str, bytes], bool]
    """Group and person → still a member; absent: never was."""

    def after(self, places: Iterable[Place], items: Mapping[Place, Attributes]) -> Books:
        """These books when `places` are as `items` has them."""
        books = self
        for place in places:
            item = items.get(place)
            for name, key, value in _entries(place, decode(item) if item else None):
                part = {**getattr(books, name)}
                if value is None:
                    part.pop(key, None)
                else:
                    part[key] = value
                books = replace(books, **{name: part})
        return books

    def remaining(self, batch_id: str) -> int:
        """In all shards."""
        return sum(shard.remaining for (of, _), shard in self.shards.items() if of == batch_id)

    def coupons(self) -> list[tuple[ClaimAt, int, Coupon]]:
        """Every coupon with its claim and its place in the pack."""
        return [(at, index, coupon) for at, c in self.claims.items() for index, coupon in enumerate(c.coupons)]


EMPTY = Books({}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {})


Entry = tuple[str, Any, Any]
"""A part of the books, a key there, and what is stored under it: None, nothing."""


def _entries(place: Place, fields: Item | None) -> Iterator[Entry]:
    table, pk, sk = place
    if table == "ClaimsTable":
        return _of_claims(pk, sk, fields)
    if table == "OrdersTable":
        return _of_orders(place, fields)
    return _of_catalog(pk, sk, fields)


def _of_claims(pk: str, sk: str, fields: Item | None) -> Iterator[Entry]:
    if sk.startswith(keys.CLAIM):
        at = (pk.rpartition("#")[0], keys.person_of(sk))
        yield "claims", at, claims.from_item(fields) if fields else None
        yield "prints", at, tuple((c.get("p", 0), c.get("w", 0)) for c in fields["c"]) if fields else None
    if pk.startswith("LIMIT#"):
        _, _, limit_id, subject = pk.split("#")
        if sk == "LAST":
            yield "lasts", (limit_id, subject), (fields["n"], fields["t"]) if fields else None
        elif fields and "h" in fields:
            yield "uses", (limit_id, subject, sk.removeprefix("PERIOD#")), limits._uses(fields)
        else:
            yield "counts", (limit_id, subject, sk.removeprefix("PERIOD#")), fields["c"] if fields else None


def _of_orders(place: Place, fields: Item | None) -> Iterator[Entry]:
    _, pk, sk = place
    if sk == "ORDER":
        merchant_id, _, order_no = pk.partition("#")
        yield "orders", (merchant_id, order_no), orders.from_item(fields) if fields else None
    elif pk.startswith(keys.LATE):
        yield "lates", (pk.removeprefix(keys.LATE), sk), fields["taken"] if fields else None
    elif pk != keys.DAYS and not sk.startswith(keys.MERCHANT):
        merchant_id, day, _ = pk.split("#")
        yield "lines", place, Filed(merchant_id, day, orders.line_of(fields)) if fields else None


def _of_catalog(pk: str, sk: str, fields: Item | None) -> Iterator[Entry]:
    kind, _, name = pk.partition("#")
    match kind, sk.partition("#")[0]:
        case "BATCH", "CONTROL":
            yield "controls", name, controls._control(fields) if fields else None
        case "STOCK", _:
            batch_id, _, shard = name.partition("#")
            yield "shards", (batch_id, shard), Shard(fields["remaining"], fields["sealed"]) if fields else None
        case "MERCHANT", keys.MERCHANT_RECORD:
            yield "suspended", name, fields["suspended"] if fields else None
        case "CAMPAIGN", "SUSPENDED":
            yield "districts", name, tuple(fields["districts"]) if fields else None
        case "GROUP", "COUNT":
            yield "groups", name, (fields["entitled"], fields["fits"]) if fields else None
        case "GROUP", "MEMBER":
            at = (name.rpartition("#")[0], keys.person_of(sk))
            yield "members", at, not fields.get("removed", False) if fields else None

"""One coupon inside a claim item (table `claims`), as transaction parts of 2 write units; design section 5.

| part | from | to |
|---|---|---|
| redeem, hold | `available`, held by this order or not any more; not expired; code valid | `redeemed`, `held` |
| redeem what is held | held by this order; not expired | `redeemed` |
| release | held by this order | `available` |
| give back | redeemed by this order, not expired, given back fewer than n times | `available`, with a bar |
| void | redeemed by this order | `voided` |

After a give-back, no code or print that was shown before can redeem the coupon: a bar SKEW_S ahead of now refuses
codes that were issued until then, also by another clock, and the number of prints rises, so that the last print is no
longer valid. Redeem and hold check both in their condition: a coupon may be given back between reading and writing.

The attributes are those of `stores/claims.py`.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from coupons.clock import SKEW_S
from coupons.model.batches import PublishedBatch
from coupons.model.claims import BAR_AHEAD_S, Use
from coupons.model.scans import Scanned
from coupons.sealing import CouponRef
from coupons.stores import keys
from coupons.stores.attributes import Item
from coupons.stores.dynamodb import Dynamo
from coupons.stores.parts import Part
from coupons.stores.table import Table

_USABLE = "(#c.s = :available OR (#c.s = :held AND (#c.o = :order OR #c.h <= :now))) AND #c.e > :spent"
_HELD = "#c.s = :held AND #c.o = :order AND #c.e > :spent"
_ISSUED_SINCE = "(attribute_not_exists(#c.b) OR #c.b < :issued OR #c.b > :ahead)"


class CouponParts:
    def __init__(self, dynamo: Dynamo, table: str) -> None:
        self._table = Table(dynamo, table)

    def redeem(
        self, batch: PublishedBatch, ref: CouponRef, order: bytes, scanned: Scanned | None, use: Use, extended_s: int
    ) -> Part:
        """A transaction part: `available` (or held by this order, or a lapsed hold), not expired → `redeemed`.

        `scanned` None: the order redeems what it holds, and no code is asked for; so the coupon must be held by it.
        `use`: at that moment; the coupon carries it, so that a wallet reads no order.

        Guarded by tests/store/stores/test_coupon_parts.py::test_a_coupon_stays.
        """
        update = "SET #c.s = :redeemed, #c.o = :order, #c.m = :merchant, #c.d = :discount, #c.u = :at REMOVE #c.h"
        condition, values = _usable(scanned, order, use.at_s, extended_s)
        told = {"merchant": use.merchant_id, "discount": use.discount_minor, "at": use.at_s}
        return self._part(batch, ref, update, condition, **values, **told, redeemed="r")

    def hold(
        self,
        batch: PublishedBatch,
        ref: CouponRef,
        order: bytes,
        scanned: Scanned,
        until_s: int,
        now_s: int,
        extended_s: int,
    ) -> Part:
        """A transaction part: the same condition → `held` by this order until `until_s`."""
        update = "SET #c.s = :held, #c.o = :order, #c.h = :until"
        condition, values = _usable(scanned, order, now_s, extended_s)
        return self._part(batch, ref, update, condition, **values, until=until_s)

    def release(self, batch: PublishedBatch, ref: CouponRef, order: bytes) -> Part:
        """A transaction part: held by this order → `available`."""
        update, condition = "SET #c.s = :available REMOVE #c.o, #c.h", "#c.s = :held AND #c.o = :order"
        return self._part(batch, ref, update, condition, available="a", held="h", order=order)

    def give_back(
        self, batch: PublishedBatch, ref: CouponRef, order: bytes, now_s: int, extended_s: int, returns_max: int
    ) -> Part:
        """A transaction part: redeemed by this order, not expired, given back fewer than n times → `available`.

        Codes issued until SKEW_S from now, and all prints so far, cannot redeem it any more.
        """
        update = (
            "SET #c.s = :available, #c.r = if_not_exists(#c.r, :none) + :one, #c.b = :bar,"
            " #c.p = if_not_exists(#c.p, :none) + :one REMOVE #c.o, #c.w, #c.m, #c.d, #c.u"
        )
        condition = (
            "#c.s = :redeemed AND #c.o = :order AND #c.e > :spent AND (attribute_not_exists(#c.r) OR #c.r < :returns)"
        )
        new = {"available": "a", "none": 0, "one": 1, "bar": now_s + SKEW_S}
        read = {"redeemed": "r", "order": order, "spent": now_s - extended_s, "returns": returns_max}
        return self._part(batch, ref, update, condition, **new, **read)

    def void(
        self, batch: PublishedBatch, ref: CouponRef, order: bytes, refunded: Collection[int] | None = None
    ) -> Part:
        """A transaction part: redeemed by this order → `voided`, after a full reversal that does not give it back.

        `refunded`: the coupon's points go back too, beside those of the coupons at these places.
        """
        update, condition = "SET #c.s = :voided{} REMOVE #c.m, #c.d, #c.u", "#c.s = :redeemed AND #c.o = :order"
        values: Item = {"voided": "v", "redeemed": "r", "order": order}
        if refunded is not None:
            unrefunded, read = refunds(refunded)
            condition += f" AND {unrefunded}"
            values |= {**read, "g": mask([*refunded, ref.index])}
        return self._part(batch, ref, update.format("" if refunded is None else ", g = :g"), condition, **values)

    def _part(self, batch: PublishedBatch, ref: CouponRef, update: str, condition: str, **values: Any) -> Part:
        return coupon_part(self._table, batch, ref, update, f"n = :n AND {condition}", **values)


def _usable(scanned: Scanned | None, order: bytes, now_s: int, extended_s: int) -> tuple[str, Item]:
    """The condition under which `order` may use a coupon that `scanned` presents, and its values."""
    values: Item = {"order": order, "spent": now_s - extended_s, "held": "h"}
    if scanned is None:
        return _HELD, values
    values |= {"now": now_s, "available": "a"}
    if scanned.print_no:
        return f"{_USABLE} AND #c.p = :print", {**values, "print": scanned.print_no}
    return f"{_USABLE} AND {_ISSUED_SINCE}", {**values, "issued": scanned.issued_at_s, "ahead": now_s + BAR_AHEAD_S}


def mask(places: Collection[int]) -> int:
    """A bit for each place."""
    return sum(1 << place for place in set(places))


def refunds(read: Collection[int]) -> tuple[str, Item]:
    """The condition that the points of the coupons at these places, and of no others, went back; and its values."""
    return ("g = :refunded", {"refunded": mask(read)}) if read else ("attribute_not_exists(g)", {})


def coupon_part(
    table: Table, batch: PublishedBatch, ref: CouponRef, update: str, condition: str, **values: Any
) -> Part:
    """An update of the coupon at `ref`, which is `#c` in the expressions, of a claim of this batch (`n = :n`)."""
    key, place = keys.claim(batch.claim_key, batch.buckets, ref.person), f"c[{ref.index}]"
    update, condition = update.replace("#c", place), condition.replace("#c", place)
    return table.update("coupon", key, update, condition, **values, n=batch.number).returning_old()

"""One coupon inside a claim item (table `claims`), as transaction parts of 2 write units; design section 5.

| part | from | to |
|---|---|---|
| redeem, hold | `available`, held by this order, or by a lapsed hold; not expired; before no bar | `redeemed`, `held` |
| redeem what is held | held by this order; not expired | `redeemed` |
| release | held by this order | `available` |
| give back | redeemed by this order, not expired, given back fewer than n times | `available`, with a bar |
| void | redeemed by this order | `voided` |

A coupon that came back is brought by no code that was shown before: giving back writes a bar SKEW_S ahead, so that a
code of the same moment by another clock is behind it, and the number of a print more, so that the last is none. Redeem
and hold ask for it inside their condition, because a coupon may come back between reading and writing.

The attributes are those of `model/claims.py`.
"""

from __future__ import annotations

from typing import Any

from coupons.clock import SKEW_S
from coupons.model.batches import PublishedBatch
from coupons.model.claims import BAR_AHEAD_S
from coupons.model.scans import Scanned
from coupons.sealing import CouponRef
from coupons.stores import keys
from coupons.stores.dynamodb import Item, encode

_USABLE = "(#c.#s = :available OR (#c.#s = :held AND (#c.#o = :order OR #c.#h <= :now))) AND #c.#e > :spent"
_HELD = "#c.#s = :held AND #c.#o = :order AND #c.#e > :spent"
_ISSUED_SINCE = "(attribute_not_exists(#c.#b) OR #c.#b < :issued OR #c.#b > :ahead)"


class CouponParts:
    def __init__(self, table: str) -> None:
        self._table = table

    def redeem(
        self, batch: PublishedBatch, ref: CouponRef, order: bytes, scanned: Scanned | None, now_s: int, extended_s: int
    ) -> dict[str, Any]:
        """A transaction part: `available` (or held by this order, or a lapsed hold), not expired → `redeemed`.

        `scanned` None: the order redeems what it holds, and no code is asked; so nothing else will do.

        Guarded by tests/store/stores/test_coupon_parts.py::test_a_coupon_stays.
        """
        update = "SET #c.#s = :redeemed, #c.#o = :order REMOVE #c.#h"
        condition, values = _usable(scanned, order, now_s, extended_s)
        return self._coupon_update(batch, ref, update, condition, {**values, ":redeemed": "r"})

    def hold(
        self,
        batch: PublishedBatch,
        ref: CouponRef,
        order: bytes,
        scanned: Scanned,
        until_s: int,
        now_s: int,
        extended_s: int,
    ) -> dict[str, Any]:
        """A transaction part: the same condition → `held` by this order until `until_s`."""
        update = "SET #c.#s = :held, #c.#o = :order, #c.#h = :until"
        condition, values = _usable(scanned, order, now_s, extended_s)
        return self._coupon_update(batch, ref, update, condition, {**values, ":until": until_s})

    def release(self, batch: PublishedBatch, ref: CouponRef, order: bytes) -> dict[str, Any]:
        """A transaction part: held by this order → `available`."""
        return self._coupon_update(
            batch,
            ref,
            "SET #c.#s = :available REMOVE #c.#o, #c.#h",
            "#c.#s = :held AND #c.#o = :order",
            {":available": "a", ":held": "h", ":order": order},
        )

    def give_back(
        self, batch: PublishedBatch, ref: CouponRef, order: bytes, now_s: int, extended_s: int, returns_max: int
    ) -> dict[str, Any]:
        """A transaction part: redeemed by this order, not expired, given back fewer than n times → `available`.

        Codes issued until SKEW_S from now, and all prints so far, bring it no more.
        """
        return self._coupon_update(
            batch,
            ref,
            (
                "SET #c.#s = :available, #c.#r = if_not_exists(#c.#r, :none) + :one, #c.#b = :bar,"
                " #c.#p = if_not_exists(#c.#p, :none) + :one REMOVE #c.#o, #c.#w"
            ),
            (
                "#c.#s = :redeemed AND #c.#o = :order AND #c.#e > :spent"
                " AND (attribute_not_exists(#c.#r) OR #c.#r < :returns)"
            ),
            {
                ":available": "a",
                ":redeemed": "r",
                ":order": order,
                ":spent": now_s - extended_s,
                ":none": 0,
                ":one": 1,
                ":returns": returns_max,
                ":bar": now_s + SKEW_S,
            },
        )

    def void(self, batch: PublishedBatch, ref: CouponRef, order: bytes) -> dict[str, Any]:
        """A transaction part: redeemed by this order → `voided`, after a full reversal that does not give it back."""
        return self._coupon_update(
            batch,
            ref,
            "SET #c.#s = :voided",
            "#c.#s = :redeemed AND #c.#o = :order",
            {":voided": "v", ":redeemed": "r", ":order": order},
        )

    def _coupon_update(
        self, batch: PublishedBatch, ref: CouponRef, update: str, condition: str, values: Item
    ) -> dict[str, Any]:
        return {"Update": coupon_update(self._table, batch, ref, update, f"n = :n AND {condition}", values)}


def _usable(scanned: Scanned | None, order: bytes, now_s: int, extended_s: int) -> tuple[str, Item]:
    """The condition that lets a coupon go to `order`, brought by `scanned`, and its values."""
    values: Item = {":order": order, ":spent": now_s - extended_s, ":held": "h"}
    if scanned is None:
        return _HELD, values
    values |= {":now": now_s, ":available": "a"}
    if scanned.print_no:
        return f"{_USABLE} AND #c.#p = :print", {**values, ":print": scanned.print_no}
    bar = {":issued": scanned.issued_at_s, ":ahead": now_s + BAR_AHEAD_S}
    return f"{_USABLE} AND {_ISSUED_SINCE}", {**values, **bar}


def coupon_update(
    table: str, batch: PublishedBatch, ref: CouponRef, update: str, condition: str, values: Item
) -> dict[str, Any]:
    """An update of the coupon at `ref`, `#c` in the expressions; names are aliased because some may be reserved."""
    used = {
        f"#{name}": name for name in ("s", "o", "h", "e", "r", "b", "p", "w") if f"#c.#{name}" in update + condition
    }
    place = f"c[{ref.index}]"
    return {
        "TableName": table,
        "Key": encode(keys.claim(batch.claim_key, batch.buckets, ref.person)),
        "UpdateExpression": update.replace("#c", place),
        "ConditionExpression": condition.replace("#c", place),
        "ExpressionAttributeNames": used,
        "ExpressionAttributeValues": encode({**values, ":n": batch.number}),
        "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
    }

"""One coupon inside a claim item (table `claims`), as transaction parts of 2 write units; design section 5.

| part | from | to |
|---|---|---|
| redeem, hold | `available`, held by this order, or held by a lapsed hold; not expired | `redeemed`, `held` |
| release | held by this order | `available` |
| give back | redeemed by this order, not expired, given back fewer than n times | `available` |
| void | redeemed by this order | `voided` |

The attributes are those of `claims.py`.
"""

from __future__ import annotations

from typing import Any

from coupons.releases import Release
from coupons.sealing import CouponRef
from coupons.stores import keys
from coupons.stores.dynamodb import Item, encode

_USABLE = "(#c.#s = :available OR (#c.#s = :held AND (#c.#o = :order OR #c.#h <= :now)))"


class CouponParts:
    def __init__(self, table: str) -> None:
        self._table = table

    def redeem(self, release: Release, ref: CouponRef, order: bytes, now_s: int, extended_s: int) -> dict[str, Any]:
        """A transaction part: `available` (or held by this order, or a lapsed hold), not expired → `redeemed`."""
        return self._coupon_update(
            release,
            ref,
            "SET #c.#s = :redeemed, #c.#o = :order REMOVE #c.#h",
            f"{_USABLE} AND #c.#e > :spent",
            {
                ":redeemed": "r",
                ":order": order,
                ":now": now_s,
                ":spent": now_s - extended_s,
                ":available": "a",
                ":held": "h",
            },
        )

    def hold(
        self, release: Release, ref: CouponRef, order: bytes, until_s: int, now_s: int, extended_s: int
    ) -> dict[str, Any]:
        """A transaction part: the same condition → `held` by this order until `until_s`."""
        return self._coupon_update(
            release,
            ref,
            "SET #c.#s = :held, #c.#o = :order, #c.#h = :until",
            f"{_USABLE} AND #c.#e > :spent",
            {
                ":held": "h",
                ":order": order,
                ":until": until_s,
                ":now": now_s,
                ":spent": now_s - extended_s,
                ":available": "a",
            },
        )

    def release(self, release: Release, ref: CouponRef, order: bytes) -> dict[str, Any]:
        """A transaction part: held by this order → `available`."""
        return self._coupon_update(
            release,
            ref,
            "SET #c.#s = :available REMOVE #c.#o, #c.#h",
            "#c.#s = :held AND #c.#o = :order",
            {":available": "a", ":held": "h", ":order": order},
        )

    def give_back(
        self, release: Release, ref: CouponRef, order: bytes, now_s: int, extended_s: int, returns_max: int
    ) -> dict[str, Any]:
        """A transaction part: redeemed by this order, not expired, given back fewer than n times → `available`."""
        return self._coupon_update(
            release,
            ref,
            "SET #c.#s = :available, #c.#r = if_not_exists(#c.#r, :none) + :one REMOVE #c.#o",
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
            },
        )

    def void(self, release: Release, ref: CouponRef, order: bytes) -> dict[str, Any]:
        """A transaction part: redeemed by this order → `voided`, after a full reversal that does not give it back."""
        return self._coupon_update(
            release,
            ref,
            "SET #c.#s = :voided",
            "#c.#s = :redeemed AND #c.#o = :order",
            {":voided": "v", ":redeemed": "r", ":order": order},
        )

    def _coupon_update(
        self, release: Release, ref: CouponRef, update: str, condition: str, values: Item
    ) -> dict[str, Any]:
        return {"Update": coupon_update(self._table, release, ref, update, f"n = :n AND {condition}", values)}


def coupon_update(
    table: str, release: Release, ref: CouponRef, update: str, condition: str, values: Item
) -> dict[str, Any]:
    """An update of the coupon at `ref`, `#c` in the expressions; names are aliased because some may be reserved."""
    used = {f"#{name}": name for name in ("s", "o", "h", "e", "r", "p", "w") if f"#c.#{name}" in update + condition}
    place = f"c[{ref.index}]"
    return {
        "TableName": table,
        "Key": encode(keys.claim(release.claim_key, release.buckets, ref.person)),
        "UpdateExpression": update.replace("#c", place),
        "ConditionExpression": condition.replace("#c", place),
        "ExpressionAttributeNames": used,
        "ExpressionAttributeValues": encode({**values, ":n": release.number}),
        "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
    }

"""What the streams of `claims` and `orders` tell, as Lambda hands it over.

| record | means |
|---|---|
| INSERT of `CLAIM#person` | a pack was claimed |
| INSERT of a settlement line (it has a `kind`) | a coupon was redeemed, or a redemption reversed |

Nothing else makes an event: bookings, orders and holds, and the changes of a coupon, which each come with a line.
template.yaml filters by the same facts, so that the function is not called for the rest.
"""

from __future__ import annotations

from typing import Any

from coupons.claims import Claim
from coupons.orders import Movement
from coupons.stores import claims, keys, orders
from coupons.stores.dynamodb import decode


def inserted(record: dict[str, Any]) -> Claim | Movement | None:
    """The claim or the movement that this record of a stream (`NEW_IMAGE`) brings; None for all others."""
    if record["eventName"] != "INSERT":
        return None
    item = decode(record["dynamodb"]["NewImage"])
    if item["sk"].startswith(keys.CLAIM):
        return claims.from_item(item)
    if "kind" in item:
        return Movement(keys.merchant_of(item["pk"]), orders.line_of(item))
    return None

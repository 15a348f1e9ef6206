"""Records of the streams of `claims` and `orders`, as Lambda hands them over.

| record | means |
|---|---|
| INSERT of `CLAIM#person` | a pack was claimed |
| INSERT of `REVISION#n` | a revision of a programme announced something |
| INSERT of a settlement line (it has a `kind`) | a coupon was redeemed, or a redemption reversed |

No other record makes an event. Bookings, orders and holds are not announced, and a coupon changes with a line.
template.yaml filters in the same way, so that the function is not called for other records.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from coupons.damage import blamed
from coupons.model.claims import Claim
from coupons.model.orders import MerchantLine
from coupons.model.programmes import Announced
from coupons.stores import announced, claims, keys, orders
from coupons.stores.attributes import Item, decode
from coupons.stores.values import refuse_other_types


class StreamPlace(NamedTuple):
    """The item of a stream record, and the record's number in its stream."""

    table: str
    pk: str
    sk: str
    sequence_number: str


def stream_place_of(record: dict[str, Any]) -> StreamPlace:
    told = record["dynamodb"]
    pk, sk = (str(told["Keys"][name]["S"]) for name in ("pk", "sk"))
    # arn:aws:dynamodb:<region>:<account>:table/<name>/stream/<label>
    return StreamPlace(record["eventSourceARN"].split("/")[1], pk, sk, told["SequenceNumber"])


Inserted = Claim | MerchantLine | Announced


def inserted(record: dict[str, Any]) -> Inserted | None:
    """The claim, movement or announcements that this record of a stream (`NEW_IMAGE`) brings; None for all others.

    Raises Damaged.
    """
    if record["eventName"] != "INSERT":
        return None
    with blamed(*stream_place_of(record)[:3]):
        what = _of(decode(record["dynamodb"]["NewImage"]))
        refuse_other_types(what)
        return what


def _of(item: Item) -> Inserted | None:
    if announced.is_announced(item):
        return announced.from_item(item)
    if item["sk"].startswith(keys.CLAIM):
        return claims.from_item(item)
    if "kind" in item:
        return MerchantLine(keys.merchant_of(item["pk"]), orders.line_of(item))
    return None

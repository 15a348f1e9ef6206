"""Records of the streams of `claims`, `orders` and `points`, as Lambda hands them over.

| record | means |
|---|---|
| INSERT of `CLAIM#person` | a pack was claimed |
| INSERT of `REVISION#n` | a revision of a programme announced something |
| INSERT or MODIFY of a slot | people booked, moved up, or left; its venue cancelled it |
| INSERT of a settlement line (it has a `kind`) | a coupon was redeemed, a person checked in, or either reversed |
| INSERT or REMOVE of `BOOKING#person` | a batch was booked, or the booking cancelled; for statistics only |
| INSERT or MODIFY of `BALANCE#person`, INSERT of an entry | points moved; for statistics only |

No other record makes an event. Bookings, orders and holds are not announced, and a coupon changes with a line.
template.yaml filters in the same way, so that the function is not called for other records. Statistics get every
record, so that their checkpoints say how far a shard was read.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from coupons.damage import UnlikeError, blamed
from coupons.model.claims import BookingRecord, Claim
from coupons.model.orders import MerchantLine
from coupons.model.points_accounts import Account
from coupons.model.points_events import EarnedEntry
from coupons.model.points_sums import PointsWrite, of_account, of_entry
from coupons.model.programmes import Announced
from coupons.model.slot_events import SlotWrite
from coupons.model.slot_records import SlotRecord
from coupons.model.slots import SlotName
from coupons.stores import announced, bookings, claims, keys, orders, points, points_keys, slot_keys, slots
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


Inserted = Claim | MerchantLine | Announced | SlotWrite | EarnedEntry


def inserted(record: dict[str, Any]) -> Inserted | None:
    """The claim, movement, announcements, visit's entry or write of a slot that this record brings; None for others.

    Raises Damaged.
    """
    is_slot = str(record["dynamodb"]["Keys"]["pk"]["S"]).startswith(slot_keys.SLOTS)
    if is_slot and record["eventName"] != "REMOVE":
        with blamed(*stream_place_of(record)[:3]):
            return _slot_write(record["dynamodb"], is_first=record["eventName"] == "INSERT")
    if record["eventName"] != "INSERT":
        return None
    with blamed(*stream_place_of(record)[:3]):
        what = _of(decode(record["dynamodb"]["NewImage"]))
        refuse_other_types(what)
        return what


class BookingChange(NamedTuple):
    """A booking was made, or cancelled."""

    booking: BookingRecord
    is_made: bool


Countable = Claim | MerchantLine | BookingChange | SlotWrite | PointsWrite


def counted(record: dict[str, Any]) -> Countable | None:
    """What statistics count of a record (`NEW_AND_OLD_IMAGES`); None for all others. Raises Damaged.

    An item that its table's time to live removed was not cancelled by anybody.
    """
    if str(record["dynamodb"]["Keys"]["pk"]["S"]).startswith(points_keys.POINTS):
        return _points_write(record)
    if not _is_booking(record):
        found = inserted(record)
        return None if isinstance(found, (Announced, EarnedEntry)) else found
    is_made = record["eventName"] == "INSERT"
    if not (is_made or (record["eventName"] == "REMOVE" and not _is_expired(record))):
        return None
    with blamed(*stream_place_of(record)[:3]):
        image = record["dynamodb"]["NewImage" if is_made else "OldImage"]
        change = BookingChange(bookings.from_item(decode(image)), is_made)
        refuse_other_types(change)
        return change


def _points_write(record: dict[str, Any]) -> PointsWrite | None:
    """None: a person's month, or an item that was removed."""
    told, place = record["dynamodb"], stream_place_of(record)
    if record["eventName"] == "REMOVE":
        return None
    with blamed(*place[:3]):
        _, program_id, _ = place.pk.split("#")
        write = None
        if place.sk.startswith(points_keys.ENTRY) and record["eventName"] == "INSERT":
            entry = points.entry_of(decode(told["NewImage"]))
            write = PointsWrite(program_id, of_entry(entry), entry)
        elif place.sk.startswith(points_keys.BALANCE):
            before = points.account_of(decode(told["OldImage"])) if "OldImage" in told else Account()
            write = PointsWrite(program_id, of_account(before, points.account_of(decode(told["NewImage"]))))
        refuse_other_types(write)
        return write


def _is_booking(record: dict[str, Any]) -> bool:
    return str(record["dynamodb"]["Keys"]["sk"]["S"]).startswith(keys.BOOKING)


def _is_expired(record: dict[str, Any]) -> bool:
    # https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/time-to-live-ttl-streams.html
    return (record.get("userIdentity") or {}).get("principalId") == "dynamodb.amazonaws.com"


def _slot_write(told: dict[str, Any], *, is_first: bool) -> SlotWrite:
    item = decode(told["NewImage"])
    after = slots.record_of(item)
    before = SlotRecord(after.units) if is_first else slots.record_of(decode(told["OldImage"]))
    name = SlotName(*slot_keys.slot_named(item))
    if SlotName.of(name.slot_id) is None:
        raise UnlikeError("is no slot by its keys")
    write = SlotWrite(name, before, after)
    refuse_other_types(write)
    return write


def _of(item: Item) -> Inserted | None:
    if announced.is_announced(item):
        return announced.from_item(item)
    if item["sk"].startswith(keys.CLAIM):
        return claims.from_item(item)
    if item["sk"].startswith(points_keys.ENTRY) and item.get("k") == "earn":
        return EarnedEntry(points_keys.program_of(item["pk"]), points.entry_of(item))
    if "kind" in item:
        return MerchantLine(keys.merchant_of(item["pk"]), orders.line_of(item))
    return None

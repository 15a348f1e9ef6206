"""Orders and settlement lines (table `orders`).

| access | request | units |
|---|---|---|
| an order | GetItem, or together with others, strong | 1 read unit |
| which orders were redeemed | BatchGetItem, strong | 1 read unit each |
| hold, redeem, release, reverse | parts of one transaction with the coupon | 2 each part |
| a late scan takes one of the day's places | a part of its redemption's transaction | 2 |
| how many were taken | GetItem, strong | 1 read unit |
| the lines of a merchant's day | Query of 16 shards, page by page | 1 read unit each 4 KB |
| the lines of an order on a day | Query | 1 or 2 read units |

An order never gets a second coupon: its conditions need it to be absent, or to hold this very coupon.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import takewhile
from typing import Any, Literal, NamedTuple

from coupons.damage import Damaged
from coupons.model.orders import Line, LineAmounts, OrderRecord, Reversal, SoldAt
from coupons.model.particulars import Particulars
from coupons.money import FundingLine, Purse
from coupons.refusal_reasons import VisitReason
from coupons.stores import keys
from coupons.stores.attributes import Item
from coupons.stores.dynamodb import Dynamo
from coupons.stores.parts import Part
from coupons.stores.table import Table
from coupons.stores.together import Wanted
from coupons.stores.values import fields_of, reader, sure
from coupons.times import wall_clock

_SELDOM = ("fulfilment", "evidence")
_OF_CHECK_INS = ("slot_id", "reasons")
"""What few lines have: others do not grow by it."""
SHARD_PAGE_LINES = 1_000
ORDER_PAGE_LINES = 8


class Summed(NamedTuple):
    """The attributes of a line that sums need."""

    kind: Literal["redemption", "reversal"]
    purse: Purse
    batch_id: str
    amounts: LineAmounts
    late: bool
    slot_id: str = ""


class Orders:
    def __init__(self, dynamo: Dynamo, table: str) -> None:
        self._table = Table(dynamo, table)
        self.table = table

    def get(self, merchant_id: str, order_no: str) -> OrderRecord | None:
        return self._table.get(keys.order(merchant_id, order_no), from_item, consistent=True)

    def wanted(self, merchant_id: str, order_no: str) -> Wanted[OrderRecord]:
        return self._table.wanted(keys.order(merchant_id, order_no), from_item)

    def redeemed(self, merchant_id: str, order_nos: Iterable[str]) -> set[str]:
        """Which of these orders were redeemed, reversed since or not. BatchGetItem, strong, 100 a request."""
        wanted = {keys.order(merchant_id, order_no)["pk"]: order_no for order_no in order_nos}
        items = self._table.items([keys.order(merchant_id, number) for number in wanted.values()], consistent=True)
        return {wanted[item["pk"]] for item in items if item["state"] == "redeemed"}

    def hold(self, record: OrderRecord) -> Part:
        """A transaction part: an order number not seen before."""
        return self._put(record, "attribute_not_exists(pk)")

    def redeem(self, record: OrderRecord) -> Part:
        """A transaction part: an order number not seen before, or one that holds this coupon for this content.

        The hold must be the one that was read (`record.held_until_s`): its deadline tells a repeat of the hold.
        """
        condition = (
            "attribute_not_exists(pk) OR (state = :held AND coupon_id = :coupon AND fingerprint = :content"
            " AND held_until_s = :until)"
        )
        content, until_s = record.fingerprint, record.held_until_s
        return self._put(record, condition, held="held", coupon=record.coupon_id, content=content, until=until_s)

    def check_in(self, record: OrderRecord) -> Part:
        """A transaction part: an order number not seen before carries a check-in.

        Guarded by tests/store/till/test_check_ins.py::test_a_number_is_used_once.
        """
        return self._put(record, "attribute_not_exists(pk)")

    def release(self, record: OrderRecord) -> Part:
        """A transaction part: `held` → `released`."""
        return self._put(record, "state = :held", held="held")

    def bury(self, record: OrderRecord) -> OrderRecord | None:
        """A tombstone for an order number not seen before; the order that is there if there is one.

        It does not replace a hold that landed meanwhile: the same transaction must release the coupon.
        """
        existing = self._table.refuser(self._put(record, "attribute_not_exists(pk)"))
        return None if existing is None else self.existing(existing)

    def existing(self, item: Item | None) -> OrderRecord:
        """The order that refused a transaction part (ALL_OLD). Raises Damaged."""
        assert item is not None, "only an order that is there refuses"
        return self._table.value(item, from_item)

    def reverse(self, record: OrderRecord, reversal: Reversal) -> Part:
        """A transaction part: append `reversal` to `record` if it still has exactly the reversals that were read."""
        return self._table.update(
            "order",
            keys.order(record.merchant_id, record.order_no),
            "SET reversals = list_append(reversals, :one)",
            "state = :redeemed AND size(reversals) = :read",
            one=[_reversal_fields(reversal)],
            redeemed="redeemed",
            read=len(record.reversals),
        ).returning_old()

    def file(self, merchant_id: str, day: str, line: Line) -> Part:
        """A transaction part: a settlement line, once."""
        key = keys.line(merchant_id, day, line.order_no, line.reversal_no)
        return self._table.put("line", {**key, **_line_fields(line)}, "attribute_not_exists(pk)")

    def count_late(self, merchant_id: str, day: str, late_max: int) -> Part:
        """A transaction part: one more late scan of the merchant on a settlement day, `late_max` at most.

        Guarded by tests/store/till/test_late_scans.py::test_places_are_taken_to_the_last.
        """
        update = "SET taken = if_not_exists(taken, :none) + :one"
        condition = "attribute_not_exists(taken) OR taken < :max"
        key = keys.late_scans(merchant_id, day)
        return self._table.update("late scans", key, update, condition, none=0, one=1, max=late_max)

    def late_taken(self, merchant_id: str, day: str) -> int:
        """How many late scans of the merchant were counted on a settlement day. Raises Damaged."""
        key = keys.late_scans(merchant_id, day)
        return self._table.get(key, lambda item: sure(item["taken"], int), consistent=True) or 0

    def lines(
        self, merchant_id: str, day: str, after: tuple[int, str], limit: int
    ) -> tuple[list[Line | Damaged], tuple[int, str] | None]:
        """Up to `limit` lines of a day after the place `(shard, sort key)`; the last line's place if there are more."""
        shard, sort_key = after
        found: list[Line | Damaged] = []
        while shard < keys.LINE_SHARDS:
            pk = keys.line_partition(merchant_id, day, shard)
            # One line over the limit tells whether there is another page.
            for item in self._table.query(pk, consistent=True, after=sort_key, page=limit - len(found) + 1):
                if len(found) == limit:
                    return found, (shard, sort_key)
                found += self._table.values([item], line_of)
                sort_key = item["sk"]
            shard, sort_key = shard + 1, ""
        return found, None

    def in_shard(self, merchant_id: str, day: str, shard: int, after: str) -> Iterator[tuple[str, Summed | Damaged]]:
        """Sort key and `Summed` of each line of a shard after the sort key `after`, to the last page."""
        pk = keys.line_partition(merchant_id, day, shard)
        # Sums need half of a line, and reading a million lines costs mostly the time to decode them.
        wanted = "pk, sk, kind, campaign_id, currency, batch_id, funding, late, slot_id, "
        wanted += "discount_minor, merchant_match_minor, payable_minor"
        found = self._table.query(pk, consistent=True, after=after, only=wanted, page=SHARD_PAGE_LINES)
        return ((item["sk"], line) for item in found for line in self._table.values([item], _summed))

    def lines_of_order(self, merchant_id: str, day: str, order_no: str) -> list[Line]:
        """The lines of one order that are filed under `day`: its redemption, its reversals, or both. Raises Damaged."""
        key = keys.line(merchant_id, day, order_no)
        found = self._table.query(key["pk"], order_no, consistent=True, page=ORDER_PAGE_LINES)
        # `#` sorts before all characters of an order number, so the lines of this order come first.
        of_order = takewhile(lambda item: item["sk"].partition("#")[0] == order_no, found)
        lines = [self._table.value(item, line_of) for item in of_order]
        return [line for line in lines if line.order_no == order_no]

    def _put(self, record: OrderRecord, condition: str, **values: Any) -> Part:
        return self._table.put("order", to_item(record), condition, **values).returning_old()


def to_item(record: OrderRecord) -> Item:
    return {
        **keys.order(record.merchant_id, record.order_no),
        **fields_of(record, "amounts", "reversals", "sold_at", "counted_at_s", "particulars", *_OF_CHECK_INS),
        **_check_in_fields(record),
        **_amount_fields(record.amounts),
        **_sold_at_fields(record.sold_at),
        **({"counted_at_s": record.counted_at_s} if record.counted_at_s else {}),
        **({"particulars": fields_of(record.particulars)} if record.particulars else {}),
        "reversals": [_reversal_fields(reversal) for reversal in record.reversals],
    }


def _amount_fields(amounts: LineAmounts) -> Item:
    return {
        "discount_minor": amounts.discount_minor,
        "merchant_match_minor": amounts.merchant_match_minor,
        "payable_minor": amounts.payable_minor,
        "funding": [[line.funder_id, line.amount_minor] for line in amounts.funding],
    }


def _amounts(item: Item) -> LineAmounts:
    funding = tuple(FundingLine(funder_id, amount_minor) for funder_id, amount_minor in item["funding"])
    return LineAmounts(item["discount_minor"], item["merchant_match_minor"], item["payable_minor"], funding)


def _reversal_fields(reversal: Reversal) -> Item:
    return {**fields_of(reversal, "amounts"), **_amount_fields(reversal.amounts)}


def _line_fields(line: Line) -> Item:
    own = fields_of(line, "purse", "amounts", "sold_at", *_SELDOM, *_OF_CHECK_INS) | _check_in_fields(line)
    own |= {name: value for name in _SELDOM if (value := getattr(line, name))}
    return {**own, **line.purse._asdict(), **_amount_fields(line.amounts), **_sold_at_fields(line.sold_at)}


def _check_in_fields(of: OrderRecord | Line) -> Item:
    """None for an order of a coupon, whose item keeps its size."""
    fields: Item = {"slot_id": of.slot_id} if of.slot_id else {}
    return fields | {"reasons": list(of.reasons)} if of.reasons else fields


def _sold_at_fields(sold_at: SoldAt | None) -> Item:
    return {"sold_at": fields_of(sold_at)} if sold_at is not None else {}


def _sold_at(item: Item) -> SoldAt | None:
    """None if the item is older than the attribute."""
    if "sold_at" not in item:
        return None
    fields = item["sold_at"]
    return SoldAt(fields["channel"], fields["district"], fields["category"], tuple(fields["tags"]))


def _particulars(item: Item) -> Particulars | None:
    return Particulars(**item["particulars"]) if "particulars" in item else None


def _summed(item: Item) -> Summed:
    return Summed(item["kind"], _purse(item), item["batch_id"], _amounts(item), item["late"], _slot_id(item))


def _purse(item: Item) -> Purse:
    return Purse(item["campaign_id"], item["currency"])


def line_of(item: Item) -> Line:
    wall_clock(item["at_s"], "UTC")  # raises for a second that no calendar has
    return _line(item)


def _slot_id(item: Item) -> str:
    """Empty in orders and lines of coupons, which lack the attribute."""
    return sure(item.get("slot_id", ""), str)


def _reasons(item: Item) -> tuple[VisitReason, ...]:
    return tuple(item.get("reasons", ()))


_line = reader(
    Line,
    purse=_purse,
    amounts=_amounts,
    sold_at=_sold_at,
    slot_id=_slot_id,
    reasons=_reasons,
    fulfilment=lambda item: item.get("fulfilment"),
    evidence=lambda item: item.get("evidence", False),
)
_reversal = reader(Reversal, amounts=_amounts)
from_item = reader(
    OrderRecord,
    amounts=_amounts,
    reversals=lambda item: tuple(_reversal(fields) for fields in item["reversals"]),
    sold_at=_sold_at,
    counted_at_s=lambda item: item.get("counted_at_s", 0),
    particulars=_particulars,
    slot_id=_slot_id,
    reasons=_reasons,
)

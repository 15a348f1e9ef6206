"""Orders and settlement lines (table `orders`).

| access | request | units |
|---|---|---|
| an order | GetItem, strong | 1 read unit |
| which orders were redeemed | BatchGetItem, strong | 1 read unit each |
| hold, redeem, release, reverse | parts of one transaction with the coupon | 2 each part |
| a late scan takes one of the day's places | a part of its redemption's transaction | 2 |
| the lines of a merchant's day | Query of 16 shards, page by page | 1 read unit each 4 KB |
| the lines of an order on a day | Query | 1 or 2 read units |

An order item is written by conditions that let one coupon in and no second one: absent, or holding this very coupon.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import takewhile
from typing import Any, Literal, NamedTuple

from coupons.damage import Damaged
from coupons.model.orders import Line, LineAmounts, OrderRecord, Reversal
from coupons.money import FundingLine, Purse
from coupons.stores import keys
from coupons.stores.dynamodb import ConditionFailed, Dynamo, Item, encode
from coupons.stores.values import value_of, values_of
from coupons.times import wall_clock

SHARD_PAGE_LINES = 1_000
ORDER_PAGE_LINES = 8


class Summed(NamedTuple):
    """What sums need of a line."""

    kind: Literal["redemption", "reversal"]
    purse: Purse
    batch_id: str
    amounts: LineAmounts
    late: bool


class Orders:
    def __init__(self, dynamo: Dynamo, table: str) -> None:
        self._dynamo = dynamo
        self._table = self.table = table

    def get(self, merchant_id: str, order_no: str) -> OrderRecord | None:
        item = self._dynamo.get(self._table, keys.order(merchant_id, order_no), consistent=True)
        return value_of(self._table, item, from_item) if item else None

    def redeemed(self, merchant_id: str, order_nos: Iterable[str]) -> set[str]:
        """Which of these orders were redeemed, reversed since or not. BatchGetItem, strong, 100 a request."""
        wanted = {keys.order(merchant_id, order_no)["pk"]: order_no for order_no in order_nos}
        places = {self._table: [keys.order(merchant_id, order_no) for order_no in wanted.values()]}
        items = self._dynamo.get_many(places, consistent=True)[self._table]
        return {wanted[item["pk"]] for item in items if item["state"] == "redeemed"}

    def hold(self, record: OrderRecord) -> dict[str, Any]:
        """A transaction part: an order number not seen before."""
        return self._put(record, "attribute_not_exists(pk)", {})

    def redeem(self, record: OrderRecord) -> dict[str, Any]:
        """A transaction part: an order number not seen before, or one that holds this coupon for this content.

        The hold must be the one that was read (`record.held_until_s`): its repeat is known by its deadline.
        """
        return self._put(
            record,
            (
                "attribute_not_exists(pk) OR (#state = :held AND coupon_id = :coupon AND fingerprint = :content"
                " AND held_until_s = :until)"
            ),
            {
                ":held": "held",
                ":coupon": record.coupon_id,
                ":content": record.fingerprint,
                ":until": record.held_until_s,
            },
        )

    def release(self, record: OrderRecord) -> dict[str, Any]:
        """A transaction part: `held` → `released`."""
        return self._put(record, "#state = :held", {":held": "held"})

    def bury(self, record: OrderRecord) -> OrderRecord | None:
        """A tombstone for an order number not seen before; the order that stands if there is one.

        Not on a hold that landed meanwhile: its coupon has to be let go in the same transaction.
        """
        put = self._put(record, "attribute_not_exists(pk)", {})["Put"]
        try:
            self._dynamo.call("put_item", **put)
        except ConditionFailed as refused:
            return self.standing(refused.item)
        return None

    def standing(self, item: Item | None) -> OrderRecord:
        """The order that refused a transaction part (ALL_OLD). Raises Damaged."""
        assert item is not None, "only an order that is there refuses"
        return value_of(self._table, item, from_item)

    def reverse(self, record: OrderRecord, reversal: Reversal) -> dict[str, Any]:
        """A transaction part: append `reversal` to `record` if it still has exactly the reversals that were read."""
        return {
            "Update": {
                "TableName": self._table,
                "Key": encode(keys.order(record.merchant_id, record.order_no)),
                "UpdateExpression": "SET reversals = list_append(reversals, :one)",
                "ConditionExpression": "#state = :redeemed AND size(reversals) = :read",
                "ExpressionAttributeNames": {"#state": "state"},
                "ExpressionAttributeValues": encode(
                    {":one": [_reversal_fields(reversal)], ":redeemed": "redeemed", ":read": len(record.reversals)}
                ),
                "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
            }
        }

    def file(self, merchant_id: str, day: str, line: Line) -> dict[str, Any]:
        """A transaction part: a settlement line, once."""
        key = keys.line(merchant_id, day, line.order_no, line.reversal_no)
        return {
            "Put": {
                "TableName": self._table,
                "Item": encode({**key, **_line_fields(line)}),
                "ConditionExpression": "attribute_not_exists(pk)",
            }
        }

    def count_late(self, merchant_id: str, day: str, late_max: int) -> dict[str, Any]:
        """A transaction part: one more late scan of the merchant on a settlement day, `late_max` at most.

        Guarded by tests/store/till/test_late_scans.py::test_places_are_taken_to_the_last.
        """
        return {
            "Update": {
                "TableName": self._table,
                "Key": encode(keys.late_scans(merchant_id, day)),
                "UpdateExpression": "SET taken = if_not_exists(taken, :none) + :one",
                "ConditionExpression": "attribute_not_exists(taken) OR taken < :max",
                "ExpressionAttributeValues": encode({":none": 0, ":one": 1, ":max": late_max}),
            }
        }

    def lines(
        self, merchant_id: str, day: str, after: tuple[int, str], limit: int
    ) -> tuple[list[Line | Damaged], tuple[int, str] | None]:
        """Up to `limit` lines of a day after the place `(shard, sort key)`; the last one's place if there are more."""
        shard, sort_key = after
        found: list[Line | Damaged] = []
        while shard < keys.LINE_SHARDS:
            pk = keys.line_partition(merchant_id, day, shard)
            more: dict[str, Any] = {"ExclusiveStartKey": encode({"pk": pk, "sk": sort_key})} if sort_key else {}
            # One line over the limit tells whether there is another page.
            for item in self._dynamo.query(self._table, pk, consistent=True, Limit=limit - len(found) + 1, **more):
                if len(found) == limit:
                    return found, (shard, sort_key)
                found += values_of(self._table, [item], line_of)
                sort_key = item["sk"]
            shard, sort_key = shard + 1, ""
        return found, None

    def in_shard(self, merchant_id: str, day: str, shard: int, after: str) -> Iterator[tuple[str, Summed | Damaged]]:
        """Sort key and what sums need of each line of a shard after the sort key `after`, to the last page."""
        pk = keys.line_partition(merchant_id, day, shard)
        more: dict[str, Any] = {"ExclusiveStartKey": encode({"pk": pk, "sk": after})} if after else {}
        # Half of a line is what sums do not need, and decoding is what a million lines cost.
        wanted = "pk, sk, kind, campaign_id, currency, batch_id, funding, late, "
        wanted += "discount_minor, merchant_match_minor, payable_minor"
        found = self._dynamo.query(
            self._table, pk, consistent=True, Limit=SHARD_PAGE_LINES, ProjectionExpression=wanted, **more
        )
        return ((item["sk"], line) for item in found for line in values_of(self._table, [item], _summed))

    def lines_of_order(self, merchant_id: str, day: str, order_no: str) -> list[Line]:
        """The lines of one order that are filed under `day`: its redemption, its reversals, or both. Raises Damaged."""
        key = keys.line(merchant_id, day, order_no)
        found = self._dynamo.query(self._table, key["pk"], order_no, consistent=True, Limit=ORDER_PAGE_LINES)
        # `#` sorts before all that an order number is made of, so those of this order come first.
        of_order = takewhile(lambda item: item["sk"].partition("#")[0] == order_no, found)
        lines = [value_of(self._table, item, line_of) for item in of_order]
        return [line for line in lines if line.order_no == order_no]

    def _put(self, record: OrderRecord, condition: str, values: Item) -> dict[str, Any]:
        put: dict[str, Any] = {
            "TableName": self._table,
            "Item": encode(to_item(record)),
            "ConditionExpression": condition,
            "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
        }
        if values:
            put |= {"ExpressionAttributeNames": {"#state": "state"}, "ExpressionAttributeValues": encode(values)}
        return {"Put": put}


def to_item(record: OrderRecord) -> Item:
    return {
        **keys.order(record.merchant_id, record.order_no),
        "merchant_id": record.merchant_id,
        "order_no": record.order_no,
        "state": record.state,
        "coupon_id": record.coupon_id,
        "fingerprint": record.fingerprint,
        "batch_id": record.batch_id,
        "terms_id": record.terms_id,
        **_amount_fields(record.amounts),
        "at_s": record.at_s,
        "held_until_s": record.held_until_s,
        "late": record.late,
        "reversals": [_reversal_fields(reversal) for reversal in record.reversals],
    }


def from_item(item: Item) -> OrderRecord:
    return OrderRecord(
        merchant_id=item["merchant_id"],
        order_no=item["order_no"],
        state=item["state"],
        coupon_id=item["coupon_id"],
        fingerprint=item["fingerprint"],
        batch_id=item["batch_id"],
        terms_id=item["terms_id"],
        amounts=_amounts(item),
        at_s=item["at_s"],
        held_until_s=item["held_until_s"],
        late=item["late"],
        reversals=tuple(_reversal(fields) for fields in item["reversals"]),
    )


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
    return {
        "reversal_no": reversal.reversal_no,
        **_amount_fields(reversal.amounts),
        "reversed_at_s": reversal.reversed_at_s,
        "coupon_returned": reversal.coupon_returned,
    }


def _reversal(fields: Item) -> Reversal:
    return Reversal(fields["reversal_no"], _amounts(fields), fields["reversed_at_s"], fields["coupon_returned"])


def _line_fields(line: Line) -> Item:
    return {
        "kind": line.kind,
        "order_no": line.order_no,
        "reversal_no": line.reversal_no,
        "coupon_id": line.coupon_id,
        **line.purse._asdict(),
        "batch_id": line.batch_id,
        "terms_id": line.terms_id,
        **_amount_fields(line.amounts),
        "at_s": line.at_s,
        "late": line.late,
        "coupon_returned": line.coupon_returned,
    }


def _summed(item: Item) -> Summed:
    return Summed(item["kind"], _purse(item), item["batch_id"], _amounts(item), item["late"])


def _purse(item: Item) -> Purse:
    return Purse(item["campaign_id"], item["currency"])


def line_of(item: Item) -> Line:
    wall_clock(item["at_s"], "UTC")  # raises for a second that no calendar has
    return Line(
        kind=item["kind"],
        order_no=item["order_no"],
        reversal_no=item["reversal_no"],
        coupon_id=item["coupon_id"],
        purse=_purse(item),
        batch_id=item["batch_id"],
        terms_id=item["terms_id"],
        amounts=_amounts(item),
        at_s=item["at_s"],
        late=item["late"],
        coupon_returned=item["coupon_returned"],
    )

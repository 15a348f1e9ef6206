"""Merchants (table `catalog`).

| access | request |
|---|---|
| a merchant with its enrolments | Query `MERCHANT#id` |
| whether a merchant has a record | GetItem |
| a record as operators edit it | GetItem of the record, then of what is withheld |
| edit or suspend a merchant, withhold its lines | one transaction at the record's revision |
| enrol a merchant by a campaign document | parts of the document's transaction |
| what is withheld of a merchant's lines | GetItem |
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from coupons.damage import Damaged
from coupons.model.assessment import Till
from coupons.model.merchants import Merchant, MerchantRecord, Withholding
from coupons.refusals import Busy
from coupons.stores import keys
from coupons.stores.dynamodb import Dynamo, Item, TransactionFailed, encode
from coupons.stores.values import strings, sure, value_of, values_of

ATTEMPTS = 5
"""Readings of one record while others edit it."""


class Registry:
    def __init__(self, dynamo: Dynamo, table: str) -> None:
        self._dynamo = dynamo
        self._table = table

    def merchant(self, merchant_id: str) -> tuple[MerchantRecord, frozenset[str]] | None:
        """The record and the campaigns that the merchant takes part in, by a document or by its own record."""
        key = keys.merchant(merchant_id)
        items = {item["sk"]: item for item in self._dynamo.query(self._table, key["pk"], consistent=True)}
        if key["sk"] not in items:
            return None
        record = value_of(self._table, items.pop(key["sk"]), _record)
        enrolled = {sk.removeprefix(keys.ENROLMENT) for sk in items}
        return record, frozenset(enrolled | set(record.campaigns))

    def has_record(self, merchant_id: str) -> bool:
        """Read strongly: who was registered a moment ago is known.

        Guarded by tests/store/stores/test_strong_reads.py::test_what_decides_is_read_strongly.
        """
        return self._dynamo.get(self._table, keys.merchant(merchant_id), consistent=True) is not None

    def record(self, merchant_id: str) -> MerchantRecord | None:
        """The record with its revision and all that is withheld, as they were at one moment. 2 read units.

        Whatever changes what is withheld counts the record's revision up in the same transaction: a list that was read
        after the record, and is not of a later revision, was there when the record was read. Raises Busy.
        """
        for _ in range(ATTEMPTS):
            item = self._dynamo.get(self._table, keys.merchant(merchant_id), consistent=True)
            if item is None:
                return None
            record, (revision, withheld) = value_of(self._table, item, _record), self._withheld(merchant_id)
            if revision <= (record.revision or 0):
                return record.model_copy(update={"withheld": withheld})
        raise Busy(detail="The merchant's record is changing; try again.")

    def records(self, merchant_ids: Iterable[str]) -> dict[str, MerchantRecord | Damaged]:
        """Records by merchant, without what is withheld; those that there are, read strongly."""
        wanted = {keys.merchant(merchant_id)["pk"]: merchant_id for merchant_id in merchant_ids}
        places = {self._table: [keys.merchant(merchant_id) for merchant_id in wanted.values()]}
        items = self._dynamo.get_many(places, consistent=True)[self._table]
        found = values_of(self._table, items, _record)
        return {wanted[item["pk"]]: record for item, record in zip(items, found, strict=True)}

    def put(self, merchant_id: str, record: MerchantRecord, standing: MerchantRecord | None) -> bool:
        """`record` in place of `standing`, which was read, all of it or nothing; False if another stands by now.

        2 write units, and 2 where what is withheld changes. Guarded by
        tests/store/stores/test_registry.py::test_an_edit_of_a_record_that_moved_on_changes_nothing.
        """
        state = {name: getattr(record, name) for name in _RECORD_STATE}
        put = {
            "TableName": self._table,
            "Item": encode({**keys.merchant(merchant_id), **state, "facts": _facts(record)}),
            **_as_read(standing),
        }
        parts = [{"Put": put}]
        if record.withheld != (standing.withheld if standing else []):
            withheld = {"revision": record.revision, "withheld": [one.model_dump() for one in record.withheld]}
            item = encode({**keys.withheld(merchant_id), **withheld})
            parts.append({"Put": {"TableName": self._table, "Item": item}})
        try:
            self._dynamo.transact(parts)
        except TransactionFailed:
            return False
        return True

    def withheld(self, merchant_id: str) -> list[Withholding]:
        """Read strongly: what was withheld a moment ago is not paid out now. Raises Damaged."""
        return self._withheld(merchant_id)[1]

    def _withheld(self, merchant_id: str) -> tuple[int, list[Withholding]]:
        """With the record's revision at which it was written."""
        item = self._dynamo.get(self._table, keys.withheld(merchant_id), consistent=True)
        if item is None:
            return 0, []
        return value_of(self._table, item, _withheld)


def enrol_merchant(table: str, campaign_id: str, merchant: Merchant) -> list[dict[str, Any]]:
    """Transaction parts: the enrolment, and a record with the document's facts where there is none yet.

    A record that is there stays as it is: its facts are edited by itself, under its own revision.
    """
    update = {
        "TableName": table,
        "Key": encode(keys.merchant(merchant.merchant_id)),
        "UpdateExpression": (
            "SET facts = if_not_exists(facts, :facts), suspended = if_not_exists(suspended, :no),"
            " campaigns = if_not_exists(campaigns, :none), revision = if_not_exists(revision, :first)"
        ),
        "ExpressionAttributeValues": encode({":facts": _facts(merchant), ":no": False, ":none": [], ":first": 1}),
    }
    enrolment = {"TableName": table, "Item": encode(keys.enrolment(merchant.merchant_id, campaign_id))}
    return [{"Update": update}, {"Put": enrolment}]


def withdraw_merchant(table: str, campaign_id: str, merchant_id: str) -> dict[str, Any]:
    return {"Delete": {"TableName": table, "Key": encode(keys.enrolment(merchant_id, campaign_id))}}


def till(
    merchant_id: str,
    found: tuple[MerchantRecord, frozenset[str]] | None,
    campaign_id: str,
    suspended_districts: frozenset[str],
) -> Till | None:
    if found is None:
        return None
    record, campaigns = found
    return Till(merchant_id, record, campaign_id in campaigns, suspended_districts)


_RECORD_STATE = ("revision", "suspended", "campaigns", "late_scans_per_day")
"""What the merchant's own record says and no campaign document: attributes of the item, beside the facts."""


def _as_read(standing: MerchantRecord | None) -> dict[str, Any]:
    if standing is None:
        return {"ConditionExpression": "attribute_not_exists(pk)"}
    return {
        "ConditionExpression": "revision = :read",
        "ExpressionAttributeValues": encode({":read": standing.revision}),
    }


def _facts(merchant: Merchant | MerchantRecord) -> str:
    return merchant.model_dump_json(exclude={"merchant_id", "withheld", *_RECORD_STATE}, exclude_unset=True)


def _record(item: Item) -> MerchantRecord:
    state = {
        "revision": sure(item["revision"], int),
        "suspended": sure(item["suspended"], bool),
        "campaigns": strings(item["campaigns"]),
        "late_scans_per_day": sure(item.get("late_scans_per_day", 0), int),
    }
    return MerchantRecord.model_validate_json(item["facts"]).model_copy(update=state)


def _withheld(item: Item) -> tuple[int, list[Withholding]]:
    return sure(item["revision"], int), [Withholding.model_validate(one) for one in item["withheld"]]

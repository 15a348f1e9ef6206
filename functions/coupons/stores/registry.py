"""Merchants (table `catalog`).

| access | request |
|---|---|
| a merchant with its enrolments | Query `MERCHANT#id` |
| change or suspend a merchant | PutItem |
| what is withheld of a merchant's lines | GetItem, PutItem |
"""

from __future__ import annotations

from typing import Any

from coupons.assess import Till
from coupons.documents import Merchant, MerchantRecord, Withholding
from coupons.stores import keys
from coupons.stores.dynamodb import Dynamo, Item, decode, encode


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
        record = _record(items.pop(key["sk"]))
        enrolled = {sk.removeprefix(keys.ENROLMENT) for sk in items}
        return record, frozenset(enrolled | set(record.campaigns))

    def put_merchant(self, merchant_id: str, record: MerchantRecord) -> MerchantRecord | None:
        """Store the whole record; the one it replaced, None if it is new."""
        state = {name: getattr(record, name) for name in _RECORD_STATE}
        item = encode({**keys.merchant(merchant_id), **state, "facts": _facts(record)})
        answer = self._dynamo.call("put_item", TableName=self._table, Item=item, ReturnValues="ALL_OLD")
        return _record(decode(answer["Attributes"])) if answer.get("Attributes") else None

    def withheld(self, merchant_id: str) -> list[Withholding]:
        """Read strongly: what was withheld a moment ago is not paid out now."""
        item = self._dynamo.get(self._table, keys.withheld(merchant_id), consistent=True)
        return [Withholding.model_validate(one) for one in item["withheld"]] if item else []

    def put_withheld(self, merchant_id: str, withheld: list[Withholding]) -> None:
        item = {**keys.withheld(merchant_id), "withheld": [one.model_dump() for one in withheld]}
        self._dynamo.call("put_item", TableName=self._table, Item=encode(item))


def declare_merchant(table: str, campaign_id: str, merchant: Merchant) -> list[dict[str, Any]]:
    """Transaction parts: the facts as a campaign document states them, and the enrolment; suspension stays."""
    update = {
        "TableName": table,
        "Key": encode(keys.merchant(merchant.merchant_id)),
        "UpdateExpression": (
            "SET facts = :facts, suspended = if_not_exists(suspended, :no), campaigns = if_not_exists(campaigns, :none)"
        ),
        "ExpressionAttributeValues": encode({":facts": _facts(merchant), ":no": False, ":none": []}),
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


_RECORD_STATE = ("suspended", "campaigns", "late_scans_per_day")
"""What the merchant's own record says and no campaign document: attributes of the item, beside the facts."""


def _facts(merchant: Merchant | MerchantRecord) -> str:
    return merchant.model_dump_json(exclude={"merchant_id", "withheld", *_RECORD_STATE}, exclude_unset=True)


def _record(item: Item) -> MerchantRecord:
    facts = MerchantRecord.model_validate_json(item["facts"])
    return facts.model_copy(update={name: item[name] for name in _RECORD_STATE if name in item})

"""Merchants (table `catalog`).

| access | request |
|---|---|
| a merchant with its enrolments | Query `MERCHANT#id` |
| a merchant at a till | its record and one enrolment, together with others |
| whether a merchant has a record | GetItem |
| a record as operators edit it | GetItem of the record, then of what is withheld |
| the merchants that joined a campaign by their records | Query `JOINED#campaign` |
| edit or suspend a merchant, withhold its lines | one transaction at the record's revision |
| enrol a merchant by a campaign document | parts of the document's transaction |
| what is withheld of a merchant's lines | GetItem |
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from itertools import islice

from coupons.damage import Damaged
from coupons.model.merchants import Merchant, MerchantRecord, Withholding
from coupons.refusals import Busy
from coupons.stores import keys
from coupons.stores.attributes import Item
from coupons.stores.dynamodb import Dynamo
from coupons.stores.parts import Part
from coupons.stores.table import Table, unchanged
from coupons.stores.together import Wanted
from coupons.stores.values import strings, sure

READS_OF_A_RECORD = 5
"""How often one record is read while others edit it."""


class Registry:
    def __init__(self, dynamo: Dynamo, table: str) -> None:
        self._table = Table(dynamo, table)

    def merchant(self, merchant_id: str) -> tuple[MerchantRecord, frozenset[str]] | None:
        """The record, and the campaigns in which the merchant takes part, by their documents or by its record."""
        key = keys.merchant(merchant_id)
        items = {item["sk"]: item for item in self._table.query(key["pk"], consistent=True)}
        if key["sk"] not in items:
            return None
        record = self._table.value(items.pop(key["sk"]), _record)
        enrolled = {sk.removeprefix(keys.ENROLMENT) for sk in items}
        return record, frozenset(enrolled | set(record.campaigns))

    def wanted(self, merchant_id: str, campaign_id: str) -> tuple[Wanted[MerchantRecord], Wanted[bool]]:
        """The record, and whether the campaign's document enrols the merchant; the record may state it too."""
        enrolment = keys.enrolment(merchant_id, campaign_id)
        return self._table.wanted(keys.merchant(merchant_id), _record), self._table.wanted(enrolment, lambda _: True)

    def has_record(self, merchant_id: str) -> bool:
        """Read strongly: a merchant that was registered a moment ago is known.

        Guarded by tests/store/stores/test_strong_reads.py::test_what_decides_is_read_strongly.
        """
        return self._table.get(keys.merchant(merchant_id), lambda _: True, consistent=True) is True

    def record(self, merchant_id: str) -> MerchantRecord | None:
        """The record with its revision and all that is withheld, as they were at the same moment. 2 read units.

        Each change of what is withheld raises the record's revision in the same transaction: a list that was read after
        the record, and is not of a later revision, was there when the record was read. Raises Busy.
        """
        for _ in range(READS_OF_A_RECORD):
            record = self._table.get(keys.merchant(merchant_id), _record, consistent=True)
            if record is None:
                return None
            revision, withheld = self._withheld(merchant_id)
            if revision <= (record.revision or 0):
                return record.model_copy(update={"withheld": withheld})
        raise Busy(detail="The merchant's record is changing; try again.")

    def joined(self, campaign_id: str, after: str, limit: int) -> list[str]:
        """Merchants that joined the campaign by their records, in the order of their ids: up to `limit` after `after`.

        Half a read unit for 4 KB of lines. Some may have left: their records say so.
        """
        key = keys.joined(campaign_id, after)
        found = self._table.query(key["pk"], consistent=False, after=key["sk"], only="sk", page=limit)
        return [keys.merchant_in(item["sk"]) for item in islice(found, limit)]

    def records(self, merchant_ids: Iterable[str], *, consistent: bool = True) -> dict[str, MerchantRecord | Damaged]:
        """The records that there are, by merchant, without what is withheld; 100 a request."""
        wanted = {keys.merchant(merchant_id)["pk"]: merchant_id for merchant_id in merchant_ids}
        items = self._table.items(
            [keys.merchant(merchant_id) for merchant_id in wanted.values()], consistent=consistent
        )
        found = self._table.values(items, _record)
        return {wanted[item["pk"]]: record for item, record in zip(items, found, strict=True)}

    def put(self, merchant_id: str, record: MerchantRecord, read: MerchantRecord | None) -> bool:
        """`record` in place of the record that was `read`, completely or not at all; False if that changed since.

        2 write units, 2 where what is withheld changes, and 2 for each campaign that it joins. Guarded by
        tests/store/stores/test_registry.py::test_an_edit_of_a_record_that_moved_on_changes_nothing.
        """
        state = {name: getattr(record, name) for name in _RECORD_STATE}
        item = {**keys.merchant(merchant_id), **state, "facts": _facts(record)}
        condition, values = unchanged("revision", read.revision if read else None)
        parts = [self._table.put("merchant", item, condition, **values)]
        if record.withheld != (read.withheld if read else []):
            withheld = {"revision": record.revision, "withheld": [one.model_dump() for one in record.withheld]}
            parts.append(self._table.put("withheld", {**keys.withheld(merchant_id), **withheld}))
        joins = sorted(set(record.campaigns) - set(read.campaigns if read else ()))
        parts += [self._table.put("joined", keys.joined(campaign_id, merchant_id)) for campaign_id in joins]
        return self._table.dynamo.tries(parts)

    def withheld(self, merchant_id: str) -> list[Withholding]:
        """Read strongly: what was withheld a moment ago is not paid out now. Raises Damaged."""
        return self._withheld(merchant_id)[1]

    def _withheld(self, merchant_id: str) -> tuple[int, list[Withholding]]:
        """The record's revision at which it was written, and what is withheld."""
        return self._table.get(keys.withheld(merchant_id), _withheld, consistent=True) or (0, [])

    def enrol(self, campaign_id: str, merchant: Merchant) -> list[Part]:
        """Transaction parts: the enrolment, and a record with the facts of the document if there is none yet.

        A record that is there stays as it is: its facts are edited by themselves, under the record's own revision.
        """
        update = (
            "SET facts = if_not_exists(facts, :facts), suspended = if_not_exists(suspended, :no),"
            " campaigns = if_not_exists(campaigns, :none), revision = if_not_exists(revision, :first)"
        )
        key = keys.merchant(merchant.merchant_id)
        record = self._table.update("merchant", key, update, facts=_facts(merchant), no=False, none=[], first=1)
        return [record, self._table.put("enrolment", keys.enrolment(merchant.merchant_id, campaign_id))]

    def withdraw(self, campaign_id: str, merchant_id: str) -> Part:
        """A transaction part: no enrolment."""
        return self._table.delete("enrolment", keys.enrolment(merchant_id, campaign_id))


_RECORD_STATE = ("revision", "suspended", "campaigns", "late_scans_per_day")
"""What only the merchant's own record states, and no campaign document: attributes beside `facts`."""


def _facts(merchant: Merchant | MerchantRecord) -> str:
    return merchant.model_dump_json(
        exclude={"merchant_id", "subsidy_max_minor", "withheld", *_RECORD_STATE}, exclude_unset=True
    )


def _record(item: Item) -> MerchantRecord:
    state = {
        "revision": sure(item["revision"], int),
        "suspended": sure(item["suspended"], bool),
        "campaigns": strings(item["campaigns"]),
        "late_scans_per_day": sure(item.get("late_scans_per_day", 0), int),
    }
    return _record_of(item["facts"]).model_copy(update=state)


@lru_cache(maxsize=256)
def _record_of(facts: str) -> MerchantRecord:
    """The same text is validated once: tills read their records all day, and some have hundreds of stores."""
    return MerchantRecord.model_validate_json(facts)


def _withheld(item: Item) -> tuple[int, list[Withholding]]:
    return sure(item["revision"], int), [Withholding.model_validate(one) for one in item["withheld"]]

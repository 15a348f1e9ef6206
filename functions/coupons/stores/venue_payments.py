"""What venues were paid for check-ins of closed days (table `catalog`), by merchant and campaign.

| access | request | units |
|---|---|---|
| record a day | GetItem, strong; one transaction of the day and the total | 1 read unit, 4 |
| the total | GetItem | half a read unit |
| the days of a year | Query | half a read unit each 4 KB |

A day is added to its merchant's total once, by its round: a day that was reopened and closed again adds what differs.
"""

from __future__ import annotations

from collections.abc import Mapping

from coupons.model.days import SettlementDay
from coupons.model.facility_uses import UsesTotal
from coupons.refusals import Busy
from coupons.stores import venue_keys
from coupons.stores.attributes import Item
from coupons.stores.dynamodb import Dynamo
from coupons.stores.table import Table, unchanged
from coupons.stores.values import fields_of, reader, sure

ATTEMPTS = 3


class VenuePayments:
    def __init__(self, dynamo: Dynamo, table: str) -> None:
        self._table = Table(dynamo, table)

    def record(self, day: SettlementDay, campaign_id: str, merchant_id: str, uses: Mapping[str, UsesTotal]) -> None:
        """The day's check-ins of the merchant are these, and its total has them once. Raises Busy.

        A later round is not replaced. Guarded by
        tests/store/settle/test_venue_payments.py::test_a_day_is_added_once.
        """
        subsidy_minor = sum(one.subsidy_minor for one in uses.values())
        of_day = venue_keys.paid(campaign_id, merchant_id, day.day)
        of_total = venue_keys.paid(campaign_id, merchant_id, venue_keys.TOTAL)
        for _ in range(ATTEMPTS):
            round_, before_minor = self._table.get(of_day, _recorded, consistent=True) or (0, 0)
            if round_ >= day.round:
                return
            item = {
                **of_day,
                "round": day.round,
                "subsidy_minor": subsidy_minor,
                "facilities": {name: fields_of(one) for name, one in uses.items()},
            }
            condition, values = unchanged("round", round_)
            update = "SET subsidy_minor = if_not_exists(subsidy_minor, :none) + :more"
            more = self._table.update("venue total", of_total, update, none=0, more=subsidy_minor - before_minor)
            if self._table.dynamo.tries([self._table.put("venue day", item, condition, **values), more]):
                return
        raise Busy(detail="A venue's payments are changing; try again.")

    def total_minor(self, campaign_id: str, merchant_id: str) -> int:
        """What the merchant was paid by the campaign on all closed days, redemptions less reversals."""
        key = venue_keys.paid(campaign_id, merchant_id, venue_keys.TOTAL)
        return self._table.get(key, lambda item: sure(item["subsidy_minor"], int), consistent=False) or 0

    def of_year(self, campaign_id: str, merchant_id: str, year: int) -> dict[str, UsesTotal]:
        """By facility: the sums of the merchant's closed days of a year. Raises Damaged."""
        found: dict[str, UsesTotal] = {}
        key = venue_keys.paid(campaign_id, merchant_id, f"{year}-")
        for item in self._table.query(key["pk"], key["sk"], consistent=False):
            for facility_id, uses in self._table.value(item, _facilities).items():
                found[facility_id] = found.get(facility_id, UsesTotal()) + uses
        return found


_uses = reader(UsesTotal)


def _recorded(item: Item) -> tuple[int, int]:
    return sure(item["round"], int), sure(item["subsidy_minor"], int)


def _facilities(item: Item) -> dict[str, UsesTotal]:
    return {sure(name, str): _uses(fields) for name, fields in item["facilities"].items()}

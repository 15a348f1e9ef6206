"""Funders' budgets (table `catalog`).

| access | request |
|---|---|
| declare, reserve, give back | parts of the transaction that applies a document, or moves a batch's money |
| all budgets of a campaign | BatchGetItem, strong |

An item holds `reserved_minor`, the largest possible cost of what was published, and `left_minor`; their sum is the
budget. `left_minor` is stored because a condition cannot subtract one attribute from another.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from coupons.damage import Damaged, all_of
from coupons.model.accounts import Budget, below_reserved, not_covered
from coupons.model.funders import Funder
from coupons.refusals import BudgetExceeded
from coupons.stores import keys
from coupons.stores.dynamodb import Dynamo, TransactionFailed
from coupons.stores.parts import Part
from coupons.stores.table import Table
from coupons.stores.values import reader


class Budgets:
    def __init__(self, dynamo: Dynamo, table: str) -> None:
        self._table = Table(dynamo, table)

    def of(self, campaign_id: str, funder_ids: Sequence[str]) -> list[Budget]:
        """In the order of `funder_ids`. Raises Damaged."""
        return list(all_of(self.each(campaign_id, funder_ids)))

    def each(self, campaign_id: str, funder_ids: Sequence[str]) -> list[Budget | Damaged]:
        """The same; `Damaged` takes the place of one that cannot be read."""
        asked = [keys.funder(campaign_id, funder_id) for funder_id in funder_ids]
        found = {item["pk"]: item for item in self._table.items(asked, consistent=True)}
        return list(self._table.values([found[key["pk"]] for key in asked if key["pk"] in found], reader(Budget)))

    def declare(self, campaign_id: str, funder_id: str, budget_minor: int) -> Part:
        """A transaction part: the budget is `budget_minor`, unless more than that is reserved."""
        update = (
            "SET funder_id = :f, reserved_minor = if_not_exists(reserved_minor, :none),"
            " left_minor = :b - if_not_exists(reserved_minor, :none)"
        )
        condition = "attribute_not_exists(reserved_minor) OR reserved_minor <= :b"
        return self._part(campaign_id, funder_id, update, condition, f=funder_id, b=budget_minor, none=0)

    def reserve(self, campaign_id: str, costs: Mapping[str, int]) -> list[Part]:
        """Transaction parts, one for each funder: the cost is set aside if the funder has it left."""
        update = "SET reserved_minor = reserved_minor + :c, left_minor = left_minor - :c"
        return [self._part(campaign_id, name, update, "left_minor >= :c", c=cost) for name, cost in costs.items()]

    def give_back(self, campaign_id: str, amounts: Mapping[str, int]) -> list[Part]:
        """Transaction parts, one for each funder who gets something: what was set aside is left again."""
        update = "SET reserved_minor = reserved_minor - :c, left_minor = left_minor + :c"
        gets = {name: amount for name, amount in amounts.items() if amount}
        return [
            self._part(campaign_id, name, update, "reserved_minor >= :c", c=amount) for name, amount in gets.items()
        ]

    def _part(self, campaign_id: str, funder_id: str, update: str, condition: str, **values: Any) -> Part:
        part = self._table.update("budget", keys.funder(campaign_id, funder_id), update, condition, **values)
        return part.of(funder_id).returning_old()


def over_budget(failure: TransactionFailed, needed: Mapping[str, int], *, currency: str) -> BudgetExceeded:
    """The first funder whose budget refused `needed`."""
    funder_id, item = failure.which("budget")[0], failure.item("budget") or {"left_minor": 0}
    return not_covered(funder_id, item["left_minor"], needed[funder_id], currency=currency)


def first_below_reserved(failure: TransactionFailed, funders: Sequence[Funder], *, currency: str) -> BudgetExceeded:
    """The first funder whose declared budget is smaller than what is reserved of it."""
    funder_id, item = failure.which("budget")[0], failure.item("budget") or {"reserved_minor": 0}
    funder = next(funder for funder in funders if funder.funder_id == funder_id)
    return below_reserved(funder, item["reserved_minor"], currency=currency)

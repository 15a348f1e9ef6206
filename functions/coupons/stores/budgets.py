"""Funders' budgets (table `catalog`).

| access | request |
|---|---|
| declare, reserve | parts of the transaction that applies a document, publishes or raises a batch |
| all budgets of a campaign | BatchGetItem, strong |

An item holds `reserved_minor`, the largest possible cost of what was published, and `left_minor`; their sum is the
budget. `left_minor` is stored because a condition cannot subtract one attribute from another.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from coupons.damage import Damaged, all_of
from coupons.model.accounts import Budget
from coupons.model.campaigns import Funder
from coupons.refusals import BudgetExceeded
from coupons.stores import keys
from coupons.stores.dynamodb import Dynamo, Item, TransactionFailed, encode
from coupons.stores.values import values_of


class Budgets:
    def __init__(self, dynamo: Dynamo, table: str) -> None:
        self._dynamo = dynamo
        self.table = table

    def of(self, campaign_id: str, funder_ids: Sequence[str]) -> list[Budget]:
        """In the order of `funder_ids`. Raises Damaged."""
        return list(all_of(self.each(campaign_id, funder_ids)))

    def each(self, campaign_id: str, funder_ids: Sequence[str]) -> list[Budget | Damaged]:
        """The same, a damaged one in its place."""
        wanted = {self.table: [keys.funder(campaign_id, funder_id) for funder_id in funder_ids]}
        items = self._dynamo.get_many(wanted, consistent=True)[self.table]
        found = {item["pk"]: item for item in items}
        asked = [keys.funder(campaign_id, funder_id)["pk"] for funder_id in funder_ids]
        return list(values_of(self.table, [found[pk] for pk in asked if pk in found], _budget))


def _budget(item: Item) -> Budget:
    return Budget(item["funder_id"], item["reserved_minor"], item["left_minor"])


def declare(table: str, campaign_id: str, funder_id: str, budget_minor: int) -> dict[str, Any]:
    """A transaction part: the budget is `budget_minor`, unless more than that is reserved."""
    update = (
        "SET funder_id = :f, reserved_minor = if_not_exists(reserved_minor, :none),"
        " left_minor = :b - if_not_exists(reserved_minor, :none)"
    )
    condition = "attribute_not_exists(reserved_minor) OR reserved_minor <= :b"
    values = {":f": funder_id, ":b": budget_minor, ":none": 0}
    return _update(table, campaign_id, funder_id, update, condition, values)


def reservations(table: str, campaign_id: str, costs: Mapping[str, int]) -> list[dict[str, Any]]:
    """Transaction parts, one a funder in the order of `costs`: set the cost aside if the funder has it left."""
    update = "SET reserved_minor = reserved_minor + :c, left_minor = left_minor - :c"
    return [
        _update(table, campaign_id, funder_id, update, "left_minor >= :c", {":c": cost})
        for funder_id, cost in costs.items()
    ]


def given_back(table: str, campaign_id: str, amounts: Mapping[str, int]) -> list[dict[str, Any]]:
    """Transaction parts, one a funder who gets something: what was set aside is theirs to use again."""
    update = "SET reserved_minor = reserved_minor - :c, left_minor = left_minor + :c"
    return [
        _update(table, campaign_id, funder_id, update, "reserved_minor >= :c", {":c": amount})
        for funder_id, amount in amounts.items()
        if amount
    ]


def over_budget(failure: TransactionFailed, needed: Mapping[str, int], *, first: int, currency: str) -> BudgetExceeded:
    """Which funder refused: its part stands at `first` plus its place in `needed`."""
    place = min(failure.items)
    funder_id = list(needed)[place - first]
    item = failure.items[place] or {"left_minor": 0}
    return BudgetExceeded(
        funder_id=funder_id,
        available_minor=item["left_minor"],
        needed_minor=needed[funder_id],
        currency=currency,
        detail=f"The budget of {funder_id!r} does not cover this.",
    )


def below_reserved(
    failure: TransactionFailed, funders: Sequence[Funder], *, first: int, currency: str
) -> BudgetExceeded:
    """Which declared budget is smaller than what is reserved of it: its part stands at `first` plus its place."""
    place = min(failure.items)
    funder, item = funders[place - first], failure.items[place] or {"reserved_minor": 0}
    return BudgetExceeded(
        funder_id=funder.funder_id,
        available_minor=funder.budget_minor,
        needed_minor=item["reserved_minor"],
        currency=currency,
        detail=f"More than the new budget of {funder.funder_id!r} is reserved already.",
    )


def _update(
    table: str, campaign_id: str, funder_id: str, update: str, condition: str, values: dict[str, Any]
) -> dict[str, Any]:
    return {
        "Update": {
            "TableName": table,
            "Key": encode(keys.funder(campaign_id, funder_id)),
            "UpdateExpression": update,
            "ConditionExpression": condition,
            "ExpressionAttributeValues": encode(values),
            "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
        }
    }

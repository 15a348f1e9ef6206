"""What applying a document, and then publishing its batches, would do to the funders' budgets."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from coupons.model.accounts import not_covered
from coupons.model.campaigns import Campaign, EditOutcome, Warned
from coupons.model.changes import Change
from coupons.model.reserves import largest_cost
from coupons.money import NOTHING, Amounts
from coupons.refusals import BudgetExceeded, Refusal


@dataclass(frozen=True, slots=True)
class PlannedBudget:
    """`budget_minor` = `reserved_minor` + `to_reserve_minor` + `left_minor`, which is negative if it does not suffice.

    `to_reserve_minor`: the largest cost of the document's batches that are not published yet.
    """

    funder_id: str
    budget_minor: int
    reserved_minor: int
    to_reserve_minor: int

    @property
    def left_minor(self) -> int:
        return self.budget_minor - self.reserved_minor - self.to_reserve_minor


@dataclass(frozen=True, slots=True)
class PlannedBatch:
    """`refusal`: what publishing it would be refused with, after all batches before it in the document."""

    batch_id: str
    quantity: int
    published: bool
    to_reserve: Amounts
    refusal: BudgetExceeded | None


@dataclass(frozen=True, slots=True)
class Plan:
    """What PUT of the document would do now. It does it if there are no `refusals`; else it gives the first of them.

    `revision`: the stored one; None if there is no such campaign.
    """

    document: Campaign
    outcome: EditOutcome
    revision: int | None
    refusals: list[Refusal]
    changes: list[Change]
    budgets: list[PlannedBudget]
    batches: list[PlannedBatch]
    warnings: list[Warned]


def planned_money(
    document: Campaign,
    *,
    reserved: Amounts = NOTHING,
    published: Collection[str] = (),
    taken: Mapping[str, Amounts] | None = None,
) -> tuple[list[PlannedBudget], list[PlannedBatch]]:
    """Each funder, and each batch as it would be published in the order of the document.

    `reserved`: by funder, what is reserved now. `taken`: by batch, how much of it a publishing has reserved that was
    killed; the next publishing of the batch continues with it.
    """
    left = Amounts({funder.funder_id: funder.budget_minor for funder in document.funders}) - reserved
    batches, to_reserve = list[PlannedBatch](), NOTHING
    for batch in document.batches:
        cost, refusal = NOTHING, None
        if batch.batch_id not in published:
            cost = largest_cost(document.terms_of(batch), batch.quantity) - (taken or {}).get(batch.batch_id, NOTHING)
            refusal = _refusal(left, cost, document.currency)
            left = left if refusal else left - cost
            to_reserve += cost
        batches.append(PlannedBatch(batch.batch_id, batch.quantity, batch.batch_id in published, cost, refusal))
    budgets = [
        PlannedBudget(f.funder_id, f.budget_minor, reserved.get(f.funder_id, 0), to_reserve.get(f.funder_id, 0))
        for f in document.funders
    ]
    return budgets, batches


def _refusal(left: Amounts, cost: Amounts, currency: str) -> BudgetExceeded | None:
    short = [funder_id for funder_id, minor in cost.items() if minor > left.get(funder_id, 0)]
    return not_covered(short[0], left.get(short[0], 0), cost[short[0]], currency=currency) if short else None

"""A campaign's money at one moment, as operators and funders ask for it: budgets, batches and movements."""

from __future__ import annotations

from dataclasses import dataclass

from coupons.model.campaigns import Campaign
from coupons.model.funders import Funder
from coupons.model.ledger import LedgerRecord
from coupons.model.reserves import Reserve
from coupons.money import Amounts
from coupons.refusals import BudgetExceeded


@dataclass(frozen=True, slots=True)
class Budget:
    """A funder's budget is `reserved_minor` + `left_minor`."""

    funder_id: str
    reserved_minor: int
    left_minor: int


@dataclass(frozen=True, slots=True)
class BatchMoney:
    """`spent`: what the batch's lines of closed days cost, redemptions less reversals."""

    batch_id: str
    reserve: Reserve
    spent: Amounts


@dataclass(frozen=True, slots=True)
class CampaignMoney:
    """`movements`: one page, in order of batch and change. `after`: the key of its last movement if there are more.

    `damaged`: how many budgets, batches and movements are left out because they cannot be read.
    """

    timezone: str
    currency: str
    budgets: list[Budget]
    batches: list[BatchMoney]
    movements: list[LedgerRecord]
    after: str
    damaged: int

    @property
    def spent(self) -> Amounts:
        return Amounts.total(batch.spent for batch in self.batches)


def changed_budgets(document: Campaign, stored: Campaign | None) -> list[Funder]:
    """The funders who are new, or have another budget than in the stored document."""
    before = {funder.funder_id: funder.budget_minor for funder in stored.funders} if stored else {}
    return [funder for funder in document.funders if before.get(funder.funder_id) != funder.budget_minor]


def below_reserved(funder: Funder, reserved_minor: int, *, currency: str) -> BudgetExceeded:
    """The refusal of a budget that is smaller than what is reserved of it."""
    return BudgetExceeded(
        funder_id=funder.funder_id,
        available_minor=funder.budget_minor,
        needed_minor=reserved_minor,
        currency=currency,
        detail=f"More than the new budget of {funder.funder_id!r} is reserved already.",
    )


def not_covered(funder_id: str, available_minor: int, needed_minor: int, *, currency: str) -> BudgetExceeded:
    """The refusal of a reservation that is larger than what the funder has left."""
    return BudgetExceeded(
        funder_id=funder_id,
        available_minor=available_minor,
        needed_minor=needed_minor,
        currency=currency,
        detail=f"The budget of {funder_id!r} does not cover this.",
    )


def movement_cursor_of(movement_key: str) -> str:
    """The form of a movement's key in URLs."""
    return movement_key.replace("#", "~")


def movement_key_of(cursor: str) -> str:
    """The inverse of `movement_cursor_of`. Empty: before the first movement."""
    return cursor.replace("~", "#")

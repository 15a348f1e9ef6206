"""A campaign's money at one moment, as operators and funders ask for it: budgets, batches and movements."""

from __future__ import annotations

from dataclasses import dataclass

from coupons.model.ledger import LedgerRecord
from coupons.model.reserves import Reserve
from coupons.money import Amounts


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


def movement_cursor_of(movement_key: str) -> str:
    """The form of a movement's key in URLs."""
    return movement_key.replace("#", "~")


def movement_key_of(cursor: str) -> str:
    """The inverse of `movement_cursor_of`. Empty: before the first movement."""
    return cursor.replace("~", "#")

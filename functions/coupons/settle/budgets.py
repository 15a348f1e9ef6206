"""A campaign's money as operators and funders ask for it: budgets, what batches have of them, and movements."""

from __future__ import annotations

from dataclasses import dataclass

from coupons.damage import Damaged
from coupons.model.ledger import Record
from coupons.model.reserves import Amounts, Reserve, total
from coupons.process.services import Services
from coupons.refusals import NotFound
from coupons.stores.budgets import Budget

PAGE_MOVEMENTS = 100


@dataclass(frozen=True, slots=True)
class BatchMoney:
    """`spent`: what its lines of closed days cost, redemptions less reversals."""

    batch_id: str
    reserve: Reserve
    spent: Amounts


@dataclass(frozen=True, slots=True)
class Accounts:
    """`movements`: a page of them in order of batch and change, with the key of the last if there are more.

    `damaged`: budgets, batches and movements that are left out.
    """

    timezone: str
    currency: str
    budgets: list[Budget]
    batches: list[BatchMoney]
    movements: list[Record]
    after: str
    damaged: int

    @property
    def spent(self) -> Amounts:
        return total(batch.spent for batch in self.batches)


def accounts(services: Services, campaign_id: str, cursor: str) -> Accounts:
    """The campaign's money as it stands, and movements after `cursor` (empty: from the first), at most 100.

    About 2 read units a batch, 1 a funder, 1 each 4 KB of movements. Raises NotFound, Busy.
    """
    broken: list[Damaged] = []
    with services.damages.left_out(broken):
        return _accounts(services, campaign_id, cursor, broken)
    return Accounts("UTC", "", [], [], [], "", len(broken))  # without its document nobody knows whose money it is


def _accounts(services: Services, campaign_id: str, cursor: str, broken: list[Damaged]) -> Accounts:
    standing = services.catalog.campaign(campaign_id, consistent=True)
    if standing is None:
        raise NotFound(detail=f"No campaign {campaign_id!r}.")
    campaign = standing.document
    budgets = services.budgets.each(campaign_id, [funder.funder_id for funder in campaign.funders])
    batches: list[BatchMoney] = []
    for batch in campaign.batches:
        with services.damages.left_out(broken):
            batches.append(_of_batch(services, batch.batch_id))
    found = services.reserves.page(campaign_id, cursor.replace("~", "#"), PAGE_MOVEMENTS + 1)
    last = found[PAGE_MOVEMENTS - 1] if len(found) > PAGE_MOVEMENTS else None
    return Accounts(
        timezone=campaign.timezone,
        currency=campaign.currency,
        budgets=list(services.damages.sound(budgets, broken)),
        batches=[batch for batch in batches if batch.reserve.version],
        movements=list(services.damages.sound(found[:PAGE_MOVEMENTS], broken)),
        after="" if last is None else last.sk if isinstance(last, Damaged) else last.key,
        damaged=len(broken),
    )


def cursor_of(record_key: str) -> str:
    """A movement's key as a query parameter carries it."""
    return record_key.replace("#", "~")


def _of_batch(services: Services, batch_id: str) -> BatchMoney:
    reserve = services.reserves.get(batch_id)
    spent = total(services.day_folds.spent(batch_id).values()) if reserve.version else {}
    return BatchMoney(batch_id, reserve, spent)

"""A campaign's money for operators and funders: budgets, batches and movements."""

from __future__ import annotations

from coupons.damage import Damaged
from coupons.model.accounts import BatchMoney, CampaignMoney, movement_key_of
from coupons.money import NOTHING, Amounts
from coupons.process.services import Services
from coupons.refusals import NotFound

PAGE_MOVEMENTS = 100


def campaign_money(services: Services, campaign_id: str, cursor: str) -> CampaignMoney:
    """The campaign's money now, and at most 100 movements after `cursor` (empty: from the first).

    About 2 read units a batch, 1 a funder, 1 each 4 KB of movements. Raises NotFound, Busy.
    """
    broken: list[Damaged] = []
    with services.damages.left_out(broken):
        return _campaign_money(services, campaign_id, cursor, broken)
    return CampaignMoney("UTC", "", [], [], [], "", len(broken))  # the document is damaged, and names the batches


def _campaign_money(services: Services, campaign_id: str, cursor: str, broken: list[Damaged]) -> CampaignMoney:
    stored = services.documents.campaign(campaign_id, consistent=True)
    if stored is None:
        raise NotFound(detail=f"No campaign {campaign_id!r}.")
    campaign = stored.document
    budgets = services.budgets.each(campaign_id, [funder.funder_id for funder in campaign.funders])
    batches: list[BatchMoney] = []
    for batch in campaign.batches:
        with services.damages.left_out(broken):
            batches.append(_of_batch(services, batch.batch_id))
    found = services.reserves.page(campaign_id, movement_key_of(cursor), PAGE_MOVEMENTS + 1)
    last = found[PAGE_MOVEMENTS - 1] if len(found) > PAGE_MOVEMENTS else None
    return CampaignMoney(
        timezone=campaign.timezone,
        currency=campaign.currency,
        budgets=list(services.damages.sound(budgets, broken)),
        batches=[batch for batch in batches if batch.reserve.version],
        movements=list(services.damages.sound(found[:PAGE_MOVEMENTS], broken)),
        after="" if last is None else last.sk if isinstance(last, Damaged) else last.key,
        damaged=len(broken),
    )


def _of_batch(services: Services, batch_id: str) -> BatchMoney:
    reserve = services.reserves.get(batch_id)
    spent = Amounts.total(services.day_folds.spent(batch_id).values()) if reserve.version else NOTHING
    return BatchMoney(batch_id, reserve, spent)

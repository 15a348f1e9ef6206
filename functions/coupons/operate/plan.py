"""What applying a campaign document would do: the same decisions as `campaigns.apply`, and no write."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from coupons.model.accounts import below_reserved, changed_budgets
from coupons.model.campaigns import Campaign
from coupons.model.changes import changes_of
from coupons.model.plans import Plan, planned_money
from coupons.model.reserves import Reserve
from coupons.money import NOTHING, Amounts
from coupons.operate import campaigns, programme
from coupons.process.documents import stored_now
from coupons.process.services import Services
from coupons.refusals import BudgetExceeded
from coupons.stores.documents import StoredCampaign


def plan(services: Services, campaign_id: str, document: Campaign, now_s: int) -> Plan:
    """What `campaigns.apply` would do with the document at this moment. Nothing is written.

    Reads what `apply` reads, and a unit for each unpublished batch and each funder. Raises Malformed as `apply` does.
    Guarded by tests/store/operate/test_plan.py::test_a_plan_without_refusals_is_what_apply_does,
    tests/store/operate/test_plan.py::test_a_plan_writes_nothing.
    """
    campaigns.refuse_other_id(campaign_id, document)
    stored, quantities = stored_now(services, campaign_id)
    unchanged = stored is not None and campaigns.is_same(stored.document, document)
    if not unchanged:
        campaigns.refuse_undrawn(document, but=quantities)
    reserves = {batch_id: services.reserves.get(batch_id) for batch_id in _unpublished(document, stored, quantities)}
    others = campaigns.other_costs(stored.document, document) if stored else []
    reserved = _reserved(services, document, [reserves[batch_id] for batch_id in others if batch_id in reserves])
    if not unchanged:
        also = [services.reserves.still(batch_id, reserves[batch_id]) for batch_id in others if batch_id in reserves]
        also += [programme.still_fits(services, document)] if stored else []
        services.documents.applying(document, read=stored, also=also)  # Malformed if it does not fit
    budgets, batches = planned_money(
        document,
        reserved=reserved,
        published=quantities,
        taken={batch_id: _taken(one) for batch_id, one in reserves.items() if batch_id not in others},
    )
    refusals = campaigns.refusals_of(services, document, stored, quantities)
    return Plan(
        document=document,
        outcome="unchanged" if unchanged else "updated" if stored else "created",
        revision=stored.revision if stored else None,
        refusals=[] if unchanged else [*refusals, *_below_reserved(document, stored, reserved)],
        changes=changes_of(stored.document if stored else None, document, quantities),
        budgets=budgets,
        batches=batches,
        warnings=campaigns.warnings(services, document, now_s),
    )


def _unpublished(document: Campaign, stored: StoredCampaign | None, quantities: Mapping[str, int]) -> dict[str, None]:
    """The batches of both documents that are not published, each once."""
    both = [*(stored.document.batches if stored else []), *document.batches]
    return dict.fromkeys(batch.batch_id for batch in both if batch.batch_id not in quantities)


def _reserved(services: Services, document: Campaign, given_up: list[Reserve]) -> Amounts:
    """By funder what is reserved once `apply` has given up the reservations in progress of the batches it changes."""
    found = services.budgets.of(document.campaign_id, [funder.funder_id for funder in document.funders])
    return Amounts({one.funder_id: one.reserved_minor for one in found}) - Amounts.total(map(_taken, given_up))


def _taken(reserve: Reserve) -> Amounts:
    """What a reservation in progress holds; it is continued, or goes back to the funders."""
    return reserve.pending.taken if reserve.pending else NOTHING


def _below_reserved(document: Campaign, stored: StoredCampaign | None, reserved: Amounts) -> Iterator[BudgetExceeded]:
    for funder in changed_budgets(document, stored.document if stored else None):
        if reserved.get(funder.funder_id, 0) > funder.budget_minor:
            yield below_reserved(funder, reserved[funder.funder_id], currency=document.currency)

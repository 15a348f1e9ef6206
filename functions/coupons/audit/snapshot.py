"""Read a campaign's budgets, reserves and ledger records as they are at one moment."""

from __future__ import annotations

from coupons.model.batches import Control, PublishedBatch
from coupons.model.findings import Snapshot
from coupons.money import Amounts
from coupons.process.documents import document_now
from coupons.process.services import Services

READS_MAX = 5


def take_snapshot(services: Services, campaign_id: str) -> Snapshot | None:
    """None if the money changed during each read: call again.

    A transaction that moves money increments the version of a batch's reserve, and one that declares money increments
    the document's revision. If all of them are equal in two reads, everything in the first read belongs to one moment.
    3 read units a batch, 1 a funder, 1 for 10 records. Raises NotFound.
    """
    before = _read(services, campaign_id)
    for _ in range(READS_MAX):
        after = _read(services, campaign_id)
        if (before.document.revision, before.reserves) == (after.document.revision, after.reserves):
            return before
        before = after
    return None


def published_batches(services: Services, campaign_id: str) -> dict[str, PublishedBatch]:
    """The campaign's published batches by id, in the document's order. Raises NotFound."""
    found = {
        batch.batch_id: services.cache.published_batch(batch.batch_id)
        for batch in document_now(services, campaign_id).batches
    }
    return {batch_id: batch for batch_id, batch in found.items() if batch is not None}


def _read(services: Services, campaign_id: str) -> Snapshot:
    document = document_now(services, campaign_id)
    batch_ids = [batch.batch_id for batch in document.batches]
    reserves = {batch_id: services.reserves.get(batch_id) for batch_id in batch_ids}
    budgets = services.budgets.of(campaign_id, [funder.funder_id for funder in document.funders])
    batches, controls = dict[str, PublishedBatch](), dict[str, Control]()
    for batch_id in batch_ids:
        batch = services.cache.published_batch(batch_id)
        if batch is not None:
            batches[batch_id], controls[batch_id] = batch, services.cache.control_now(batch_id)
    return Snapshot(
        document=document,
        reserved=Amounts((budget.funder_id, budget.reserved_minor) for budget in budgets),
        left=Amounts((budget.funder_id, budget.left_minor) for budget in budgets),
        reserves=reserves,
        controls=controls,
        batches=batches,
        records=tuple(services.reserves.records(campaign_id)),
    )

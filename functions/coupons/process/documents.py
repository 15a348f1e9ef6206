"""A campaign's document with the quantities that its published batches have now."""

from __future__ import annotations

from dataclasses import replace

from coupons.damage import all_of
from coupons.model.campaigns import Campaign
from coupons.model.frozen import with_quantities
from coupons.process.services import Services
from coupons.refusals import NotFound
from coupons.stores.documents import StoredCampaign


def document_now(services: Services, campaign_id: str) -> Campaign:
    """The document as operators apply it, with its revision. Strongly consistent. Raises NotFound."""
    stored, _ = stored_now(services, campaign_id)
    if stored is None:
        raise NotFound(detail=f"No campaign {campaign_id!r}.")
    return stored.document


def stored_now(services: Services, campaign_id: str) -> tuple[StoredCampaign | None, dict[str, int]]:
    """The stored document with the quantities of now, None if there is none; and those quantities by batch.

    Raises and rollovers change the control item of a published batch and not the document, so the quantity that is
    stored in the document may be an old one. Guarded by
    tests/store/operate/test_editing.py::test_a_document_states_the_quantity_of_now.
    """
    stored = services.documents.campaign(campaign_id, consistent=True)
    if stored is None or not stored.published:
        return stored, {}
    batch_ids = [batch.batch_id for batch in stored.document.batches]
    controls = services.controls.get_many(batch_ids, consistent=True)
    quantities = {batch_id: sound.quantity for batch_id, control in controls.items() for sound in all_of([control])}
    return replace(stored, document=with_quantities(stored.document, quantities)), quantities

"""What everybody may read: campaigns and published batches."""

from __future__ import annotations

from collections.abc import Iterable

from coupons.model.batches import BatchNow, BatchStatus, Control, PublishedBatch, batch_status
from coupons.model.campaigns import Campaign
from coupons.model.draw_state import DrawState
from coupons.process.services import Services
from coupons.refusals import NotFound


def campaigns(services: Services) -> list[Campaign]:
    """Campaigns with at least one published batch, in order of their start, without damaged ones.

    Half a read unit for 4 KB of documents, once a second and process.
    """
    shown = {line.campaign_id for line in services.cache.published()}
    return sorted(services.shown_documents.get_many(shown), key=lambda c: (c.starts_at, c.campaign_id))


def published_batches(services: Services, campaign_id: str) -> list[str]:
    """The published batches of a campaign that people can claim, and not those that pay venues.

    Raises NotFound if nothing of it is published: a draft is shown to nobody.
    """
    lines = [line for line in services.cache.published() if line.campaign_id == campaign_id]
    if not lines:
        raise NotFound(detail=f"No published campaign {campaign_id!r}.")
    return [line.batch_id for line in lines if not line.pays_venues]


def published_campaign(services: Services, campaign_id: str) -> tuple[Campaign, list[str]]:
    """The campaign's document and its published batches. Raises NotFound, Damaged."""
    batch_ids = published_batches(services, campaign_id)
    return services.shown_documents.get(campaign_id), batch_ids


def campaign(services: Services, campaign_id: str, now_s: int) -> tuple[Campaign, list[BatchNow]]:
    """The campaign with its published batches in the document's order, without damaged ones. Raises NotFound."""
    document, published = published_campaign(services, campaign_id)
    controls = services.cache.controls(published)
    order = {batch.batch_id: place for place, batch in enumerate(document.batches)}
    found: list[BatchNow] = []
    for batch_id in sorted(controls, key=lambda batch_id: order.get(batch_id, len(order))):
        with services.damages.left_out():
            found.append(_now(services, services.cache.listed(batch_id), controls[batch_id], now_s))
    return document, found


def batch(services: Services, batch_id: str, now_s: int) -> BatchNow:
    """The published batch with its present state. Raises NotFound."""
    batch = services.cache.claimed_batch(batch_id)
    return _now(services, batch, services.cache.control(batch_id), now_s)


def remaining(services: Services, batch_ids: Iterable[str], now_s: int) -> dict[str, int]:
    """Packs that are left of published batches, at most a second old; without damaged ones."""
    found: dict[str, int] = {}
    for batch_id, control in services.cache.controls(batch_ids).items():
        with services.damages.left_out():
            found[batch_id] = _remaining(services, services.cache.listed(batch_id), control, now_s)
    return found


def status(services: Services, batch: PublishedBatch, control: Control, now_s: int) -> BatchStatus:
    """What the batch does now. Of a lottery that is open, half a read unit a second."""
    return batch_status(batch, control, now_s, _draw(services, batch, now_s))


def _now(services: Services, batch: PublishedBatch, control: Control, now_s: int) -> BatchNow:
    left = _remaining(services, batch, control, now_s)
    return BatchNow(batch, control, status(services, batch, control, now_s), left)


def _draw(services: Services, batch: PublishedBatch, now_s: int) -> DrawState | None:
    """How far the draw of a lottery has come, at most a second old; None if it changes nothing at this time."""
    is_asked = batch.draw is not None and batch.opens_at_s <= now_s < batch.closes_at_s
    return services.draw_states.get(batch.batch_id) if is_asked else None


def _remaining(services: Services, batch: PublishedBatch, control: Control, now_s: int) -> int:
    """Packs in the stock; the shards are read only if the control item does not tell.

    Of a lottery, the packs that were not claimed when its draw last counted the claims.
    """
    if now_s < batch.opens_at_s:
        return control.quantity
    if control.sold_out or (control.final and now_s >= batch.closes_at_s):
        return control.quantity - control.claims
    if batch.draw is not None:
        return control.quantity - services.draw_states.get(batch.batch_id).counted_claims
    if control.drained_at_s or control.state == "sealing":
        return 0
    return services.cache.remaining(batch)

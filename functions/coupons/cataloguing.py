"""What everybody may read: campaigns and published batches."""

from __future__ import annotations

from dataclasses import dataclass

from coupons.documents import Campaign
from coupons.environment import Environment
from coupons.refusals import NotFound
from coupons.releases import Control, Release, Status, status


@dataclass(frozen=True, slots=True)
class BatchNow:
    """A published batch with its state at one moment. `remaining` is approximate until it is final."""

    release: Release
    control: Control
    status: Status
    remaining: int


def campaigns(env: Environment) -> list[Campaign]:
    """Campaigns with at least one published batch, in order of their start; drafts stay unseen, damaged ones too."""
    shown = {line.campaign_id for line in env.live.published()}
    found = [standing.document for standing in env.damages.sound(env.catalog.campaigns(shown))]
    return sorted(found, key=lambda c: (c.starts_at, c.campaign_id))


def campaign(env: Environment, campaign_id: str, now_s: int) -> tuple[Campaign, list[BatchNow]]:
    """The campaign with its published batches, in the document's order; damaged ones are left out. Raises NotFound."""
    lines = [line for line in env.live.published() if line.campaign_id == campaign_id]
    standing = env.catalog.campaign(campaign_id) if lines else None
    if standing is None:
        raise NotFound(detail=f"No published campaign {campaign_id!r}.")
    controls = env.live.controls(line.batch_id for line in lines)
    order = {batch.batch_id: place for place, batch in enumerate(standing.document.batches)}
    found: list[BatchNow] = []
    for batch_id in sorted(controls, key=lambda batch_id: order.get(batch_id, len(order))):
        with env.damages.left_out():
            found.append(_now(env, env.live.listed(batch_id), controls[batch_id], now_s))
    return standing.document, found


def batch(env: Environment, batch_id: str, now_s: int) -> BatchNow:
    """Raises NotFound."""
    release = env.live.release(batch_id)
    return _now(env, release, env.live.control(batch_id), now_s)


def _now(env: Environment, release: Release, control: Control, now_s: int) -> BatchNow:
    return BatchNow(release, control, status(release, control, now_s), _remaining(env, release, control, now_s))


def _remaining(env: Environment, release: Release, control: Control, now_s: int) -> int:
    """Packs in the stock; the shards are read only where the answer does not follow from the control item."""
    if now_s < release.opens_at_s:
        return control.quantity
    if control.sold_out or (control.final and now_s >= release.closes_at_s):
        return control.quantity - control.claims
    if control.drained_at_s or control.state == "sealing":
        return 0
    return env.live.remaining(release)

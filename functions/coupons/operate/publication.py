"""Publish a batch and raise its quantity: its largest possible cost is reserved first."""

from __future__ import annotations

import hashlib
from contextlib import suppress
from dataclasses import replace

from coupons.model.batches import Control, PublishedBatch
from coupons.model.campaigns import Campaign
from coupons.model.coverage import refusal_of_coverage
from coupons.model.declared_batches import Batch
from coupons.model.draw_terms import draw_terms
from coupons.model.exclusive_groups import claim_key, expected_claims
from coupons.model.reserves import PendingReservation, largest_cost
from coupons.model.shards import buckets_for, shards_for, spread
from coupons.operate.campaigns import refuse_undrawn
from coupons.operate.members import grants_to_all
from coupons.process.services import Services
from coupons.refusals import BudgetExceeded, Busy, Closed, NotFound, RevisionConflict, Stopped, TermsFrozen
from coupons.settle import reservation
from coupons.stores.documents import StoredCampaign
from coupons.stores.parts import Part

RESERVE_ATTEMPTS = 12
"""Operators may publish and raise at the same time, and each first finishes or gives up another's reservation."""
BOOKINGS_PER_PACK = 4
"""People expected to book for each pack, if the document does not say."""


def publish(services: Services, batch_id: str, now_s: int) -> tuple[PublishedBatch, Control, bool]:
    """The batch's largest possible cost is reserved, its terms are frozen, its stock is stored; True for a repeat.

    About 80 write units, once a batch. Nothing of it is published before the last transaction; the next call continues
    with the money that a killed call has reserved. Raises NotFound, Malformed (a lottery without a draw),
    RevisionConflict, BudgetExceeded (a funder has too little left, or a batch that pays venues has less than the places
    of its slots), Busy.
    """
    for _ in range(RESERVE_ATTEMPTS):
        stored = _declaring(services, batch_id)
        published = services.catalog.batch(batch_id)
        if published is not None and published.campaign_id != stored.document.campaign_id:
            raise NotFound(detail=f"Batch {batch_id!r} belongs to campaign {published.campaign_id!r}.")
        if published is not None:
            return published, services.cache.control_now(batch_id), True
        frozen, group_parts = _frozen_with_group(services, stored.document, batch_id, now_s)
        cost = largest_cost(frozen.terms, frozen.document.quantity)
        covered = _covered(services, stored.document, frozen, now_s)
        wanted = PendingReservation(frozen.document.quantity, frozen.document.quantity, now_s, cost)
        declared = services.documents.still_declared(batch_id, stored)
        reserve = reservation.reserve(services, frozen, wanted, declared, now_s)
        if reserve is None:
            # Published meanwhile, or another call is publishing the batch of an older revision, which will be refused.
            reservation.give_up(services, frozen.campaign_id, batch_id, now_s)
            continue
        try:
            also = [*group_parts, *covered, services.reserves.part(batch_id, reserve, reserve.ended())]
            if services.documents.publish(frozen, stored, also):
                return frozen, services.cache.control_now(batch_id), False
        except RevisionConflict:
            reservation.give_up(services, frozen.campaign_id, batch_id, now_s)
            raise
    raise Busy(detail="Other batches are being published; try again.")


def raise_quantity(
    services: Services, batch_id: str, quantity: int, now_s: int
) -> tuple[PublishedBatch, Control, bool]:
    """The batch has `quantity` packs; True if it had them before. The cost of the new packs is reserved first.

    The new packs go to the shards in the same transaction as the number, unless the batch is sealed for a count.

    Raises NotFound, Closed and Stopped (the packs could not be claimed), TermsFrozen (a published quantity only rises,
    and a lottery's is final half a minute before its booking opens), BudgetExceeded, Busy. Guarded by
    tests/store/stores/test_stock_operators.py::test_a_raise_while_sealing_changes_the_number_only.
    """
    batch = services.cache.batch(batch_id)
    for _ in range(RESERVE_ATTEMPTS):
        pending = services.reserves.get(batch_id).pending
        control = services.cache.control_now(batch_id)
        is_final = max(now_s, services.clock.wall_s()) >= batch.document.grows_until_s
        if pending is not None and _is_lost(pending, control, 0 if is_final else quantity, now_s):
            reservation.give_up(services, batch.campaign_id, batch_id, now_s)
            pending = None
        if quantity == control.quantity:
            return batch, control, True
        if now_s >= batch.closes_at_s:
            raise Closed(closed_at_s=batch.closes_at_s, timezone=batch.timezone, detail=f"{batch_id!r} has closed.")
        if control.stopped:
            raise Stopped(detail=f"{batch_id!r} was stopped for good.")
        if is_final:
            when = "when its booking opens, and half a minute before"
            raise TermsFrozen(detail=f"The quantity of a lottery is final {when}: {batch_id!r} has {control.quantity}.")
        if quantity < control.quantity:
            raise TermsFrozen(detail=f"The quantity is {control.quantity}; once published it only rises.")
        if pending is not None and pending.quantity != quantity:
            # Another call's raise is in progress and comes first: this call finishes it.
            with suppress(BudgetExceeded):
                _raise(services, batch, control, pending.quantity, now_s)
        elif _raise(services, batch, control, quantity, now_s):
            return batch, services.cache.control_now(batch_id), False
    raise Busy(detail="The batch is changing; try again.")


def _is_lost(pending: PendingReservation, control: Control, quantity: int, now_s: int) -> bool:
    """The pending raise will fail, because the quantity that it builds on has changed; or its caller has given up."""
    is_overtaken = pending.quantity - pending.packs != control.quantity
    return is_overtaken or (pending.quantity != quantity and pending.is_left_behind(now_s))


def _raise(services: Services, batch: PublishedBatch, control: Control, quantity: int, now_s: int) -> bool:
    """False if the batch or its reservation changed since `control` was read. Raises BudgetExceeded, Busy."""
    batch_id, more = batch.batch_id, quantity - control.quantity
    wanted = PendingReservation(quantity, more, now_s, largest_cost(batch.terms, more))
    reserve = reservation.reserve(services, batch, wanted, [services.controls.unraised(batch_id, control)], now_s)
    if reserve is None:
        return False
    packs = spread(more, batch.shards) if control.state == "open" else []
    also = [services.reserves.part(batch_id, reserve, reserve.ended()), *services.groups.raising(batch, quantity)]
    if services.tries([*services.stock.raising(batch_id, control, quantity, packs), *also]):
        return True
    reservation.give_up(services, batch.campaign_id, batch_id, now_s)
    return False


def _declaring(services: Services, batch_id: str) -> StoredCampaign:
    """The stored document that declares the batch. Raises NotFound."""
    for campaign_id, batch_ids in services.damages.sound(services.documents.declared()):
        if batch_id in batch_ids:
            stored = services.documents.campaign(campaign_id, consistent=True)
            if stored is not None:
                return stored
    raise NotFound(detail=f"No campaign declares a batch {batch_id!r}.")


def _frozen_with_group(
    services: Services, campaign: Campaign, batch_id: str, now_s: int
) -> tuple[PublishedBatch, list[Part]]:
    """The batch as it will be published, and the transaction part that its group of members needs."""
    batch = next(batch for batch in campaign.batches if batch.batch_id == batch_id)
    frozen = _freeze(services, campaign, batch, now_s)
    group_id = batch.eligibility.group_id
    if group_id is None:
        return frozen, []
    group = services.groups.get(group_id)
    if not grants_to_all(batch, group):
        return frozen, []
    return replace(frozen, from_stock=False), [services.groups.granting(group_id, group, batch_id, batch.quantity)]


def _covered(services: Services, campaign: Campaign, batch: PublishedBatch, now_s: int) -> list[Part]:
    """What of the publishing holds only while the programme is the one whose slots the batch covers.

    Raises BudgetExceeded, and gives up what a call before reserved. Guarded by
    tests/store/operate/test_coverage.py::test_a_programme_that_changed_meanwhile.
    """
    if not batch.pays_venues:
        return []
    stored = services.programme_store.read(campaign.campaign_id)
    document = batch.document
    refusal = refusal_of_coverage(stored.document if stored else None, campaign, document, document.quantity)
    if refusal is not None:
        reservation.give_up(services, campaign.campaign_id, batch.batch_id, now_s)
        raise refusal
    return [services.programme_store.still(campaign.campaign_id, stored.head if stored else None)]


def _freeze(services: Services, campaign: Campaign, batch: Batch, now_s: int) -> PublishedBatch:
    """The number of shards and buckets is chosen here, from what is expected (`model/shards.py`).

    Raises Malformed for a lottery without a draw.
    """
    refuse_undrawn(campaign, but=[one.batch_id for one in campaign.batches if one.batch_id != batch.batch_id])
    key = claim_key(campaign, batch)
    buckets = services.catalog.buckets(key)
    expected_people = batch.booking.expected_people if batch.booking else None
    return PublishedBatch(
        campaign_id=campaign.campaign_id,
        timezone=campaign.timezone,
        currency=campaign.currency,
        number=_free_number(services, batch.batch_id),
        claim_key=key,
        buckets=buckets or buckets_for(expected_claims(campaign, batch), services.claims_per_bucket),
        booking_buckets=buckets_for(expected_people or batch.quantity * BOOKINGS_PER_PACK, services.claims_per_bucket),
        shards=shards_for(services.expected_environments),
        published_at_s=now_s,
        document=batch,
        terms=tuple(campaign.terms_of(batch)),
        limits=tuple(campaign.limits_of(batch)),
        from_stock=batch.mode != "lottery",
        draw=draw_terms(batch, services.keys, services.draw_chain) if batch.draw else None,
    )


def _free_number(services: Services, batch_id: str) -> int:
    """Four bytes of a hash of the id and an attempt's number, of the first attempt that no other batch has taken."""
    for attempt in range(16):
        digest = hashlib.sha256(f"{batch_id}#{attempt}".encode()).digest()
        number = int.from_bytes(digest[:4], "big")
        if services.catalog.batch_id(number) in (None, batch_id):
            return number
    raise AssertionError("sixteen collisions among four-byte numbers")

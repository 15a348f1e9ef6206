"""What operators declare: apply a campaign document, publish and raise its batches."""

from __future__ import annotations

import hashlib
from contextlib import suppress
from dataclasses import replace
from typing import Any

from coupons.model.batches import Control, PublishedBatch
from coupons.model.campaigns import Batch, Campaign, EditOutcome, Warned
from coupons.model.exclusive_groups import claim_key, expected_claims
from coupons.model.frozen import differences, refuse_frozen, shown
from coupons.model.merchants import Merchant
from coupons.model.reserves import PendingReservation, largest_cost
from coupons.model.shards import buckets_for, shards_for, spread
from coupons.money import Amounts
from coupons.operate.members import grants_to_all
from coupons.process.documents import document_now, standing_now
from coupons.process.services import Services
from coupons.refusals import BudgetExceeded, Busy, Closed, Malformed, NotFound, RevisionConflict, Stopped, TermsFrozen
from coupons.settle import reservation
from coupons.stores.catalog import Standing
from coupons.stores.dynamodb import TransactionFailed

ATTEMPTS = 12
"""Operators side by side; each finishes somebody's change."""
BOOKINGS_PER_PACK = 4
"""People expected to book for each pack, where the document does not say."""

_FACTS = tuple(name for name in Merchant.model_fields if name != "merchant_id")


def apply(services: Services, campaign_id: str, document: Campaign, now_s: int) -> tuple[Campaign, EditOutcome]:
    """The document is stored, as a revision one higher, or was there already with the same content.

    Budgets and merchants that differ move with it in one transaction. Raises Malformed (another id in the path, too
    much for one revision), TermsFrozen (it changes or drops what is published), RevisionConflict, BudgetExceeded.
    """
    if document.campaign_id != campaign_id:
        raise Malformed(errors=[{"place": "body.campaign_id", "message": f"the path says {campaign_id!r}"}])
    standing, quantities = standing_now(services, campaign_id)
    if standing is not None and _content(standing.document) == _content(document):
        return standing.document, "unchanged"
    _refuse_taken(services, document)
    if standing is not None:
        refuse_frozen(standing.document, document, quantities)
    revision = standing.revision if standing else None
    if document.revision != revision:
        raise RevisionConflict(
            revision=revision or 0,
            detail="The campaign stands at another revision; read it, merge, and send its revision."
            if standing
            else "There is no such campaign yet; leave revision out to create it.",
        )
    also = [
        # What a killed publishing had set aside would stand there for a batch that nobody declares like that any more.
        services.reserves.still(batch_id, reservation.give_up(services, campaign_id, batch_id, now_s))
        for batch_id in (_other_costs(standing.document, document) if standing else [])
    ]
    try:
        return services.catalog.apply(document, standing=standing, also=also), "updated" if standing else "created"
    except RevisionConflict:
        # Another attempt of the same request may have been first.
        standing, _ = standing_now(services, campaign_id)
        if standing is None or _content(standing.document) != _content(document):
            raise
        return standing.document, "unchanged"


def read(services: Services, campaign_id: str) -> Campaign:
    """The document as `apply` takes it, with its revision and the quantities of now. Raises NotFound."""
    return document_now(services, campaign_id)


def warnings(services: Services, document: Campaign) -> list[Warned]:
    """Where the document states other facts of a merchant than its record, which stays as it is.

    Of a record that is damaged nothing is said: the document is stored all the same.
    """
    records = services.damages.sound_of(services.registry.records(one.merchant_id for one in document.merchants))
    return [
        Warned(
            place=found["place"],
            message=f"the record of {merchant.merchant_id!r} says {shown(found['kept'])}, and stays",
        )
        for number, merchant in enumerate(document.merchants)
        if merchant.merchant_id in records
        for found in differences(
            {name: getattr(records[merchant.merchant_id], name) for name in _FACTS},
            {name: getattr(merchant, name) for name in _FACTS},
            f"body.merchants.{number}",
        )
    ]


def publish(services: Services, batch_id: str, now_s: int) -> tuple[PublishedBatch, Control, bool]:
    """The batch's largest possible cost is reserved, its terms are frozen, its stock is laid out; True for a repeat.

    About 80 write units, once a batch; until the last transaction nothing of it is published, and money that a killed
    call had set aside is the next one's. Raises NotFound, RevisionConflict, BudgetExceeded, Busy.
    """
    for _ in range(ATTEMPTS):
        standing = _declaring(services, batch_id)
        published = services.catalog.batch(batch_id)
        if published is not None and published.campaign_id != standing.document.campaign_id:
            raise NotFound(detail=f"Batch {batch_id!r} belongs to campaign {published.campaign_id!r}.")
        if published is not None:
            return published, services.cache.control_now(batch_id), True
        campaign = standing.document
        batch = next(batch for batch in campaign.batches if batch.batch_id == batch_id)
        frozen, also = _freeze(services, campaign, batch, now_s), list[dict[str, Any]]()
        if batch.eligibility.group_id is not None:
            group = services.groups.get(batch.eligibility.group_id)
            frozen = replace(frozen, from_stock=not grants_to_all(batch, group))
            if not frozen.from_stock:
                also = [services.groups.granting(batch.eligibility.group_id, group, batch_id, batch.quantity)]
        wanted = PendingReservation(batch.quantity, batch.quantity, now_s, largest_cost(frozen.terms, batch.quantity))
        reserve = reservation.reserve(
            services, frozen, wanted, services.catalog.still_declared(batch_id, standing), now_s
        )
        if reserve is None:
            # Published meanwhile, or being published as the document stood before it was edited: that will be refused.
            reservation.give_up(services, campaign.campaign_id, batch_id, now_s)
            continue
        also.append(services.reserves.part(batch_id, reserve, reserve.ended()))
        try:
            if services.catalog.publish(frozen, standing, also):
                return frozen, services.cache.control_now(batch_id), False
        except RevisionConflict:
            reservation.give_up(services, campaign.campaign_id, batch_id, now_s)
            raise
    raise Busy(detail="Other batches are being published; try again.")


def raise_quantity(
    services: Services, batch_id: str, quantity: int, now_s: int
) -> tuple[PublishedBatch, Control, bool]:
    """The batch has `quantity` packs; True if it had. The larger cost is reserved first; while the batch is not being
    counted the new packs go to its shards in the same transaction as the number.

    Raises NotFound, Closed and Stopped (nobody could claim them), TermsFrozen (a published quantity only rises),
    BudgetExceeded, Busy. Guarded by
    tests/store/stores/test_stock_operators.py::test_a_raise_while_sealing_changes_the_number_only.
    """
    batch = services.cache.batch(batch_id)
    for _ in range(ATTEMPTS):
        pending = services.reserves.get(batch_id).pending
        control = services.cache.control_now(batch_id)
        if pending is not None and _is_vain(pending, control, quantity, now_s):
            reservation.give_up(services, batch.campaign_id, batch_id, now_s)
            pending = None
        if quantity == control.quantity:
            return batch, control, True
        if now_s >= batch.closes_at_s:
            raise Closed(closed_at_s=batch.closes_at_s, timezone=batch.timezone, detail=f"{batch_id!r} has closed.")
        if control.stopped:
            raise Stopped(detail=f"{batch_id!r} was stopped for good.")
        if quantity < control.quantity:
            raise TermsFrozen(detail=f"The quantity is {control.quantity}; once published it only rises.")
        if pending is not None and pending.quantity != quantity:
            # Another raise that is on its way comes first, whoever finishes it.
            with suppress(BudgetExceeded):
                _raise(services, batch, control, pending.quantity, now_s)
        elif _raise(services, batch, control, quantity, now_s):
            return batch, services.cache.control_now(batch_id), False
    raise Busy(detail="The batch is changing; try again.")


def _is_vain(pending: PendingReservation, control: Control, quantity: int, now_s: int) -> bool:
    """Its last word will be refused, for others changed the number it builds on; or nobody will say it any more."""
    is_overtaken = pending.quantity - pending.packs != control.quantity
    return is_overtaken or (pending.quantity != quantity and pending.is_left_behind(now_s))


def _raise(services: Services, batch: PublishedBatch, control: Control, quantity: int, now_s: int) -> bool:
    """False if anything moved on since `control` was read: look again. Raises BudgetExceeded, Busy."""
    batch_id, more = batch.batch_id, quantity - control.quantity
    wanted = PendingReservation(quantity, more, now_s, largest_cost(batch.terms, more))
    reserve = reservation.reserve(services, batch, wanted, [services.controls.unraised(batch_id, control)], now_s)
    if reserve is None:
        return False
    packs = spread(more, batch.shards) if control.state == "open" else []
    also = [services.reserves.part(batch_id, reserve, reserve.ended()), *services.groups.raising(batch, quantity)]
    try:
        services.stock.raise_quantity(batch_id, control, quantity, packs, also)
    except TransactionFailed:
        reservation.give_up(services, batch.campaign_id, batch_id, now_s)
        return False
    return True


def _content(document: Campaign) -> Campaign:
    return document.model_copy(update={"revision": None})


def _other_costs(standing: Campaign, document: Campaign) -> list[str]:
    """The batches that cost something else by the new document, or are dropped by it.

    None of them is published: the cost of a published batch follows its present quantity in both documents
    (`model/frozen.py`), so no raise in progress is given up. Guarded by
    tests/store/operate/test_editing.py::test_an_apply_beside_a_killed_raise_keeps_its_money.
    """

    def costs(campaign: Campaign) -> dict[str, Amounts]:
        return {batch.batch_id: largest_cost(campaign.terms_of(batch), batch.quantity) for batch in campaign.batches}

    after = costs(document)
    return [batch_id for batch_id, cost in costs(standing).items() if after.get(batch_id) != cost]


def _refuse_taken(services: Services, document: Campaign) -> None:
    """A batch id names one batch in the whole system."""
    mine = {batch.batch_id for batch in document.batches}
    for campaign_id, batch_ids in services.damages.sound(services.catalog.declared()):
        taken = sorted(mine & set(batch_ids))
        if campaign_id != document.campaign_id and taken:
            raise TermsFrozen(detail=f"Batch {taken[0]!r} belongs to campaign {campaign_id!r}.")


def _declaring(services: Services, batch_id: str) -> Standing:
    for campaign_id, batch_ids in services.damages.sound(services.catalog.declared()):
        if batch_id in batch_ids:
            standing = services.catalog.campaign(campaign_id, consistent=True)
            if standing is not None:
                return standing
    raise NotFound(detail=f"No campaign declares a batch {batch_id!r}.")


def _freeze(services: Services, campaign: Campaign, batch: Batch, now_s: int) -> PublishedBatch:
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
    )


def _free_number(services: Services, batch_id: str) -> int:
    """Four bytes of a hash of the name, the next attempt's where another batch has them: a repeat finds the same."""
    for attempt in range(16):
        digest = hashlib.sha256(f"{batch_id}#{attempt}".encode()).digest()
        number = int.from_bytes(digest[:4], "big")
        if services.catalog.batch_id(number) in (None, batch_id):
            return number
    raise AssertionError("sixteen collisions among four-byte numbers")

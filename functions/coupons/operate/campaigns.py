"""Apply a campaign document, and read it back."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping

from coupons.model.campaigns import Campaign, EditOutcome, Warned
from coupons.model.draw_oversights import groups_of_draws
from coupons.model.frozen import differences, refusals_of_frozen, shown
from coupons.model.merchants import Merchant, MerchantRecord
from coupons.model.oversights import Surroundings, oversights
from coupons.model.reserves import largest_cost
from coupons.model.scope_names import scoped_merchants
from coupons.money import Amounts
from coupons.operate import programme
from coupons.process.documents import document_now, stored_now
from coupons.process.services import Services
from coupons.refusals import Fault, Malformed, Refusal, RevisionConflict, TermsFrozen
from coupons.settle import reservation
from coupons.stores.documents import StoredCampaign

SCOPED_MAX = 100
"""Merchants of scopes that the document does not declare, and whose records are read for warnings."""
_FACTS = tuple(name for name in Merchant.model_fields if name not in ("merchant_id", "subsidy_max_minor"))


def apply(services: Services, campaign_id: str, document: Campaign, now_s: int) -> tuple[Campaign, EditOutcome]:
    """The document is stored with the next revision, or was stored already with the same content.

    Budgets and merchants that differ change with it, in one transaction. Raises Malformed (another id in the path, too
    much for one revision, it lacks what its programme names), TermsFrozen (it changes or drops what is published),
    RevisionConflict, BudgetExceeded.
    """
    refuse_other_id(campaign_id, document)
    stored, quantities = stored_now(services, campaign_id)
    if stored is not None and is_same(stored.document, document):
        return stored.document, "unchanged"
    refuse_undrawn(document, but=quantities)
    for refusal in refusals_of(services, document, stored, quantities):
        raise refusal
    also = [
        # A publishing that was killed may have reserved the cost of a batch as this document no longer declares it.
        services.reserves.still(batch_id, reservation.give_up(services, campaign_id, batch_id, now_s))
        for batch_id in (other_costs(stored.document, document) if stored else [])
    ]
    also += [programme.still_fits(services, document)] if stored else []
    if stored and document.ends_at > stored.document.ends_at:
        # Batches that left the due list with the campaign are in wallets again.
        also += [services.due_list.again(batch_id, now_s) for batch_id in quantities]
    try:
        return services.documents.apply(document, read=stored, also=also), "updated" if stored else "created"
    except RevisionConflict:
        # Another attempt of the same request may have been first.
        stored, _ = stored_now(services, campaign_id)
        if stored is None or not is_same(stored.document, document):
            raise
        return stored.document, "unchanged"


def read(services: Services, campaign_id: str) -> Campaign:
    """The document as `apply` takes it, with its revision and the present quantities. Raises NotFound."""
    return document_now(services, campaign_id)


def warnings(services: Services, document: Campaign, now_s: int) -> list[Warned]:
    """What the document states and does not change, and what it may say and hardly means (`model/oversights.py`).

    The first are facts of merchants whose records say otherwise. A damaged record yields no warning. Reads a unit for
    each merchant that the document declares and each of the first others that its scopes name, and half a unit for each
    batch, and a unit for each group of its draws.
    """
    declared, scoped = [one.merchant_id for one in document.merchants], scoped_merchants(document)[:SCOPED_MAX]
    records = services.damages.sound_of(services.registry.records([*declared, *scoped]))
    around = Surroundings(
        records={merchant_id: records[merchant_id] for merchant_id in scoped if merchant_id in records},
        published=services.controls.get_many([batch.batch_id for batch in document.batches]).keys(),
        groups={group_id: services.groups.get(group_id).entitled for group_id in groups_of_draws(document)},
        now_s=now_s,
    )
    return [*_facts_that_stay(document, records), *oversights(document, around)]


def _facts_that_stay(document: Campaign, records: Mapping[str, MerchantRecord]) -> list[Warned]:
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


def refuse_other_id(campaign_id: str, document: Campaign) -> None:
    """Raises Malformed if the document is of another campaign than the path."""
    if document.campaign_id != campaign_id:
        raise Malformed(errors=[{"place": "body.campaign_id", "message": f"the path says {campaign_id!r}"}])


def refuse_undrawn(document: Campaign, *, but: Collection[str]) -> None:
    """Raises Malformed if a lottery has no draw. `but`: batches that were published, perhaps before there were any."""
    message = "a lottery needs draw: when it is drawn, and how"
    errors: list[Fault] = [
        {"place": f"body.batches.{number}.draw", "message": message}
        for number, batch in enumerate(document.batches)
        if batch.lacks_draw and batch.batch_id not in but
    ]
    if errors:
        raise Malformed(errors=errors)


def refusals_of(
    services: Services, document: Campaign, stored: StoredCampaign | None, quantities: Mapping[str, int]
) -> Iterator[Refusal]:
    """Why `document` cannot take the place of what is `stored`, in the order of precedence.

    The budgets are not among them: `Catalog.apply` compares them as it writes.
    """
    yield from _taken(services, document)
    if stored is not None:
        yield from refusals_of_frozen(stored.document, document, quantities)
    revision = stored.revision if stored else None
    if document.revision != revision:
        yield _conflict(revision)


def is_same(stored: Campaign, document: Campaign) -> bool:
    """The same content, whatever the revision."""
    return stored == document.model_copy(update={"revision": stored.revision})


def _conflict(revision: int | None) -> RevisionConflict:
    return RevisionConflict(
        revision=revision or 0,
        detail="The campaign has another revision; read it, merge, and send its revision."
        if revision is not None
        else "There is no such campaign yet; leave revision out to create it.",
    )


def other_costs(stored: Campaign, document: Campaign) -> list[str]:
    """The batches whose largest cost the new document changes, and those that it drops.

    None of them is published: the cost of a published batch follows its present quantity in both documents
    (`model/frozen.py`), so no raise in progress is given up. Guarded by
    tests/store/operate/test_editing.py::test_an_apply_beside_a_killed_raise_keeps_its_money.
    """

    def costs(campaign: Campaign) -> dict[str, Amounts]:
        return {batch.batch_id: largest_cost(campaign.terms_of(batch), batch.quantity) for batch in campaign.batches}

    after = costs(document)
    return [batch_id for batch_id, cost in costs(stored).items() if after.get(batch_id) != cost]


def _taken(services: Services, document: Campaign) -> Iterator[TermsFrozen]:
    """Each batch of this document that another campaign declares: a batch id is unique in the system."""
    mine = {batch.batch_id for batch in document.batches}
    for campaign_id, batch_ids in services.damages.sound(services.documents.declared()):
        for batch_id in sorted(mine & set(batch_ids)) if campaign_id != document.campaign_id else ():
            yield TermsFrozen(detail=f"Batch {batch_id!r} belongs to campaign {campaign_id!r}.")

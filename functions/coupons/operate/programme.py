"""Apply a programme document, and read it back."""

from __future__ import annotations

from collections.abc import Iterator

from coupons.damage import all_of
from coupons.fields import PlacedFault
from coupons.model.campaigns import Campaign, EditOutcome
from coupons.model.coverage import refusal_of_coverage
from coupons.model.incentive_dates import changed_allotments, refusal_of_incentives
from coupons.model.programme_dates import refusal_of_dates
from coupons.model.programme_rules import misfits, named_merchants
from coupons.model.programmes import Announced, Programme
from coupons.process.services import Services
from coupons.refusals import ERRORS_MAX, BudgetExceeded, Fault, Malformed, NotFound, Refusal, RevisionConflict
from coupons.stores.documents import StoredCampaign
from coupons.stores.parts import Part
from coupons.stores.programmes import NEW_MAX, NextProgramme, StoredProgramme, new_names, next_programme, taken
from coupons.times import epoch_s


def apply(services: Services, campaign_id: str, document: Programme, now_s: int) -> tuple[Programme, EditOutcome]:
    """The programme is stored with the next revision, or was stored already with the same content.

    Raises NotFound (no such campaign), Malformed (it does not fit its campaign, or has too many new facilities),
    TermsFrozen (it alters dates that are past or open, or what could have been earned, or names a facility or points of
    another campaign), RevisionConflict,
    BudgetExceeded (a published batch pays for fewer check-ins than its slots would have places), Busy (a batch was
    published meanwhile).
    """
    campaign, stored = _stored(services, campaign_id)
    if stored is not None and _is_same(stored.document, document):
        return stored.document, "unchanged"
    for refusal in _refusals(services, campaign.document, document, stored, now_s):
        raise refusal
    new = next_programme(document, campaign.document.timezone, stored)
    also = [services.documents.still(campaign, published=True), *_announcing(services, campaign_id, new, now_s)]
    also += _allotting(services, document, stored)
    try:
        applied = services.programme_store.apply(campaign_id, new, also)
    except RevisionConflict:
        # Another attempt of the same request may have been first.
        _, stored = _stored(services, campaign_id)
        if stored is None or not _is_same(stored.document, document):
            raise
        return stored.document, "unchanged"
    return applied, "updated" if stored else "created"


def read(services: Services, campaign_id: str) -> Programme:
    """The document as `apply` takes it, with its revision. Raises NotFound."""
    _, stored = _stored(services, campaign_id)
    if stored is None:
        raise NotFound(detail=f"Campaign {campaign_id!r} has no programme.")
    return stored.document


def misfits_of(services: Services, document: Programme, campaign: Campaign) -> Iterator[PlacedFault]:
    """Each place of the programme that does not fit the campaign. Reads a unit for each merchant that it names.

    A merchant's record says which stores it has now; one that joins with the campaign has none yet.
    """
    declared = {merchant.merchant_id: merchant for merchant in campaign.merchants}
    records = services.damages.sound_of(services.registry.records(named_merchants(document)))
    yield from misfits(document, campaign, {**declared, **records})


def still_fits(services: Services, campaign: Campaign) -> Part:
    """A transaction part that holds while the campaign's programme is the one that fits this document of it.

    Reads the programme, and what `misfits_of` reads. Raises Malformed if the document lacks what the programme names.
    """
    stored = services.programme_store.read(campaign.campaign_id)
    if stored is not None:
        errors: list[Fault] = [
            {"place": "body", "message": f"programme.{'.'.join(map(str, place))}: {message}"}
            for place, message in misfits_of(services, stored.document, campaign)
        ]
        if stored.head.timezone != campaign.timezone:
            said = f"the programme's schedules are in {stored.head.timezone!r}, which stays"
            errors.insert(0, {"place": "body.timezone", "message": said})
        if errors:
            raise Malformed(errors=errors[:ERRORS_MAX], detail="The campaign's programme does not fit it; see errors.")
    return services.programme_store.still(campaign.campaign_id, stored.head if stored else None)


def _stored(services: Services, campaign_id: str) -> tuple[StoredCampaign, StoredProgramme | None]:
    """Both documents, strongly consistent. Raises NotFound if there is no such campaign."""
    campaign = services.documents.campaign(campaign_id, consistent=True)
    if campaign is None:
        raise NotFound(detail=f"No campaign {campaign_id!r}.")
    return campaign, services.programme_store.read(campaign_id)


def _is_same(stored: Programme, document: Programme) -> bool:
    """The same content, whatever the revision."""
    return stored == document.model_copy(update={"revision": stored.revision})


def _refusals(
    services: Services, campaign: Campaign, document: Programme, stored: StoredProgramme | None, now_s: int
) -> Iterator[Refusal]:
    """Why `document` cannot take the place of what is `stored`, in the order of precedence."""
    errors: list[Fault] = [
        {"place": ".".join(["body", *map(str, place)]), "message": message}
        for place, message in misfits_of(services, document, campaign)
    ]
    if errors:
        yield Malformed(errors=errors[:ERRORS_MAX], detail="The programme does not fit its campaign; see errors.")
    new = new_names(document, stored)
    if len(new) > NEW_MAX:
        more = f"{len(new)} new facilities are too many for one revision; add {NEW_MAX} at a time"
        yield Malformed(errors=[{"place": "body.facilities", "message": more}])
    before = stored.document.incentives if stored else None
    changed = changed_allotments(before, document.incentives)
    if len(new) + len(changed) > NEW_MAX + 10:
        more = f"{len(changed)} changed partners beside {len(new)} new facilities are too many for one revision"
        yield Malformed(errors=[{"place": "body.incentives.partners", "message": more}])
    for facility_id, owner in services.programme_store.owners(new).items():
        if owner != campaign.campaign_id:
            yield taken(facility_id, owner)
    if stored is not None:
        frozen = refusal_of_dates(stored.document, document, campaign.timezone, now_s)
        yield from [frozen] if frozen else []
        earned = refusal_of_incentives(before, document.incentives, campaign.timezone, now_s)
        yield from [earned] if earned else []
    revision = stored.head.revision if stored else None
    if document.revision != revision:
        yield _conflict(revision)
    yield from _not_covered(services, document, campaign)


def _not_covered(services: Services, document: Programme, campaign: Campaign) -> Iterator[BudgetExceeded]:
    """Each published batch that pays for fewer check-ins than its slots have places. What is published only rises.

    Guarded by tests/store/operate/test_coverage.py::test_a_batch_that_was_published_meanwhile.
    """
    paying = [batch for batch in campaign.batches if batch.mode == "venue"]
    published = services.controls.get_many([batch.batch_id for batch in paying], consistent=True) if paying else {}
    for batch in paying:
        for control in all_of([published[batch.batch_id]] if batch.batch_id in published else []):
            refusal = refusal_of_coverage(document, campaign, batch, control.quantity)
            yield from [refusal] if refusal else []


def _conflict(revision: int | None) -> RevisionConflict:
    return RevisionConflict(
        revision=revision or 0,
        detail="The programme has another revision; read it, merge, and send its revision."
        if revision is not None
        else "There is no programme yet; leave revision out to create it.",
    )


def _announcing(services: Services, campaign_id: str, new: NextProgramme, now_s: int) -> list[Part]:
    """What the relay will make events of: announcements that are new or changed, and have not ended."""
    before = new.read.document.announcements if new.read else []
    after = new.document.announcements
    told = [one.announcement_id for one in after if one not in before and epoch_s(one.ends_at) > now_s]
    return [services.announcements.record(Announced(campaign_id, new.head, told, now_s))] if told else []


def _allotting(services: Services, document: Programme, stored: StoredProgramme | None) -> list[Part]:
    """Partners have the maximum of points that the document states, if they have earned no more."""
    before = stored.document.incentives if stored else None
    changed = changed_allotments(before, document.incentives)
    return (
        [services.points.allotting(before.program_id, name, most) for name, most in changed.items()] if before else []
    )

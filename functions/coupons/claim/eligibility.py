"""Who can claim a batch: by region, by membership of its group, by booking."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from coupons.model.batches import PublishedBatch
from coupons.process.services import Services
from coupons.refusals import NotEligible


class Citizen(NamedTuple):
    """A person who books or claims: the person's key; region, household and identity as the token states them (None:
    not stated).
    """

    person: bytes
    region: str | None
    household: bytes | None = None
    person_id: str | None = None
    """In normal form."""


def without_household(batch: PublishedBatch, citizen: Citizen) -> NotEligible | None:
    """Why a token that names no household can neither book nor claim this batch; None if it need not name one."""
    if "household" not in batch.document.eligibility.requires or citizen.household is not None:
        return None
    return NotEligible(reason="household", detail="This batch is for people whose token names their household.")


def outside(batch: PublishedBatch, citizen: Citizen, is_member: Callable[[str], bool]) -> NotEligible | None:
    """Why the batch is not for this person: region, household, group; None if it is.

    A person without a region is eligible in every region.
    """
    document = batch.document
    regions = document.eligibility.regions
    if regions and citizen.region is not None and citizen.region not in regions:
        return NotEligible(reason="region", detail=f"This batch is for people of {', '.join(regions)}.")
    if (refusal := without_household(batch, citizen)) is not None:
        return refusal
    group_id = document.eligibility.group_id
    if group_id is not None and not is_member(group_id):
        return NotEligible(reason="group", detail=f"This batch is for members of {group_id!r}.")
    return None


def not_eligible(services: Services, batch: PublishedBatch, citizen: Citizen) -> NotEligible | None:
    """Why this person cannot claim this batch; None if they can. Of a lottery `claim/drawn.py` says it.

    Half a read unit for the batch's group of members, a strong one for a booking that it needs.
    """
    refusal = outside(batch, citizen, lambda group_id: services.groups.is_member(group_id, citizen.person))
    if refusal is not None:
        return refusal
    booking = batch.document.booking
    if booking is not None and booking.required and services.bookings.get(batch, citizen.person) is None:
        return NotEligible(reason="booking-required", detail="This batch is for people who booked it.")
    if batch.document.mode == "lottery":
        # Published before there were draws: nobody is drawn.
        return NotEligible(reason="not-drawn", detail="The draw of this batch has not named you.")
    return None

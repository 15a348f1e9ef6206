"""Who can claim a batch: by region, by membership of its group, by booking, by draw."""

from __future__ import annotations

from typing import NamedTuple

from coupons.model.batches import PublishedBatch
from coupons.process.services import Services
from coupons.refusals import NotEligible


class Citizen(NamedTuple):
    """A person who claims: the person's key, and region and household as the token states them (None: not stated)."""

    person: bytes
    region: str | None
    household: bytes | None = None


def without_household(batch: PublishedBatch, citizen: Citizen) -> NotEligible | None:
    """Why a token that names no household can neither book nor claim this batch; None if it need not name one."""
    if "household" not in batch.document.eligibility.requires or citizen.household is not None:
        return None
    return NotEligible(reason="household", detail="This batch is for people whose token names their household.")


def not_eligible(services: Services, batch: PublishedBatch, citizen: Citizen) -> NotEligible | None:
    """Why this person cannot claim this batch; None if they can. A person without a region is eligible in every region.

    A strong read unit for the batch's group of members, and for a booking that it needs.
    """
    document = batch.document
    regions = document.eligibility.regions
    if regions and citizen.region is not None and citizen.region not in regions:
        return NotEligible(reason="region", detail=f"This batch is for people of {', '.join(regions)}.")
    if (refusal := without_household(batch, citizen)) is not None:
        return refusal
    group_id = document.eligibility.group_id
    if group_id is not None and not services.groups.is_member(group_id, citizen.person):
        return NotEligible(reason="group", detail=f"This batch is for members of {group_id!r}.")
    needs_booking = document.booking is not None and document.booking.required
    if needs_booking and services.bookings.get(batch, citizen.person) is None:
        return NotEligible(reason="booking-required", detail="This batch is for people who booked it.")
    if document.mode == "lottery":
        # There is no draw yet, so nobody is drawn.
        return NotEligible(reason="not-drawn", detail="The draw of this batch has not named you.")
    return None

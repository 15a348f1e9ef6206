"""The events of a slot: what one write of it changed for the people in it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated, Any, Literal

from pydantic import Field

from coupons.fields import CallersNumber, FacilityId, Id, Minor, SealedId, Told
from coupons.model.event_parts import EventContext, EventPart, event_id
from coupons.model.orders import MerchantLine
from coupons.model.slot_records import SlotRecord
from coupons.model.slots import Slot, SlotName
from coupons.refusal_reasons import VisitReason
from coupons.sealing import Keys
from coupons.times import wall_clock


@dataclass(frozen=True, slots=True)
class SlotWrite:
    """A slot's record after one write and before it; `before` is empty for the first write."""

    name: SlotName
    before: SlotRecord
    after: SlotRecord


class SlotFacts(EventPart):
    """The booking and its slot. Who waits has a booking too."""

    booking_id: SealedId
    slot_id: Annotated[str, Field(pattern=r"^[a-z0-9-]{1,47}\.\d{4}-\d{2}-\d{2}\.\d{4}$")]
    facility_id: FacilityId
    campaign_id: Id
    starts_at: Told
    ends_at: Told


class BookedSlot(SlotFacts):
    """A person booked a place."""

    booked_at: Told


class PromotedSlot(SlotFacts):
    """A person who waited has a place."""

    promoted_at: Told


class CancelledSlot(SlotFacts):
    """A person is no longer in the slot, or its venue cancelled it."""

    cancelled_at: Told
    by: Literal["person", "venue"]
    """Who cancelled: the person gave it back, or the venue cancelled the whole slot."""
    status: Literal["booked", "waiting"]
    """What the person was until then."""
    reason: Annotated[str, Field(max_length=200)] | None
    """Why the venue cancelled."""


class SlotFunding(EventPart):
    funder_id: Id
    amount_minor: Minor


class CheckedInSlot(SlotFacts):
    """The venue let the person in, and this is what it is paid: the order of a settlement line."""

    checked_in_at: Told
    merchant_id: Id
    checkin_no: CallersNumber
    batch_id: Id | None
    """The batch that pays the venue; null if none does."""
    subsidy_minor: Minor
    payable_minor: Minor
    funding: Annotated[list[SlotFunding], Field(max_length=10)]
    reasons: Annotated[list[VisitReason], Field(max_length=20)]
    """Why the venue is paid nothing; empty if it is paid."""


class SlotBooked(EventContext):
    type: Literal["slot.booked.v1"] = "slot.booked.v1"
    dataschema: Literal["urn:coupon-season:schema:slot.booked.v1#/properties/data"] = (
        "urn:coupon-season:schema:slot.booked.v1#/properties/data"
    )
    data: BookedSlot


class SlotPromoted(EventContext):
    type: Literal["slot.promoted.v1"] = "slot.promoted.v1"
    dataschema: Literal["urn:coupon-season:schema:slot.promoted.v1#/properties/data"] = (
        "urn:coupon-season:schema:slot.promoted.v1#/properties/data"
    )
    data: PromotedSlot


class SlotCancelled(EventContext):
    type: Literal["slot.cancelled.v1"] = "slot.cancelled.v1"
    dataschema: Literal["urn:coupon-season:schema:slot.cancelled.v1#/properties/data"] = (
        "urn:coupon-season:schema:slot.cancelled.v1#/properties/data"
    )
    data: CancelledSlot


class SlotCheckedIn(EventContext):
    type: Literal["slot.checked-in.v1"] = "slot.checked-in.v1"
    dataschema: Literal["urn:coupon-season:schema:slot.checked-in.v1#/properties/data"] = (
        "urn:coupon-season:schema:slot.checked-in.v1#/properties/data"
    )
    data: CheckedInSlot


SlotEvent = SlotBooked | SlotPromoted | SlotCancelled


def of_write(source: str, slot: Slot, write: SlotWrite, keys: Keys) -> Iterator[SlotEvent]:
    """One event for each person whose place changed; none for who joined the waiting list.

    Their ids are of the booking and of the slot's version, so a person who books again gets another event.
    """
    before, after, at = write.before, write.after, wall_clock(write.after.changed_at_s, slot.timezone)

    def made(event_type: str, person: bytes) -> tuple[dict[str, Any], dict[str, Any]]:
        booking_id = keys.seal_booking(slot.slot_id, person, after.key_version)
        unique = event_id(event_type, booking_id, str(after.version))
        return {"id": unique, "source": source, "time": at, "subject": booking_id}, _facts(slot, booking_id)

    for person in sorted(after.booked.keys() - before.booked.keys()):
        # Once the list has no force, who waited has booked the place.
        if person in before.waiting and slot.promotes(after.changed_at_s):
            context, facts = made("slot.promoted.v1", person)
            yield SlotPromoted(**context, data=PromotedSlot(**facts, promoted_at=at))
        else:
            context, facts = made("slot.booked.v1", person)
            yield SlotBooked(**context, data=BookedSlot(**facts, booked_at=at))
    is_called_off = after.cancelled is not None and before.cancelled is None
    for person in sorted(before.people if is_called_off else before.people - after.people):
        if before.cancelled is not None:
            continue  # it was told when the venue cancelled
        context, facts = made("slot.cancelled.v1", person)
        by: Literal["person", "venue"] = "venue" if is_called_off else "person"
        status: Literal["booked", "waiting"] = "booked" if person in before.booked else "waiting"
        data = CancelledSlot(**facts, cancelled_at=at, by=by, status=status, reason=after.cancelled)
        yield SlotCancelled(**context, data=data)


def of_check_in(source: str, slot: Slot, filed: MerchantLine) -> SlotCheckedIn:
    """The event of a check-in's line."""
    line, at = filed.line, wall_clock(filed.line.at_s, slot.timezone)
    data = CheckedInSlot(
        **_facts(slot, line.coupon_id),
        checked_in_at=at,
        merchant_id=filed.merchant_id,
        checkin_no=line.order_no,
        batch_id=line.batch_id or None,
        subsidy_minor=line.amounts.discount_minor,
        payable_minor=line.amounts.payable_minor,
        funding=[SlotFunding(funder_id=one.funder_id, amount_minor=one.amount_minor) for one in line.amounts.funding],
        reasons=list(line.reasons),
    )
    unique = event_id("slot.checked-in.v1", filed.merchant_id, line.order_no)
    return SlotCheckedIn(id=unique, source=source, time=at, subject=line.coupon_id, data=data)


def _facts(slot: Slot, booking_id: str) -> dict[str, Any]:
    return {
        "booking_id": booking_id,
        "slot_id": slot.slot_id,
        "facility_id": slot.name.facility_id,
        "campaign_id": slot.campaign_id,
        "starts_at": wall_clock(slot.starts_at_s, slot.timezone),
        "ends_at": wall_clock(slot.ends_at_s, slot.timezone),
    }

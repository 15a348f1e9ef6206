"""Check-in: a person uses the place that they booked, and the venue is paid for it, exactly once.

One transaction marks the person in the slot, puts an order of the merchant, and files its settlement line: as a
redemption does with a coupon. The mark is the order's key, so the three can be held against each other.
"""

from __future__ import annotations

from dataclasses import dataclass

from coupons.clock import SKEW_S
from coupons.model.assessment import Till
from coupons.model.check_ins import CheckedIn
from coupons.model.orders import OrderRecord, SoldAt, fingerprint, order_key, redemption_line
from coupons.model.scopes import is_closed
from coupons.model.slot_records import CheckInMark, SlotRecord
from coupons.model.slots import Slot
from coupons.model.venue_orders import Visit, pays_for, unpaid_visit, visit_of
from coupons.process.ceilings import ceiling_left_minor
from coupons.process.services import Services
from coupons.refusals import (
    Closed,
    CodeExpired,
    CodeInvalid,
    CouponNotUsable,
    Forbidden,
    NotFound,
    NotOpen,
    OrderConflict,
    OrderNotEligible,
)
from coupons.sealing import CODE_LIFE_S
from coupons.slots.codes import refuse_cancelled
from coupons.slots.days import slot_of
from coupons.slots.settled import settled_in
from coupons.slots.writes import tried
from coupons.stores.together import Together
from coupons.till.reads import till_in
from coupons.times import day_of


@dataclass(frozen=True, slots=True)
class _Arrival:
    """A request to check a person in; its code is one of the slot."""

    slot: Slot
    person: bytes
    merchant_id: str
    order_no: str
    issued_at_s: int
    now_s: int

    @property
    def key(self) -> bytes:
        return order_key(self.merchant_id, self.order_no)


def check_in(
    services: Services, merchant_id: str, slot_id: str, checkin_no: str, code: str, now_s: int
) -> tuple[CheckedIn, bool]:
    """The person of the code is checked in to the slot under this order number of the merchant: mark, order and line.

    True for a repeat: the same number and person get the first answer before any refusal is looked for, by whichever
    code of theirs. What the terms do not pay is filed as 0 with its reasons. 6 write units up to about 15 people in the
    slot, 4 read units in one request, and the mark of a merchant's first line of a day (`process/day_marks.py`).

    Raises CodeInvalid, NotFound (no place), NotOpen, Closed, Stopped, CodeExpired, OrderConflict, CouponNotUsable (the
    person is checked in under another number), OrderNotEligible (the merchant or its district is suspended), Busy.
    """
    slot = slot_of(services, slot_id)
    person, issued_at_s = _opened(services, slot, merchant_id, code)
    arrival = _Arrival(slot, person, merchant_id, checkin_no, issued_at_s, now_s)
    order, is_repeat = tried(services, lambda: _attempt(services, arrival))
    return CheckedIn(order, slot, settled_in(services, order).purse), is_repeat


def read_check_in(services: Services, merchant_id: str, slot_id: str, checkin_no: str) -> CheckedIn:
    """The merchant's own check-in of this number in the slot. 1 read unit. Raises NotFound."""
    order = services.orders.get(merchant_id, checkin_no)
    if order is None or not order.slot_id or order.slot_id != slot_id:
        raise NotFound(detail=f"No check-in under number {checkin_no!r} in slot {slot_id!r}.")
    slot = slot_of(services, slot_id)
    return CheckedIn(order, slot, settled_in(services, order).purse)


def _opened(services: Services, slot: Slot, merchant_id: str, code: str) -> tuple[bytes, int]:
    """The person of the code, and when it was issued. Raises CodeInvalid."""
    opened = services.keys.open_slot_code(code)
    if opened is None:
        is_coupon = services.keys.open_code(code) is not None or services.keys.open_print(code) is not None
        if is_coupon:
            raise CodeInvalid(reason="coupon-code", detail="This is a coupon's code; ask for the one of the booking.")
        raise CodeInvalid(detail="This is not one of our codes.")
    if opened[0].slot_id != slot.slot_id or slot.of.merchant_id != merchant_id:
        raise CodeInvalid(reason="other-slot", detail="This code is of another slot, or of another merchant's.")
    return opened[0].person, opened[1]


def _attempt(services: Services, arrival: _Arrival) -> tuple[OrderRecord, bool] | None:
    """The order, and True if it was there; None if the slot or the order was written since they were read.

    Both are read in one request, of any moments. A mark in the slot stays and names its order, so a slot that is newer
    than the order shows it; a slot that is older is refused by its version. The merchant: as `till/reads.py` says.
    """
    slot, person = arrival.slot, arrival.person
    number, places = services.orders.wanted(arrival.merchant_id, arrival.order_no), services.slots.wanted(slot)
    merchant, enrolment = services.registry.wanted(arrival.merchant_id, slot.campaign_id)
    found = services.read_together([number, places, merchant, enrolment])
    existing, record = found.of(number), found.of(places) or SlotRecord(slot.of.units)
    booking_id = services.keys.seal_booking(slot.slot_id, person, record.key_version or services.keys.current)
    if existing is not None and existing.coupon_id == booking_id:
        return existing, True
    mark = record.checked_in.get(person)
    if mark is not None and mark.order == arrival.key:
        return None  # the slot was read after a twin of this request was committed, and the order before it
    _refuse(arrival, record, existing)
    till = _till(services, arrival, found)
    visit, batch_id, terms_id = _visit(services, arrival, till)
    order = OrderRecord(
        merchant_id=arrival.merchant_id,
        order_no=arrival.order_no,
        state="redeemed",
        coupon_id=booking_id,
        fingerprint=fingerprint(visit.order),
        batch_id=batch_id,
        terms_id=terms_id,
        amounts=visit.amounts,
        at_s=arrival.now_s,
        sold_at=_sold_at(slot, till, visit),
        slot_id=slot.slot_id,
        reasons=visit.reasons,
    )
    return (order, False) if _written(services, arrival, record, order) else None


def _refuse(arrival: _Arrival, record: SlotRecord, existing: OrderRecord | None) -> None:
    """Raise the first refusal that applies; the contract gives their order."""
    slot, person, now_s = arrival.slot, arrival.person, arrival.now_s
    window = slot.check_in
    if window is None:
        raise NotFound(detail="Nobody is checked in here.")
    if person not in record.booked:
        waits = "waits for this slot, and has no place" if person in record.waiting else "has not booked this slot"
        raise NotFound(detail=f"This person {waits}.")
    if now_s < window.opens_at_s:
        wait_s = window.opens_at_s - now_s
        detail = "It is too early to check in."
        raise NotOpen(opens_at_s=window.opens_at_s, retry_after_s=wait_s, timezone=slot.timezone, detail=detail)
    if now_s >= window.closes_at_s:
        raise Closed(closed_at_s=window.closes_at_s, timezone=slot.timezone, detail="It is too late to check in.")
    refuse_cancelled(slot, record.cancelled)
    issued_at_s, expires_at_s = arrival.issued_at_s, arrival.issued_at_s + CODE_LIFE_S
    if not issued_at_s - SKEW_S <= now_s < expires_at_s:
        raise CodeExpired(expired_at_s=expires_at_s, timezone=slot.timezone, detail="Ask the person for a fresh code.")
    if existing is not None:
        raise OrderConflict(detail=f"Order {arrival.order_no!r} already carries something else.")
    if person in record.checked_in:
        raise CouponNotUsable(
            coupon_status="redeemed",
            expires_at_s=window.closes_at_s,
            timezone=slot.timezone,
            detail="This person is checked in already, under another number.",
        )


def _till(services: Services, arrival: _Arrival, found: Together) -> Till:
    """The merchant as its record says. Raises OrderNotEligible if it, or the venue's district, is suspended."""
    till, venue = till_in(services, found, arrival.merchant_id, arrival.slot.campaign_id), arrival.slot.of.venue
    if till is None:
        raise Forbidden(detail="This merchant has no record.")
    if till.record.suspended:
        raise OrderNotEligible(reasons=["merchant"], detail="This merchant is suspended.")
    store = till.record.store(venue.store_id) if venue is not None else None
    if store is not None and is_closed(store, till.suspended_districts):
        raise OrderNotEligible(reasons=["region"], detail="This district is suspended.")
    return till


def _visit(services: Services, arrival: _Arrival, till: Till) -> tuple[Visit, str, str]:
    """What the venue is paid, and by which batch and terms; both are empty if no batch pays for the slot."""
    slot = arrival.slot
    batch = services.cache.published_batch(slot.subsidy_batch) if slot.subsidy_batch else None
    if batch is None or not pays_for(batch, slot):
        return unpaid_visit(slot, till.record, "no-subsidy"), "", ""
    left_minor = ceiling_left_minor(services, slot.campaign_id, arrival.merchant_id)
    visit = visit_of(batch, slot, till, arrival.now_s, ceiling_left_minor=left_minor)
    return visit, batch.batch_id, batch.terms[0].terms_id


def _sold_at(slot: Slot, till: Till, visit: Visit) -> SoldAt:
    store, venue = till.record.store(visit.order.store_id), slot.of.venue
    district = (store.district if store else None) or (venue.district if venue else None)
    return SoldAt("offline", district, till.record.category, tuple(till.record.tags))


def _written(services: Services, arrival: _Arrival, record: SlotRecord, order: OrderRecord) -> bool:
    """The transaction of a check-in; False if a condition refused it. Its three conditions suffice.

    The slot is as it was read: the person has a place, is not checked in, and the slot was not cancelled. The order
    number is new. The line is new.
    """
    slot, mark = arrival.slot, CheckInMark(order.key, arrival.now_s)
    line = redemption_line(order, settled_in(services, order).purse)
    day = day_of(arrival.now_s, slot.timezone)
    services.day_marks.mark(order.merchant_id, day, slot.timezone)
    return services.tries(
        [
            services.slots.check_in(slot, record, arrival.person, mark),
            services.orders.check_in(order),
            services.orders.file(order.merchant_id, day.isoformat(), line),
        ]
    )

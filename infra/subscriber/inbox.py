"""What a subscriber does with a message: check it, drop repeats, and describe it in one line."""

from __future__ import annotations

from collections import OrderedDict

from pydantic import ValidationError

from coupons.model.events import (
    ANY_EVENT,
    CouponClaimed,
    CouponExpiring,
    CouponRedeemed,
    CouponReversed,
    Event,
)
from coupons.model.points_events import PointsEarned
from coupons.model.programme_events import AnnouncementPublished
from coupons.model.slot_events import SlotBooked, SlotCancelled, SlotCheckedIn, SlotPromoted

REMEMBERED_MAX = 100_000
"""Number of ids kept, some 10 MB. A repeat comes within minutes, or within the six hours of a stream's retries."""


class NotAnEventError(ValueError):
    """Another source, or a version that this program does not know."""


class Inbox:
    """Remembers the last ids in memory.

    A program that must not act twice stores them with its effects, usually in one transaction: "insert the id if it is
    absent" and the effect together.
    """

    def __init__(self, remembered_max: int = REMEMBERED_MAX) -> None:
        self._remembered_max = remembered_max
        self._taken: OrderedDict[tuple[str, str], None] = OrderedDict()

    def read(self, body: str) -> Event | None:
        """The event, or None for a repeat. Raises NotAnEventError."""
        try:
            event = ANY_EVENT.validate_json(body)
        except ValidationError as error:
            places = "; ".join(f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors(include_url=False))
            raise NotAnEventError(places) from None
        if (event.source, event.id) in self._taken:
            self._taken.move_to_end((event.source, event.id))
            return None
        return event

    def take(self, event: Event) -> None:
        """Records that the event was handled: another one with its id is a repeat."""
        self._taken[event.source, event.id] = None
        if len(self._taken) > self._remembered_max:
            self._taken.popitem(last=False)


def line_of(event: Event) -> str:
    """Time, type and content of an event."""
    return f"{event.time.isoformat()}  {event.type:20}  {_said(event)}"


def _said(event: Event) -> str:
    match event:
        case CouponClaimed(data=data):
            return f"{data.batch_id}: {' '.join(coupon.coupon_id for coupon in data.coupons)}"
        case CouponRedeemed(data=data):
            return f"{data.coupon_id} by {data.merchant_id} {data.order_no}: -{data.discount_minor}"
        case CouponReversed(data=data):
            back = f"{data.discount_minor}, the coupon too" if data.coupon_returned else str(data.discount_minor)
            return f"{data.coupon_id} by {data.merchant_id} {data.order_no} {data.reversal_no}: +{back}"
        case CouponExpiring(data=data):
            coupons = " ".join(coupon.coupon_id for coupon in data.coupons)
            return f"{data.batch_id}: {coupons} until {data.expires_at.isoformat()}"
        case SlotBooked(data=data) | SlotPromoted(data=data) | SlotCancelled(data=data):
            return f"{data.slot_id}: {data.booking_id}"
        case SlotCheckedIn(data=data):
            return f"{data.booking_id} by {data.merchant_id} {data.checkin_no}: -{data.subsidy_minor}"
        case PointsEarned(data=data):
            return f"{data.booking_id or data.event_id} of {data.merchant_id}: {data.points} {data.program_id}"
        case AnnouncementPublished(data=data):
            return f"{data.campaign_id}: {data.announcement_id} at {data.placement} from {data.starts_at.isoformat()}"

"""Events for subscribers: each a CloudEvent 1.0 (cloudevents.io) in structured JSON.

| type | says | `subject` | one for |
|---|---|---|---|
| `coupon.claimed.v1` | a person holds a pack | batch | a claim |
| `coupon.redeemed.v1` | an order used a coupon | coupon | a redemption |
| `coupon.reversed.v1` | a redemption was reversed, in full or in part; a check-in too | coupon, booking | a reversal |
| `coupon.expiring.v1` | coupons of a pack end soon and are still available | batch | a pack and a moment of expiry |
| `slot.booked.v1` | a person booked a place of a slot | booking | a booking |
| `slot.promoted.v1` | a person who waited has a place | booking | a booking |
| `slot.cancelled.v1` | a person gave a slot back, or its venue cancelled it | booking | a person in the slot |
| `slot.checked-in.v1` | a venue let a person in, and what it is paid for that | booking | a check-in |
| `points.earned.v1` | what a visit earned, or why nothing | program | a report or check-in |
| `announcement.published.v1` | an announcement is new or changed | announcement | a revision of a programme |

Events arrive at least once and in any order. A repeat has the same `id`, so subscribers drop ids they have seen. No
event names a person; the app that showed a person their `coupon_id` knows whose coupon it is. Subscribers ignore
unknown fields, because fields may be added. A change that breaks subscribers gets a new type (`….v2`) beside the old.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any, Literal

from pydantic import Field, TypeAdapter

from coupons.deferred import DEFERRED
from coupons.fields import AMOUNT_MAX_MINOR, CallersNumber, Id, Minor, SealedId, Told
from coupons.model.batches import PublishedBatch
from coupons.model.claims import Claim
from coupons.model.event_parts import EventContext, EventPart, event_id
from coupons.model.orders import MerchantLine
from coupons.model.points_events import PointsEarned
from coupons.model.programme_events import AnnouncementPublished
from coupons.model.slot_events import SlotBooked, SlotCancelled, SlotCheckedIn, SlotPromoted
from coupons.money import FundingLine
from coupons.times import wall_clock

PACK_MAX = 8


class ExpiringCoupon(EventPart):
    coupon_id: SealedId
    terms_id: Id


class ClaimedCoupon(ExpiringCoupon):
    valid_from: Told
    expires_at: Told


class Funding(EventPart):
    funder_id: Id
    amount_minor: Minor


class Claimed(EventPart):
    """A claimed pack, as `PUT /batches/{batch_id}/claim` answered it."""

    campaign_id: Id
    batch_id: Id
    claimed_at: Told
    coupons: Annotated[list[ClaimedCoupon], Field(min_length=1, max_length=PACK_MAX)]


class Moved(EventPart):
    """A settlement line. Amounts are never negative; the event's type says whether they were paid or returned."""

    campaign_id: Id
    batch_id: Id
    coupon_id: SealedId
    terms_id: Id
    merchant_id: Id
    order_no: CallersNumber
    discount_minor: Minor
    merchant_match_minor: Annotated[int, Field(ge=0, le=10 * AMOUNT_MAX_MINOR)]
    payable_minor: Minor
    funding: Annotated[list[Funding], Field(max_length=10)]


class Redeemed(Moved):
    redeemed_at: Told
    late: bool
    """The till was offline and sent the scan late."""


class Reversed(Moved):
    """`payable_minor` was returned to the customer, each funding line to its funder."""

    reversal_no: CallersNumber
    reversed_at: Told
    coupon_returned: bool
    """The coupon can be used again until it expires. If false, it stays redeemed in part, or is voided."""


class Expiring(EventPart):
    campaign_id: Id
    batch_id: Id
    expires_at: Told
    coupons: Annotated[list[ExpiringCoupon], Field(min_length=1, max_length=PACK_MAX)]


class CouponClaimed(EventContext):
    type: Literal["coupon.claimed.v1"] = "coupon.claimed.v1"
    dataschema: Literal["urn:coupon-season:schema:coupon.claimed.v1#/properties/data"] = (
        "urn:coupon-season:schema:coupon.claimed.v1#/properties/data"
    )
    data: Claimed


class CouponRedeemed(EventContext):
    type: Literal["coupon.redeemed.v1"] = "coupon.redeemed.v1"
    dataschema: Literal["urn:coupon-season:schema:coupon.redeemed.v1#/properties/data"] = (
        "urn:coupon-season:schema:coupon.redeemed.v1#/properties/data"
    )
    data: Redeemed


class CouponReversed(EventContext):
    type: Literal["coupon.reversed.v1"] = "coupon.reversed.v1"
    dataschema: Literal["urn:coupon-season:schema:coupon.reversed.v1#/properties/data"] = (
        "urn:coupon-season:schema:coupon.reversed.v1#/properties/data"
    )
    data: Reversed


class CouponExpiring(EventContext):
    type: Literal["coupon.expiring.v1"] = "coupon.expiring.v1"
    dataschema: Literal["urn:coupon-season:schema:coupon.expiring.v1#/properties/data"] = (
        "urn:coupon-season:schema:coupon.expiring.v1#/properties/data"
    )
    data: Expiring


Event = (
    CouponClaimed
    | CouponRedeemed
    | CouponReversed
    | CouponExpiring
    | AnnouncementPublished
    | PointsEarned
    | SlotBooked
    | SlotPromoted
    | SlotCancelled
    | SlotCheckedIn
)
TYPES: dict[str, type[Event]] = {
    "coupon.claimed.v1": CouponClaimed,
    "coupon.redeemed.v1": CouponRedeemed,
    "coupon.reversed.v1": CouponReversed,
    "coupon.expiring.v1": CouponExpiring,
    "announcement.published.v1": AnnouncementPublished,
    "points.earned.v1": PointsEarned,
    "slot.booked.v1": SlotBooked,
    "slot.promoted.v1": SlotPromoted,
    "slot.cancelled.v1": SlotCancelled,
    "slot.checked-in.v1": SlotCheckedIn,
}
ANY_EVENT: TypeAdapter[Event] = TypeAdapter(Annotated[Event, Field(discriminator="type")], config=DEFERRED)
"""Validates an event of any type. An unknown type is an error; an unknown field is ignored."""


def claimed(
    source: str, batch: PublishedBatch, claim: Claim, coupon_ids: Sequence[str], extended_s: int
) -> CouponClaimed:
    """The event of a claim. `coupon_ids`: of all coupons, in the pack's order."""
    at = wall_clock(claim.claimed_at_s, batch.timezone)
    coupons = [
        ClaimedCoupon(
            coupon_id=coupon_id,
            terms_id=terms.terms_id,
            valid_from=wall_clock(coupon.valid_from_s, batch.timezone),
            expires_at=wall_clock(coupon.expires_at_s + extended_s, batch.timezone),
        )
        for coupon_id, terms, coupon in zip(coupon_ids, batch.terms, claim.coupons, strict=True)
    ]
    return CouponClaimed(
        id=event_id("coupon.claimed.v1", coupon_ids[0]),
        source=source,
        time=at,
        subject=batch.batch_id,
        data=Claimed(campaign_id=batch.campaign_id, batch_id=batch.batch_id, claimed_at=at, coupons=coupons),
    )


def moved(source: str, batch: PublishedBatch, filed: MerchantLine) -> CouponRedeemed | CouponReversed:
    """The event of a settlement line."""
    line, merchant_id = filed.line, filed.merchant_id
    at = wall_clock(line.at_s, batch.timezone)
    sign = 1 if line.kind == "redemption" else -1
    fields: dict[str, Any] = {
        "campaign_id": batch.campaign_id,
        "batch_id": line.batch_id,
        "coupon_id": line.coupon_id,
        "terms_id": line.terms_id,
        "merchant_id": merchant_id,
        "order_no": line.order_no,
        "discount_minor": sign * line.amounts.discount_minor,
        "merchant_match_minor": sign * line.amounts.merchant_match_minor,
        "payable_minor": sign * line.amounts.payable_minor,
        "funding": [_funding(part, sign) for part in line.amounts.funding],
    }
    if line.kind == "redemption":
        return CouponRedeemed(
            id=event_id("coupon.redeemed.v1", merchant_id, line.order_no),
            source=source,
            time=at,
            subject=line.coupon_id,
            data=Redeemed(**fields, redeemed_at=at, late=line.late),
        )
    return CouponReversed(
        id=event_id("coupon.reversed.v1", merchant_id, line.order_no, line.reversal_no),
        source=source,
        time=at,
        subject=line.coupon_id,
        data=Reversed(**fields, reversal_no=line.reversal_no, reversed_at=at, coupon_returned=line.coupon_returned),
    )


def expiring(
    source: str, batch: PublishedBatch, coupon_ids: Sequence[str], places: Sequence[int], expires_at_s: int, now_s: int
) -> CouponExpiring:
    """The event of a pack's available coupons that end at `expires_at_s`: those at `places` of `coupon_ids`.

    The id depends on the pack and that time only. It stays the same if a coupon is used between two repeats, and
    changes if the validity is extended.
    """
    return CouponExpiring(
        id=event_id("coupon.expiring.v1", coupon_ids[0], str(expires_at_s)),
        source=source,
        time=wall_clock(now_s, batch.timezone),
        subject=batch.batch_id,
        data=Expiring(
            campaign_id=batch.campaign_id,
            batch_id=batch.batch_id,
            expires_at=wall_clock(expires_at_s, batch.timezone),
            coupons=[
                ExpiringCoupon(coupon_id=coupon_ids[place], terms_id=batch.terms[place].terms_id) for place in places
            ],
        ),
    )


def _funding(part: FundingLine, sign: int) -> Funding:
    return Funding(funder_id=part.funder_id, amount_minor=sign * part.amount_minor)

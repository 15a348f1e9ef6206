"""What others are told: four events, each a CloudEvent 1.0 (cloudevents.io) in structured JSON.

| type | says | `subject` | one for |
|---|---|---|---|
| `coupon.claimed.v1` | a person holds a pack | batch | a claim |
| `coupon.redeemed.v1` | an order used a coupon | coupon | a redemption |
| `coupon.reversed.v1` | money of a redemption went back | coupon | a reversal |
| `coupon.expiring.v1` | coupons of a pack end soon and are still available | batch | a pack and a moment of expiry |

They arrive at least once and in no order. `id` follows from what moved and from nothing else, so every repeat of one
movement carries the same: drop what you have seen. No event names a person: whoever gave the person their `coupon_id`
knows whose it is. Readers skip fields that they do not know: one may be added. What breaks readers gets a new type
(`….v2`) beside the old one.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import Annotated, Any, Literal

from pydantic import ConfigDict, Field, TypeAdapter

from coupons.fields import AMOUNT_MAX_MINOR, CallersNumber, Document, Id, Minor, SealedId, Told
from coupons.model.batches import PublishedBatch
from coupons.model.claims import Claim
from coupons.model.orders import MerchantLine
from coupons.money import FundingLine
from coupons.times import wall_clock

PACK_MAX = 8


class _Part(Document):
    """What an event is made of: strict, but open to fields that a later version of this program adds."""

    model_config = ConfigDict(
        extra="ignore", json_schema_serialization_defaults_required=True, use_attribute_docstrings=True
    )


class ExpiringCoupon(_Part):
    coupon_id: SealedId
    terms_id: Id


class ClaimedCoupon(ExpiringCoupon):
    valid_from: Told
    expires_at: Told


class Funding(_Part):
    funder_id: Id
    amount_minor: Minor


class Claimed(_Part):
    """What `PUT /batches/{batch_id}/claim` answered."""

    campaign_id: Id
    batch_id: Id
    claimed_at: Told
    coupons: Annotated[list[ClaimedCoupon], Field(min_length=1, max_length=PACK_MAX)]


class Moved(_Part):
    """A settlement line; amounts are never negative, the event's type says which way they went."""

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
    """By a till that had been cut off."""


class Reversed(Moved):
    """`payable_minor` went back to the customer, each funding line to its funder."""

    reversal_no: CallersNumber
    reversed_at: Told
    coupon_returned: bool
    """It can be used again until its expiry; else its redemption stands in part, or it is void."""


class Expiring(_Part):
    campaign_id: Id
    batch_id: Id
    expires_at: Told
    coupons: Annotated[list[ExpiringCoupon], Field(min_length=1, max_length=PACK_MAX)]


class _Event(_Part):
    """The context attributes of CloudEvents 1.0.

    `dataschema` is the place of the data's schema in `infra/events/schemas/<type>.json`, and begins with its `$id`.
    """

    specversion: Literal["1.0"] = "1.0"
    id: Annotated[str, Field(pattern=r"^[0-9a-f]{32}$")]
    source: Annotated[str, Field(pattern=r"^urn:coupon-season:[a-z][a-z0-9-]{0,15}$")]
    """The installation, by its stage."""
    time: Told
    subject: Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{1,160}$")]
    datacontenttype: Literal["application/json"] = "application/json"


class CouponClaimed(_Event):
    type: Literal["coupon.claimed.v1"] = "coupon.claimed.v1"
    dataschema: Literal["urn:coupon-season:schema:coupon.claimed.v1#/properties/data"] = (
        "urn:coupon-season:schema:coupon.claimed.v1#/properties/data"
    )
    data: Claimed


class CouponRedeemed(_Event):
    type: Literal["coupon.redeemed.v1"] = "coupon.redeemed.v1"
    dataschema: Literal["urn:coupon-season:schema:coupon.redeemed.v1#/properties/data"] = (
        "urn:coupon-season:schema:coupon.redeemed.v1#/properties/data"
    )
    data: Redeemed


class CouponReversed(_Event):
    type: Literal["coupon.reversed.v1"] = "coupon.reversed.v1"
    dataschema: Literal["urn:coupon-season:schema:coupon.reversed.v1#/properties/data"] = (
        "urn:coupon-season:schema:coupon.reversed.v1#/properties/data"
    )
    data: Reversed


class CouponExpiring(_Event):
    type: Literal["coupon.expiring.v1"] = "coupon.expiring.v1"
    dataschema: Literal["urn:coupon-season:schema:coupon.expiring.v1#/properties/data"] = (
        "urn:coupon-season:schema:coupon.expiring.v1#/properties/data"
    )
    data: Expiring


Event = CouponClaimed | CouponRedeemed | CouponReversed | CouponExpiring
TYPES: dict[str, type[Event]] = {
    "coupon.claimed.v1": CouponClaimed,
    "coupon.redeemed.v1": CouponRedeemed,
    "coupon.reversed.v1": CouponReversed,
    "coupon.expiring.v1": CouponExpiring,
}
ANY_EVENT: TypeAdapter[Event] = TypeAdapter(Annotated[Event, Field(discriminator="type")])
"""Reads any of them, strictly: an unknown type is an error, an unknown field is skipped."""


def claimed(
    source: str, batch: PublishedBatch, claim: Claim, coupon_ids: Sequence[str], extended_s: int
) -> CouponClaimed:
    """The whole pack; `coupon_ids` in its order."""
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
        id=_id("coupon.claimed.v1", coupon_ids[0]),
        source=source,
        time=at,
        subject=batch.batch_id,
        data=Claimed(campaign_id=batch.campaign_id, batch_id=batch.batch_id, claimed_at=at, coupons=coupons),
    )


def moved(source: str, batch: PublishedBatch, movement: MerchantLine) -> CouponRedeemed | CouponReversed:
    """What a settlement line says."""
    line, at = movement.line, wall_clock(movement.line.at_s, batch.timezone)
    sign = 1 if line.kind == "redemption" else -1
    fields: dict[str, Any] = {
        "campaign_id": batch.campaign_id,
        "batch_id": line.batch_id,
        "coupon_id": line.coupon_id,
        "terms_id": line.terms_id,
        "merchant_id": movement.merchant_id,
        "order_no": line.order_no,
        "discount_minor": sign * line.amounts.discount_minor,
        "merchant_match_minor": sign * line.amounts.merchant_match_minor,
        "payable_minor": sign * line.amounts.payable_minor,
        "funding": [_funding(part, sign) for part in line.amounts.funding],
    }
    if line.kind == "redemption":
        return CouponRedeemed(
            id=_id("coupon.redeemed.v1", movement.merchant_id, line.order_no),
            source=source,
            time=at,
            subject=line.coupon_id,
            data=Redeemed(**fields, redeemed_at=at, late=line.late),
        )
    return CouponReversed(
        id=_id("coupon.reversed.v1", movement.merchant_id, line.order_no, line.reversal_no),
        source=source,
        time=at,
        subject=line.coupon_id,
        data=Reversed(
            **fields, reversal_no=line.reversal_no, reversed_at=at, coupon_returned=movement.line.coupon_returned
        ),
    )


def expiring(
    source: str, batch: PublishedBatch, coupon_ids: Sequence[str], places: Sequence[int], expires_at_s: int, now_s: int
) -> CouponExpiring:
    """The coupons at `places` of a pack (all its ids: `coupon_ids`), which end at `expires_at_s` and are available.

    The id is the pack's and the moment's: it stays the same when one of the coupons is used between two repeats, and
    changes when the validity is extended.
    """
    return CouponExpiring(
        id=_id("coupon.expiring.v1", coupon_ids[0], str(expires_at_s)),
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


def _id(event_type: str, *what: str) -> str:
    """32 hex digits of what moved; none of its parts may hold a line break, so no two movements are spelled alike."""
    return hashlib.sha256("\n".join((event_type, *what)).encode()).hexdigest()[:32]

"""券规则: what one coupon is worth, where, when and who pays; frozen once its batch is published."""

from datetime import datetime, timedelta
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, model_validator

from coupons.deferred import nothing_stated
from coupons.fields import (
    BASIS_POINTS,
    BasisPoints,
    Channel,
    ClockEnd,
    ClockTime,
    DeclaredDay,
    DeclaredTime,
    Document,
    Id,
    Label,
    Minor,
    Title,
    Weekday,
    distinct,
    forward,
    of_our_time,
)


class AmountOff(Document):
    """满减: `amount_minor` off an order of at least `threshold_minor`."""

    kind: Literal["amount_off"]
    """A fixed amount."""
    threshold_minor: Minor
    """The least that the items in scope must come to."""
    amount_minor: Annotated[Minor, Field(ge=1)]
    """What is taken off; at most `threshold_minor`."""

    @model_validator(mode="after")
    def _within_threshold(self) -> Self:
        if self.amount_minor > self.threshold_minor:
            raise ValueError("amount_minor is above threshold_minor: the order could cost less than nothing")
        return self

    @property
    def largest_minor(self) -> int:
        return self.amount_minor


class PercentOff(Document):
    """折扣: `basis_points` of an order of at least `threshold_minor`, at most `cap_minor`."""

    kind: Literal["percent_off"]
    """A share of the order."""
    threshold_minor: Minor
    """The least that the items in scope must come to."""
    basis_points: Annotated[BasisPoints, Field(ge=1)]
    """The share of the items in scope; 1000 is 10 %."""
    cap_minor: Annotated[Minor, Field(ge=1)]
    """The most that is taken off."""

    @property
    def largest_minor(self) -> int:
        return self.cap_minor


class Exchange(Document):
    """兑换: one item `sku` for nothing. Of several lines with it, the one with the highest price counts."""

    kind: Literal["exchange"]
    """One item for nothing."""
    sku: Label
    """The item, as the till calls it."""
    title: Title
    """Shown to people."""
    unit: Title | None = None
    """What one is, such as a pack of ten; shown beside numbers of it."""
    value_minor: Annotated[Minor, Field(ge=1)]
    """The most that is taken off for it."""

    @property
    def largest_minor(self) -> int:
        return self.value_minor


Discount = Annotated[AmountOff | PercentOff | Exchange, Field(discriminator="kind")]


class DaysAfterClaim(Document):
    """Valid from the claim, or from a calendar day after it, until `days` × 86,400 s after the claim.

    Calendar days are those of the campaign's time zone.
    """

    kind: Literal["days_after_claim"]
    """Counted from the claim."""
    days: Annotated[int, Field(ge=1, le=366)]
    """Days of 86,400 s from the claim's second to the end."""
    starts_after_days: Annotated[int, Field(ge=0, le=30)] = 0
    """0: valid at once. Else from the first second of that calendar day after the claim's; below `days`."""

    @model_validator(mode="after")
    def _some_time_left(self) -> Self:
        if self.days <= self.starts_after_days:
            raise ValueError("days must be above starts_after_days: claimed at midnight, it would never be valid")
        return self


EXTENSION_MAX_DAYS = 366
"""Operators can lengthen the validity of a batch's coupons by so much in all."""


def _can_be_extended(ends_at: datetime) -> datetime:
    try:
        of_our_time(ends_at + timedelta(days=EXTENSION_MAX_DAYS))
    except ValueError as error:
        raise ValueError(f"extended by {EXTENSION_MAX_DAYS} days it would be too late: {error}") from None
    return ends_at


class FixedWindow(Document):
    """Valid in `starts_at <= now < ends_at`, whenever it was claimed."""

    kind: Literal["fixed"]
    """The same for everyone."""
    starts_at: DeclaredTime
    """The first second in which it is valid."""
    ends_at: Annotated[DeclaredTime, AfterValidator(_can_be_extended)]
    """The first second in which it is not; not before the batch closes."""

    @model_validator(mode="after")
    def _forward(self) -> Self:
        forward(self.starts_at, self.ends_at)
        return self


Validity = Annotated[DaysAfterClaim | FixedWindow, Field(discriminator="kind")]


class WeeklyHours(Document):
    """`starts <= wall clock < ends` on each of `weekdays`, in the campaign's time zone.

    `ends` at or before `starts` lies on the next day, and the hours after midnight belong to the weekday on which they
    began: fri 18:00 to 02:00 holds on Saturday at 01:59.
    """

    weekdays: Annotated[list[Weekday], Field(min_length=1, max_length=7)]
    """The days on which the hours begin."""
    starts: ClockTime
    """The first minute."""
    ends: ClockEnd
    """The first minute after; at or before `starts` it is on the next day."""

    @model_validator(mode="after")
    def _distinct(self) -> Self:
        distinct("weekdays", self.weekdays)
        return self


class Scope(Document):
    """Where a coupon can be used; an empty list does not restrict.

    The `merchant_*` lists look at the merchant, the `item_*` lists at each item: only matching items count.
    """

    merchants: Annotated[list[Id], Field(max_length=200)] = []
    """`merchant_id` of the merchants."""
    stores: Annotated[list[Id], Field(max_length=100)] = []
    """`store_id` of stores of the one merchant in `merchants`; others of its stores are outside."""
    merchant_categories: Annotated[list[Label], Field(max_length=100)] = []
    """Their categories."""
    merchant_tags: Annotated[list[Label], Field(max_length=100)] = []
    """Tags, one of which the merchant has."""
    item_categories: Annotated[list[Label], Field(max_length=100)] = []
    """Categories of the items that count."""
    item_tags: Annotated[list[Label], Field(max_length=100)] = []
    """Tags, one of which an item that counts has."""
    channels: Annotated[list[Channel], Field(max_length=2)] = []
    """Where the order is placed."""
    regions: Annotated[list[Label], Field(max_length=100)] = []
    """Where the goods are delivered; offline the store must be there too."""

    @model_validator(mode="after")
    def _stores_of_one(self) -> Self:
        distinct("stores", self.stores)
        if self.stores and len(self.merchants) != 1:
            raise ValueError("stores needs merchants to name the one merchant whose stores they are")
        return self


class Share(Document):
    """What one funder pays of the discount."""

    funder_id: Id
    """A funder of this document."""
    basis_points: Annotated[BasisPoints, Field(ge=1)]
    """Its share; all shares add up to 10000."""


class MatchRatio(Document):
    """商家配比: from `starts_at` the merchant adds `basis_points` of the discount (1:1 is 10,000)."""

    starts_at: DeclaredTime
    """In force from here until the next one; in ascending order."""
    basis_points: Annotated[int, Field(ge=0, le=10 * BASIS_POINTS)]
    """Of the discount; 10000 doubles it, 0 ends the match."""


RefundPolicy = Literal["always", "full_only", "never"]
"""When a reversal returns the coupon: any reversal does, only one of all that was payable, or none."""


class Refund(Document):
    """What a reversal does to the coupon. The coupon's expiry never moves.

    `never`: the coupon stays used. `full_only`: a reversal of all that was payable, in one step or as the last part,
    returns it. `always`: any reversal returns it, also a partial one. It returns at most `times_max` times, and only
    before it expires.

    The funders' money goes back in proportion to the payable amount, and all of it as soon as the coupon returns. So a
    coupon that can be used has no money out on an earlier use, and costs at most once what publishing reserved for it.
    """

    policy: RefundPolicy
    """When a reversal returns the coupon."""
    times_max: Annotated[int, Field(ge=1, le=10)] = 1
    """How often it can be returned."""


HOLD_MAX_S = 1_800
"""Time to pay at a counter or in an app; what is held cannot be used for anything else."""
ONLINE_HOLD_MAX_S = 604_800
"""Time to bring goods to the door: the coupon is held when they are sent, and redeemed when they arrive."""
OrderRequirement = Literal["evidence", "fulfilment"]
"""What an order must state: by what it was allowed, or how its goods reach the customer."""


class Terms(Document):
    """券规则: all that decides what one coupon is worth, where, when and who pays; frozen once published.

    A hold is limited to half an hour, or to a week where the coupon can only be used online.
    """

    terms_id: Id
    """Named by batches."""
    title: Title
    """Shown to people."""
    section_id: Id | None = None
    """The section that it is shown under."""
    discount: Discount
    """What it is worth."""
    validity: Validity
    """When it can be used."""
    usable: Annotated[list[WeeklyHours], Field(max_length=21)] = []
    """Hours of the week in which it can be used; empty, always."""
    blackout_dates: Annotated[list[DeclaredDay], Field(max_length=100)] = []
    """Days on which it cannot be used, in ascending order."""
    scope: Scope = nothing_stated(Scope)
    """Where it can be used; absent, everywhere."""
    funding: Annotated[list[Share], Field(min_length=1, max_length=10)]
    """Who pays the discount; the shares add up to 10000."""
    merchant_match: Annotated[list[MatchRatio], Field(max_length=10)] = []
    """What the merchant adds to the discount, by date."""
    requires: Annotated[list[OrderRequirement], Field(max_length=2)] = []
    """What an order must state: `evidence`, such as a prescription, and `fulfilment`, fetched or brought."""
    hold_max_s: Annotated[int, Field(ge=1, le=ONLINE_HOLD_MAX_S)] = HOLD_MAX_S
    """The longest hold, in seconds. More than 1800 needs `scope: {channels: [online]}`."""
    refund: Refund
    """What a reversal does to the coupon."""

    @model_validator(mode="after")
    def _whole(self) -> Self:
        distinct("funding", (share.funder_id for share in self.funding))
        distinct("requires", self.requires)
        if sum(share.basis_points for share in self.funding) != BASIS_POINTS:
            raise ValueError("funding shares must add up to 10000 basis points")
        starts = [ratio.starts_at for ratio in self.merchant_match]
        if starts != sorted(set(starts)):
            raise ValueError("merchant_match must be in ascending order of starts_at")
        if self.blackout_dates != sorted(set(self.blackout_dates)):
            raise ValueError("blackout_dates must be in ascending order, each once")
        if self.hold_max_s > HOLD_MAX_S and self.scope.channels != ["online"]:
            raise ValueError(f"hold_max_s above {HOLD_MAX_S} needs scope.channels [online]")
        return self

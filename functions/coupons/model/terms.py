"""券规则: what one coupon is worth, where, when and who pays; frozen once its batch is published."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, model_validator

from coupons.fields import (
    BASIS_POINTS,
    BasisPoints,
    ClockEnd,
    ClockTime,
    DeclaredDay,
    Document,
    Id,
    Label,
    Minor,
    Moment,
    Title,
    Weekday,
    distinct,
    forward,
    of_our_time,
)


class AmountOff(Document):
    """满减: `amount_minor` off an order of at least `threshold_minor`."""

    kind: Literal["amount_off"]
    threshold_minor: Minor
    amount_minor: Annotated[Minor, Field(ge=1)]

    @model_validator(mode="after")
    def _within_threshold(self) -> Self:
        if self.amount_minor > self.threshold_minor:
            raise ValueError("amount_minor is above threshold_minor: the order could cost less than nothing")
        return self

    @property
    def largest_minor(self) -> int:
        return self.amount_minor


class PercentOff(Document):
    """`basis_points` of an order of at least `threshold_minor`, at most `cap_minor`."""

    kind: Literal["percent_off"]
    threshold_minor: Minor
    basis_points: Annotated[BasisPoints, Field(ge=1)]
    cap_minor: Annotated[Minor, Field(ge=1)]

    @property
    def largest_minor(self) -> int:
        return self.cap_minor


class Exchange(Document):
    """兑换: one unit of the good `sku`, worth at most `value_minor`, for nothing."""

    kind: Literal["exchange"]
    sku: Label
    title: Title
    value_minor: Annotated[Minor, Field(ge=1)]

    @property
    def largest_minor(self) -> int:
        return self.value_minor


Discount = Annotated[AmountOff | PercentOff | Exchange, Field(discriminator="kind")]


class DaysAfterClaim(Document):
    """Valid until the claim's second plus `days` × 86,400 s.

    From the claim's second, or, where `starts_after_days` is not 0, from the first moment of that calendar day after
    the claim's own, in the campaign's time zone.
    """

    kind: Literal["days_after_claim"]
    days: Annotated[int, Field(ge=1, le=366)]
    starts_after_days: Annotated[int, Field(ge=0, le=30)] = 0

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
    starts_at: Moment
    ends_at: Annotated[Moment, AfterValidator(_can_be_extended)]

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
    starts: ClockTime
    ends: ClockEnd

    @model_validator(mode="after")
    def _distinct(self) -> Self:
        distinct("weekdays", self.weekdays)
        return self


class Scope(Document):
    """Where a coupon can be used; an empty list does not restrict.

    The `merchant_*` lists look at the merchant, the `item_*` lists at each item: only matching items count.
    """

    merchants: Annotated[list[Id], Field(max_length=200)] = []
    merchant_categories: Annotated[list[Label], Field(max_length=100)] = []
    merchant_tags: Annotated[list[Label], Field(max_length=100)] = []
    item_categories: Annotated[list[Label], Field(max_length=100)] = []
    item_tags: Annotated[list[Label], Field(max_length=100)] = []
    channels: Annotated[list[Literal["offline", "online"]], Field(max_length=2)] = []
    regions: Annotated[list[Label], Field(max_length=100)] = []


class Share(Document):
    funder_id: Id
    basis_points: Annotated[BasisPoints, Field(ge=1)]


class MatchRatio(Document):
    """商家配比: from `starts_at` the merchant adds `basis_points` of the discount (1:1 is 10,000)."""

    starts_at: Moment
    basis_points: Annotated[int, Field(ge=0, le=10 * BASIS_POINTS)]


class Refund(Document):
    """What a reversal does to the coupon; its own expiry never moves.

    `never`: it stays used. `full_only`: a reversal of all that was payable, in one step or as the last part, gives it
    back. `always`: any reversal does, a partial one too. At most `times_max` times, and before it expires.

    The funders' money goes back pro rata of the payable, and all of it as soon as the coupon does: a coupon that can be
    used never has money out on an earlier use, so that it costs at most once what publishing reserved for it.
    """

    policy: Literal["always", "full_only", "never"]
    times_max: Annotated[int, Field(ge=1, le=10)] = 1


HOLD_MAX_S = 1_800
"""Time to pay at a counter or in an app; what is held cannot be used for anything else."""
ONLINE_HOLD_MAX_S = 604_800


class Terms(Document):
    """券规则: all that decides what one coupon is worth, where, when and who pays; frozen once published.

    A coupon that is valid can be used in the hours of `usable` (none: always), and not on `blackout_dates`, the
    calendar days of the campaign's time zone. No order holds it longer than `hold_max_s` seconds: at most half an hour,
    but for what is used online alone a week.
    """

    terms_id: Id
    title: Title
    section_id: Id | None = None
    discount: Discount
    validity: Validity
    usable: Annotated[list[WeeklyHours], Field(max_length=21)] = []
    blackout_dates: Annotated[list[DeclaredDay], Field(max_length=100)] = []
    scope: Scope = Scope()
    funding: Annotated[list[Share], Field(min_length=1, max_length=10)]
    merchant_match: Annotated[list[MatchRatio], Field(max_length=10)] = []
    hold_max_s: Annotated[int, Field(ge=1, le=ONLINE_HOLD_MAX_S)] = HOLD_MAX_S
    refund: Refund

    @model_validator(mode="after")
    def _whole(self) -> Self:
        distinct("funding", (share.funder_id for share in self.funding))
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

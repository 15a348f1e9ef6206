"""What operators declare: campaign documents and merchants' records.

One model validates `PUT /admin/campaigns/{id}`, `couponctl apply FILE` and the season files.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from coupons.fields import (
    CallersNumber,
    Currency,
    DeclaredDay,
    Document,
    Id,
    Label,
    Moment,
    Quantity,
    TimeZone,
    Title,
    distinct,
    forward,
    known,
    of_our_time,
)
from coupons.model.limits import PER_BATCH_MAX, Limit
from coupons.model.terms import EXTENSION_MAX_DAYS, FixedWindow, Terms

BUDGET_MAX_MINOR = 10**15
LATE_SCANS_MAX = 1_000
EditOutcome = Literal["created", "updated", "unchanged"]
"""What a PUT of a document, or of a merchant's record, did."""
Revision = Annotated[int, Field(ge=1, le=1_000_000_000)]
"""Counts the edits of a document, or of a merchant's record."""


class Section(Document):
    section_id: Id
    title: Title
    description: Title | None = None


class Funder(Document):
    funder_id: Id
    title: Title
    kind: Literal["government", "platform", "enterprise"]
    budget_minor: Annotated[int, Field(ge=0, le=BUDGET_MAX_MINOR)]


class Store(Document):
    """`region` is what scope rules look at, `district` what an operator can suspend."""

    store_id: Id
    title: Title | None = None
    region: Label
    district: Label | None = None


class Merchant(Document):
    """A shop or a platform shop, as the catalogue knows it: what scope rules look at."""

    merchant_id: Id
    title: Title
    category: Label
    tags: Annotated[list[Label], Field(max_length=20)] = []
    channels: Annotated[list[Literal["offline", "online"]], Field(min_length=1, max_length=2)]
    stores: Annotated[list[Store], Field(min_length=1, max_length=100)]

    @model_validator(mode="after")
    def _distinct(self) -> Self:
        distinct("stores", (store.store_id for store in self.stores))
        return self


class Booking(Document):
    """预约: the sign-up window before a batch opens, in `opens_at <= now < closes_at`.

    Optional, or `required` of everybody who claims; of a lottery it is the entry list, final when it closes.
    """

    opens_at: Moment
    closes_at: Moment
    required: bool = False
    expected_people: Quantity | None = None

    @model_validator(mode="after")
    def _forward(self) -> Self:
        forward(self.opens_at, self.closes_at)
        return self


class Eligibility(Document):
    """Who may claim: members of `group_id`, people of `regions` (a token without a region counts as eligible)."""

    group_id: Id | None = None
    regions: Annotated[list[Label], Field(max_length=100)] = []


class Batch(Document):
    """批次: one release of `quantity` packs, each of the coupons that `terms` lists in order.

    `first_come` is claimed until the stock is gone, `granted` by the members of its group, `lottery` by those whom its
    draw names among the bookings.
    """

    batch_id: Id
    title: Title
    section_id: Id | None = None
    mode: Literal["first_come", "lottery", "granted"]
    quantity: Quantity
    opens_at: Moment
    closes_at: Moment
    booking: Booking | None = None
    exclusive_group: Id | None = None
    price_points: Annotated[int, Field(ge=0, le=1_000_000)] = 0
    eligibility: Eligibility = Eligibility()
    limits: Annotated[list[Id], Field(max_length=PER_BATCH_MAX)] = []
    rollover_to: Id | None = None
    # So many calendar days before the day on which coupons end, others are told of those not yet used; absent: never.
    remind_days: Annotated[int, Field(ge=1, le=30)] | None = None
    terms: Annotated[list[Id], Field(min_length=1, max_length=8)]

    @model_validator(mode="after")
    def _whole(self) -> Self:
        forward(self.opens_at, self.closes_at)
        distinct("limits", self.limits)
        if self.mode == "granted" and self.eligibility.group_id is None:
            raise ValueError("a granted batch needs eligibility.group_id")
        if self.booking is not None and self.booking.closes_at > self.closes_at:
            raise ValueError("booking.closes_at is after closes_at")
        if self.mode == "lottery" and (self.booking is None or self.booking.closes_at > self.opens_at):
            raise ValueError("a lottery needs a booking that closes before it opens: the entry list of its draw")
        return self


def _refuse_validity(batch: Batch, terms: Terms) -> None:
    """Whenever it is claimed, the coupon has some time, and no extension takes it out of ours."""
    if isinstance(terms.validity, FixedWindow):
        if terms.validity.ends_at < batch.closes_at:
            raise ValueError(f"batch {batch.batch_id}: {terms.terms_id} ends before the last pack is claimed")
        return
    last_claim_at = batch.closes_at - timedelta(seconds=1)
    try:
        of_our_time(last_claim_at + timedelta(days=terms.validity.days + EXTENSION_MAX_DAYS))
    except ValueError as error:
        why = f"claimed last and extended by {EXTENSION_MAX_DAYS} days, {terms.terms_id} would end too late: {error}"
        raise ValueError(f"batch {batch.batch_id}: {why}") from None


def _later(batch: Batch, named: list[Batch]) -> None:
    """Money rolls over forwards only: to a batch of the same document that closes later."""
    if batch.rollover_to is not None and not (named and named[0].closes_at > batch.closes_at):
        raise ValueError(f"batch {batch.batch_id}: rollover_to {batch.rollover_to!r} is no batch that closes later")


class Campaign(Document):
    """消费季: the whole document of a season. `revision` is the one it was read at; absent, it creates.

    Stores of `suspended_districts` redeem none of its coupons; a new revision suspends and reopens at any time.
    """

    campaign_id: Id
    revision: Revision | None = None
    title: Title
    description: Title | None = None
    timezone: TimeZone
    currency: Currency
    starts_at: Moment
    ends_at: Moment
    sections: Annotated[list[Section], Field(max_length=30)] = []
    funders: Annotated[list[Funder], Field(min_length=1, max_length=100)]
    # One DynamoDB transaction of at most 100 items stores a document: three, the budgets that changed, two a merchant
    # that joins, one that leaves. What does not fit takes two revisions (`stores/catalog.py`), or for merchants
    # PUT /admin/merchants/{id}.
    merchants: Annotated[list[Merchant], Field(max_length=28)] = []
    suspended_districts: Annotated[list[Label], Field(max_length=100)] = []
    limits: Annotated[list[Limit], Field(max_length=20)] = []
    terms: Annotated[list[Terms], Field(min_length=1, max_length=50)]
    batches: Annotated[list[Batch], Field(min_length=1, max_length=40)]

    @model_validator(mode="after")
    def _refers_to_itself(self) -> Self:
        forward(self.starts_at, self.ends_at)
        sections = distinct("sections", (section.section_id for section in self.sections))
        funders = distinct("funders", (funder.funder_id for funder in self.funders))
        terms_ids = distinct("terms", (terms.terms_id for terms in self.terms))
        limits = distinct("limits", (limit.limit_id for limit in self.limits))
        distinct("batches", (batch.batch_id for batch in self.batches))
        distinct("merchants", (merchant.merchant_id for merchant in self.merchants))
        distinct("suspended_districts", self.suspended_districts)
        for terms in self.terms:
            known(f"terms {terms.terms_id}: funder", (share.funder_id for share in terms.funding), funders)
            known(f"terms {terms.terms_id}: section", [terms.section_id] if terms.section_id else [], sections)
        for batch in self.batches:
            known(f"batch {batch.batch_id}: terms", batch.terms, terms_ids)
            for terms in self.terms_of(batch):
                _refuse_validity(batch, terms)
            known(f"batch {batch.batch_id}: limit", batch.limits, limits)
            _later(batch, [later for later in self.batches if later.batch_id == batch.rollover_to])
            known(f"batch {batch.batch_id}: section", [batch.section_id] if batch.section_id else [], sections)
        return self

    def terms_of(self, batch: Batch) -> list[Terms]:
        """The terms of a batch's pack, one a coupon, in the pack's order."""
        by_id = {terms.terms_id: terms for terms in self.terms}
        return [by_id[terms_id] for terms_id in batch.terms]

    def limits_of(self, batch: Batch) -> list[Limit]:
        by_id = {limit.limit_id: limit for limit in self.limits}
        return [by_id[limit_id] for limit_id in batch.limits]


class Warned(Document):
    """Where a document states what stays otherwise."""

    place: str
    message: str


class Applied(Campaign):
    """The document as it is stored; `warnings` only where there are any."""

    warnings: list[Warned] = []


class Withholding(Document):
    """Lines that are not paid out for a reason: those of one order from that day on, or all of a day (no `order_no`).

    An operator decides: `released`, they are due after all, or `refused`, owed to nobody; absent, it is open. What
    stands for an order goes before what stands for a day.
    """

    day: DeclaredDay
    order_no: CallersNumber | None = None
    reason: Annotated[str, Field(min_length=1, max_length=200, pattern=r"^[^\x00-\x1f\x7f]+$")]
    decision: Literal["released", "refused"] | None = None


Tags = Annotated[list[Label], Field(max_length=20)]
Channels = Annotated[list[Literal["offline", "online"]], Field(min_length=1, max_length=2)]
Stores = Annotated[list[Store], Field(min_length=1, max_length=100)]
LateScans = Annotated[int, Field(ge=0, le=LATE_SCANS_MAX)]
Enrolments = Annotated[list[Id], Field(max_length=50)]
Withheld = Annotated[list[Withholding], Field(max_length=100)]


class MerchantRecord(Document):
    """A merchant: its facts, the campaigns that it joined by itself, its suspension, and what is withheld of its lines.

    `revision` counts the edits of all of it. `late_scans_per_day`: how many redemptions of a settlement day may arrive
    when their code has grown too old, from tills that were cut off; no campaign document says it.
    """

    revision: Revision | None = None
    title: Title
    category: Label
    tags: Tags = []
    channels: Channels
    stores: Stores
    campaigns: Enrolments = []
    suspended: bool = False
    late_scans_per_day: LateScans = 0
    withheld: Withheld = []

    @model_validator(mode="after")
    def _distinct(self) -> Self:
        distinct("stores", (store.store_id for store in self.stores))
        distinct("withheld", (f"{one.day} {one.order_no or 'whole day'}" for one in self.withheld))
        return self


class MerchantEdit(Document):
    """The body of `PUT /admin/merchants/{id}`: what it says is changed, what it leaves out stays, and so does `null`;
    an empty list empties.

    `revision` is the one that was read; absent, it creates, and all that a record needs must be there.
    """

    revision: Revision | None = None
    title: Title | None = None
    category: Label | None = None
    tags: Tags | None = None
    channels: Channels | None = None
    stores: Stores | None = None
    campaigns: Enrolments | None = None
    suspended: bool | None = None
    late_scans_per_day: LateScans | None = None
    withheld: Withheld | None = None

    def merged(self, standing: MerchantRecord | None) -> MerchantRecord:
        """The record as it is with this edit. Raises ValidationError: something is missing, or stands twice."""
        said = {name: value for name, value in self if value is not None and name != "revision"}
        return MerchantRecord.model_validate({**dict(standing or ()), **said})

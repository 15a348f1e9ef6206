"""Merchants: as campaign documents name them, and their records, which operators edit."""

from typing import Annotated, Literal, NamedTuple, Self

from pydantic import Field, model_validator

from coupons.fields import (
    CallersNumber,
    Channel,
    DeclaredDay,
    Document,
    Id,
    Label,
    Minor,
    Reason,
    Revision,
    Title,
    distinct,
)

LATE_SCANS_MAX = 1_000


class Store(Document):
    """A place where a merchant sells."""

    store_id: Id
    """What an order names."""
    title: Title | None = None
    """Shown to people."""
    region: Label
    """Where the store is, compared with `scope.regions` of terms."""
    district: Label | None = None
    """What `suspended_districts` is compared with."""
    address: Title | None = None
    """Where people find it; shown to them, also on printed sheets."""


Decision = Literal["released", "refused"]
"""What an operator decided about a withheld line: it is due after all, or owed to nobody."""


class Withholding(Document):
    """Lines that are not paid out for a reason: those of one order from that day on, or all of a day (no `order_no`).

    An operator decides: `released`, they are due after all, or `refused`, owed to nobody; absent, it is undecided. A
    withholding of an order goes before one of the whole day.
    """

    day: DeclaredDay
    """The settlement day of the lines; of an order, the first."""
    order_no: CallersNumber | None = None
    """The order whose lines are withheld; absent: all lines of the day."""
    reason: Reason
    """Why, for the merchant to read."""
    decision: Decision | None = None
    """What an operator decided; absent: nothing yet."""


Tags = Annotated[list[Label], Field(max_length=20)]
Channels = Annotated[list[Channel], Field(min_length=1, max_length=2)]
Stores = Annotated[list[Store], Field(min_length=1, max_length=100)]
LateScans = Annotated[int, Field(ge=0, le=LATE_SCANS_MAX)]
Enrolments = Annotated[list[Id], Field(max_length=50)]
Withheld = Annotated[list[Withholding], Field(max_length=100)]


class Merchant(Document):
    """A shop or a platform shop, with the facts that the scope of terms is compared with."""

    merchant_id: Id
    """What a till's token names."""
    title: Title
    """Shown to people."""
    category: Label
    """What `scope.merchant_categories` is compared with."""
    tags: Tags = []
    """What `scope.merchant_tags` is compared with."""
    channels: Channels
    """Where it sells."""
    stores: Stores
    """Where it sells from."""
    subsidy_max_minor: Minor | None = None
    """The most that this campaign pays it for people whom it lets in; absent, no limit. It can be changed at any time.
    Days count once they are closed, so what is let in until then can exceed it."""

    @model_validator(mode="after")
    def _distinct(self) -> Self:
        distinct("stores", (store.store_id for store in self.stores))
        return self


class MerchantRecord(Document):
    """A merchant: its facts, the campaigns that it joined by itself, its suspension, and what is withheld of it."""

    revision: Revision | None = None
    """Counts the edits of the record."""
    title: Title
    """Shown to people."""
    category: Label
    """What `scope.merchant_categories` of terms is compared with."""
    tags: Tags = []
    """What `scope.merchant_tags` of terms is compared with."""
    channels: Channels
    """Where it sells."""
    stores: Stores
    """Where it sells from."""
    campaigns: Enrolments = []
    """Campaigns that it joined by itself; those whose document names it are not listed."""
    suspended: bool = False
    """It redeems no coupons; it can still release, reverse and read."""
    late_scans_per_day: LateScans = 0
    """How many late scans are taken a settlement day, from tills that were offline. No campaign document sets it."""
    withheld: Withheld = []
    """What is not paid out of its lines."""

    @model_validator(mode="after")
    def _distinct(self) -> Self:
        distinct("stores", (store.store_id for store in self.stores))
        distinct("withheld", (f"{one.day} {one.order_no or 'whole day'}" for one in self.withheld))
        return self

    def store(self, store_id: str | None) -> Store | None:
        return next((one for one in self.stores if one.store_id == store_id), None)


class AcceptingMerchant(NamedTuple):
    """A merchant, with the channels on which it accepts coupons and the stores from which it does."""

    merchant_id: str
    record: MerchantRecord
    channels: list[Channel]
    stores: list[Store]


class OwnRecord(NamedTuple):
    """What a merchant sees of itself. `campaigns`: where it takes part, by their documents or by its record."""

    merchant_id: str
    record: MerchantRecord
    campaigns: list[str]
    late_scans_left: int


class MerchantEdit(Document):
    """The body of `PUT /admin/merchants/{id}`. A field that is absent or `null` is not changed; an empty list empties.

    `revision` is the one that was read. Without it the edit creates the record and needs all its required fields.
    """

    revision: Revision | None = None
    """The revision that was read; absent creates."""
    title: Title | None = None
    """Shown to people."""
    category: Label | None = None
    """What `scope.merchant_categories` of terms is compared with."""
    tags: Tags | None = None
    """What `scope.merchant_tags` of terms is compared with."""
    channels: Channels | None = None
    """Where it sells."""
    stores: Stores | None = None
    """Where it sells from."""
    campaigns: Enrolments | None = None
    """Campaigns that it joined by itself; those whose document names it are not listed."""
    suspended: bool | None = None
    """It redeems no coupons; it can still release, reverse and read."""
    late_scans_per_day: LateScans | None = None
    """How many late scans are taken a settlement day, from tills that were offline."""
    withheld: Withheld | None = None
    """What is not paid out of its lines."""

    def merged(self, existing: MerchantRecord | None) -> MerchantRecord:
        """The record with this edit. Raises ValidationError if a field is missing, or an entry is there twice."""
        said = {name: value for name, value in self if value is not None and name != "revision"}
        return MerchantRecord.model_validate({**dict(existing or ()), **said})

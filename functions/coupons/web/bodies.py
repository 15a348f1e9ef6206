"""The bodies and query parameters of routes. Both are closed: unknown fields are refused."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import BeforeValidator, ConfigDict, Field, model_validator

from coupons.deferred import DeferredModel
from coupons.fields import (
    DeclaredDay,
    DeclaredTime,
    Document,
    Instant,
    Minor,
    PersonName,
    Placement,
    Quantity,
    Reason,
    SealedId,
    SlotId,
)
from coupons.model.activities import ActivityKind
from coupons.model.claims import CouponStatus
from coupons.model.orders import Order
from coupons.model.season_statistics import By
from coupons.model.slot_records import UNITS_MAX
from coupons.model.terms import EXTENSION_MAX_DAYS, ONLINE_HOLD_MAX_S
from coupons.model.visit_reports import VisitReport
from coupons.sealing import PIN_DIGITS

MEMBERS_MAX = 1_000


class Empty(Document):
    """`{}` or no body at all."""

    # Every field of a subclass has a default: it is parsed from no body too.


Pin = Annotated[str, Field(pattern=rf"^[0-9]{{{PIN_DIGITS}}}$")]
"""The PIN of a printed code."""


class CodeBody(Empty):
    """What kind of code is wanted; without a body a code of a minute."""

    print: bool = False
    """A code for paper, with a PIN, for a person without a phone. It needs the scope `operator` too."""


class QuoteBody(Document):
    """The coupon and the order that it might be used for."""

    code: SealedId
    pin: Pin | None = None
    order: Order


class HoldBody(Document):
    """The coupon and the order that it is set aside for."""

    code: SealedId
    pin: Pin | None = None
    order: Order
    ttl_s: Annotated[int, Field(ge=1, le=ONLINE_HOLD_MAX_S)]
    """The hold's longest duration, in seconds. The terms' `hold_max_s` and the coupon's expiry can end it sooner."""


class RedemptionBody(Document):
    """The coupon and the order that uses it."""

    code: SealedId | None = None
    """What the shop scans; absent: the coupon that this order holds."""
    pin: Pin | None = None
    order: Order
    scanned_at: Instant | None = None
    """When a till that was cut off scanned the code, at most ten minutes ago; absent: now."""


class CheckInBody(Document):
    """What the person shows at the venue."""

    code: SealedId


class ReversalBody(Document):
    """How much of a redemption is undone."""

    amount_minor: Minor
    """What the customer gets back of `payable_minor`; all of it is a full reversal."""


class QuantityBody(Document):
    """A batch's new number of packs."""

    quantity: Quantity
    """Packs in all; never fewer than before."""


IssuedCoupons = Literal["keep", "void"]
"""What happens to coupons that are issued and not redeemed: they stay valid, or are voided."""


class StopBody(Empty):
    """What becomes of the issued coupons of a stopped batch."""

    issued: IssuedCoupons = "keep"
    """Whether coupons that are issued and not redeemed stay valid or are voided."""


class ExtendBody(Document):
    """By how much the validity of a batch's coupons is lengthened."""

    days: Annotated[int, Field(ge=1, le=EXTENSION_MAX_DAYS)]
    """The whole extension beyond the terms, in days, so a repeat does not extend twice."""


class MembersBody(Document):
    """Who joins a group and who leaves it: at most 1,000 persons in both lists together."""

    add: Annotated[list[PersonName], Field(max_length=MEMBERS_MAX)] = []
    """Real-name identities of people who join; members stay."""
    remove: Annotated[list[PersonName], Field(max_length=MEMBERS_MAX)] = []
    """Real-name identities of people who leave."""

    @model_validator(mode="after")
    def _together(self) -> Self:
        if len(self.add) + len(self.remove) > MEMBERS_MAX:
            raise ValueError(f"add and remove name more than {MEMBERS_MAX} persons together")
        return self


class LookupBody(Document):
    """The person that the hotline asks about. In the body, because URLs are logged and must not hold identities."""

    person_id: PersonName
    """The person's real-name identity."""


class EarningBody(VisitReport):
    """A visit, and who it was."""

    person_id: PersonName
    """The person's real-name identity."""


class CorrectionBody(Document):
    """Why a reported visit does not count."""

    reason: Reason
    """Kept with the visit; a repeat states the same."""


class SlotBody(Document):
    """What an operator decides about one slot: exactly one of both."""

    cancelled: Reason | None = None
    """Cancel the slot for good; the text says why, and is shown to who is in it."""
    units: Annotated[int, Field(ge=0, le=UNITS_MAX)] | None = None
    """The number of its places. Where a batch pays the venue, at most those of the schedule."""

    @model_validator(mode="after")
    def _one(self) -> Self:
        if (self.cancelled is None) == (self.units is None):
            raise ValueError("state either cancelled or units")
        return self


class StrikeBody(Document):
    """A slot that a person missed, and whether that counts."""

    person_id: PersonName
    """The person's real-name identity. In the body, because URLs are logged and must not hold identities."""
    slot_id: SlotId
    """The slot that the person missed."""
    excused: bool
    """True: it does not count, and a ban is computed anew. False: it counts again."""


class Query(DeferredModel):
    """No parameter: also the query of each route that declares none. An unknown parameter is refused, as a typing error
    in one that filters or pages would return something else than was asked for.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)


_Words = Annotated[str, Field(max_length=64, pattern=r"^[^\x00-\x1f\x7f]*$")]
_MaybeId = Annotated[str, Field(pattern=r"^[a-z0-9-]{0,64}$")]


class MerchantsQuery(Query):
    district: _Words = ""
    """Only stores of this district; absent: all."""
    category: _Words = ""
    """Only merchants of this category; absent: all."""
    terms_id: _MaybeId = ""
    """Only where coupons of these terms are accepted; absent: everywhere."""
    cursor: _MaybeId = ""
    """`next` of the page before; absent: the first page."""


class ActivitiesQuery(Query):
    section: _MaybeId = ""
    """Only activities of this section; absent: all."""
    district: _Words = ""
    """Only activities in this district; absent: all."""
    day: DeclaredDay | None = None
    """Only activities of which a session takes place on this day of the campaign's zone; absent: all."""
    kind: Literal["", ActivityKind] = ""
    """Only activities of this kind; absent: all."""
    cursor: _MaybeId = ""
    """`next` of the page before; absent: the first page."""


class FacilitiesQuery(Query):
    district: _Words = ""
    """Only facilities in this district; absent: all."""
    sport: _Words = ""
    """Only facilities for this sport; absent: all."""
    cursor: _MaybeId = ""
    """`next` of the page before; absent: the first page."""


class AnnouncementsQuery(Query):
    placement: Placement | None = None
    """Only what is shown there; absent: everywhere."""
    district: _Words = ""
    """Without what concerns other districts alone; absent: whatever the district."""
    region: _Words = ""
    """Without what concerns other regions alone; absent: whatever the region."""


class StatsQuery(Query):
    by: By = "hour"
    """What the rows are: spans of time, or what was counted by."""
    from_: Annotated[DeclaredTime | None, Field(alias="from")] = None
    """The first second that counts. Absent: the beginning of the season, or of the last three minutes, hour or day for
    rows by second, minute or hour. These reach over 180 seconds, a day or 62 days at most."""
    to: DeclaredTime | None = None
    """The first second that no longer counts; absent: now."""


class DayQuery(Query):
    day: DeclaredDay | None = None
    """A calendar day of the campaign's zone; absent: today."""


class WalletQuery(Query):
    status: Literal["", CouponStatus] = ""
    """Only coupons of this status; absent: all."""


class PointsQuery(Query):
    program_id: _MaybeId = ""
    """Whose points; absent: those of the campaign that is live now."""
    cursor: Annotated[str, Field(pattern=r"^([0-9]{12}~[A-Za-z0-9._~-]{1,240})?$")] = ""
    """`cursor` of the page before; absent: the first page."""


def _flag(text: object) -> object:
    return {"true": True, "false": False}.get(text, text) if isinstance(text, str) else text


Flag = Annotated[bool, Field(strict=True), BeforeValidator(_flag)]
"""`true` or `false`."""


class SettlementQuery(Query):
    cursor: Annotated[str, Field(pattern=r"^[0-9]{1,2}~([A-Za-z0-9._-]{1,64}(~[A-Za-z0-9._-]{1,64})?)?$")] = ""
    """`next` of the page before; absent: the first page."""
    bom: Flag = False
    """The first page begins with a byte order mark if it is a CSV file, for spreadsheet programs."""

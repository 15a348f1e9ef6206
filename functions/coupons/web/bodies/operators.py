"""What operators send."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from coupons.drand import SIGNATURE_PATTERN
from coupons.fields import (
    Document,
    PersonName,
    Quantity,
    Reason,
    SlotId,
)
from coupons.model.slot_records import UNITS_MAX
from coupons.model.terms import EXTENSION_MAX_DAYS
from coupons.web.bodies.base import Empty, MaybeId, Query

MEMBERS_MAX = 1_000


class QuantityBody(Document):
    """A batch's new number of packs."""

    quantity: Quantity
    """Packs in all; never fewer than before."""


IssuedCoupons = Literal["keep", "void"]
"""What happens to coupons that are issued and not redeemed: they stay valid, or are voided."""


class BeaconBody(Document):
    """The randomness of a draw, as the beacon publishes it for everybody."""

    round: Annotated[int, Field(ge=1, le=2**53 - 1)]
    """The round that the batch says it is drawn by."""
    signature: Annotated[str, Field(pattern=SIGNATURE_PATTERN, max_length=96)]
    """Its signature: 96 lower-case hexadecimal digits."""


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


class VenuesQuery(Query):
    year: Annotated[str, Field(pattern=r"^20[0-9]{2}$")]
    """The calendar year, in the campaign's zone."""
    cursor: MaybeId = ""
    """`next` of the page before; absent: the first page."""

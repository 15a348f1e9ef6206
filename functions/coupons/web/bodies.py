"""The bodies and query parameters of routes. Both are closed: unknown fields are refused."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from coupons.fields import Document, Instant, Minor, PersonName, Quantity, SealedId
from coupons.model.claims import CouponStatus
from coupons.model.orders import Order
from coupons.model.terms import EXTENSION_MAX_DAYS, ONLINE_HOLD_MAX_S
from coupons.sealing import PIN_DIGITS

MEMBERS_MAX = 1_000


class Empty(Document):
    """`{}` or no body at all."""

    # Every field of a subclass has a default: it is parsed from no body too.


Pin = Annotated[str, Field(pattern=rf"^[0-9]{{{PIN_DIGITS}}}$")]
"""The PIN of a printed code."""


class CodeBody(Empty):
    """`print`: a code for paper, with a PIN, for a person without a phone. It needs the scope `operator` too."""

    print: bool = False


class QuoteBody(Document):
    code: SealedId
    pin: Pin | None = None
    order: Order


class HoldBody(Document):
    """`ttl_s`: the hold's longest duration. The terms' `hold_max_s` and the coupon's expiry can end it sooner."""

    code: SealedId
    pin: Pin | None = None
    order: Order
    ttl_s: Annotated[int, Field(ge=1, le=ONLINE_HOLD_MAX_S)]


class RedemptionBody(Document):
    """`code` absent: the coupon that this order holds.

    `scanned_at`: when a till that was cut off scanned the code, at most ten minutes ago.
    """

    code: SealedId | None = None
    pin: Pin | None = None
    order: Order
    scanned_at: Instant | None = None


class ReversalBody(Document):
    amount_minor: Minor


class QuantityBody(Document):
    quantity: Quantity


IssuedCoupons = Literal["keep", "void"]
"""What happens to coupons that are issued and not redeemed: they stay valid, or are voided."""


class StopBody(Empty):
    """`issued`: whether coupons that are issued and not redeemed stay valid or are voided."""

    issued: IssuedCoupons = "keep"


class ExtendBody(Document):
    """`days`: the whole extension beyond the terms, so a repeat does not extend twice."""

    days: Annotated[int, Field(ge=1, le=EXTENSION_MAX_DAYS)]


class MembersBody(Document):
    """At most 1,000 persons in both lists together."""

    add: Annotated[list[PersonName], Field(max_length=MEMBERS_MAX)] = []
    remove: Annotated[list[PersonName], Field(max_length=MEMBERS_MAX)] = []

    @model_validator(mode="after")
    def _together(self) -> Self:
        if len(self.add) + len(self.remove) > MEMBERS_MAX:
            raise ValueError(f"add and remove name more than {MEMBERS_MAX} persons together")
        return self


class LookupBody(Document):
    """The person that the hotline asks about. In the body, because URLs are logged and must not hold identities."""

    person_id: PersonName


class Query(BaseModel):
    """No parameter: also the query of each route that declares none. An unknown parameter is refused, as a typing error
    in one that filters or pages would return something else than was asked for.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)


class WalletQuery(Query):
    status: Literal["", CouponStatus] = ""


def _flag(text: object) -> object:
    return {"true": True, "false": False}.get(text, text) if isinstance(text, str) else text


Flag = Annotated[bool, Field(strict=True), BeforeValidator(_flag)]
"""`true` or `false`."""


class SettlementQuery(Query):
    """`bom`: the first page begins with a byte order mark if it is a CSV file, for spreadsheet programs."""

    cursor: Annotated[str, Field(pattern=r"^[0-9]{1,2}~([A-Za-z0-9._-]{1,64}(~[A-Za-z0-9._-]{1,64})?)?$")] = ""
    bom: Flag = False


class AuditQuery(Query):
    sweep: Annotated[str, Field(pattern=r"^[0-9a-f]{16}$")] = ""


def _campaign_or_day(text: str) -> str:
    if text not in ("", "campaign"):
        date.fromisoformat(text)
    return text


class BudgetsQuery(AuditQuery):
    """`audit`: recount `campaign` or a settlement day. `sweep`: the count to resume.

    `cursor`: the movement after which the page begins.
    """

    audit: Annotated[
        str, Field(pattern=r"^(campaign|[0-9]{4}-[0-9]{2}-[0-9]{2})?$"), AfterValidator(_campaign_or_day)
    ] = ""
    cursor: Annotated[str, Field(pattern=r"^([a-z0-9-]{1,64}~[0-9]{6,9}~(reserve|release|rollover))?$")] = ""

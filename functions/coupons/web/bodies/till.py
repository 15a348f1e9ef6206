"""What merchants send, from the till and from the office."""

from typing import Annotated

from pydantic import BeforeValidator, Field

from coupons.fields import (
    Document,
    Instant,
    Minor,
    SealedId,
)
from coupons.model.orders import Order
from coupons.model.terms import ONLINE_HOLD_MAX_S
from coupons.sealing import PIN_DIGITS
from coupons.web.bodies.base import Query

Pin = Annotated[str, Field(pattern=rf"^[0-9]{{{PIN_DIGITS}}}$")]
"""The PIN of a printed code."""


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


def _flag(text: object) -> object:
    return {"true": True, "false": False}.get(text, text) if isinstance(text, str) else text


Flag = Annotated[bool, Field(strict=True), BeforeValidator(_flag)]
"""`true` or `false`."""


class SettlementQuery(Query):
    cursor: Annotated[str, Field(pattern=r"^[0-9]{1,2}~([A-Za-z0-9._-]{1,64}(~[A-Za-z0-9._-]{1,64})?)?$")] = ""
    """`next` of the page before; absent: the first page."""
    bom: Flag = False
    """The first page begins with a byte order mark if it is a CSV file, for spreadsheet programs."""

"""What citizens send."""

from typing import Literal

from coupons.model.claims import CouponStatus
from coupons.web.bodies.base import Empty, Query


class CodeBody(Empty):
    """What kind of code is wanted; without a body a code of a minute."""

    print: bool = False
    """A code for paper, with a PIN, for a person without a phone. It needs the scope `operator` too."""


class WalletQuery(Query):
    status: Literal["", CouponStatus] = ""
    """Only coupons of this status; absent: all."""

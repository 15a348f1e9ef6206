"""A claim: one person's pack of one batch, and the state of each coupon in it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Literal

from coupons.clock import SKEW_S
from coupons.damage import Damaged
from coupons.model.scans import Scanned
from coupons.model.terms import FixedWindow, Terms
from coupons.times import DAY_S, day_of, day_start_s, epoch_s

Stored = Literal["available", "held", "redeemed", "voided"]
"""What the item says; `expired` is never stored: it is a fact of the clock."""
CouponStatus = Literal["available", "held", "redeemed", "expired", "voided"]
BAR_AHEAD_S = 2 * SKEW_S
"""A bar further ahead of now than this was written before a clock was set back, and does not count."""


@dataclass(frozen=True, slots=True)
class Ruling:
    """What operators decided about all coupons of a batch after they were issued; no claim item is rewritten for it."""

    extended_s: int = 0
    """Added to every coupon's expiry."""
    voided: bool = False
    """What was not redeemed when the batch was stopped is worth nothing."""


@dataclass(frozen=True, slots=True)
class Coupon:
    """`expires_at_s` as stamped at the claim; the batch's `Ruling` comes on top."""

    state: Stored
    valid_from_s: int
    expires_at_s: int
    order: bytes = b""
    """`orders.order_key` of the order that holds or redeemed it."""
    held_until_s: int = 0
    returns: int = 0
    """How often a reversal gave it back."""
    bar_s: int = 0
    """Codes issued until then bring it no more: they were shown for a use that was undone. 0: it never came back."""
    print_no: int = 0
    """Its last print is the only one that brings it; a coupon that came back has none until it is printed anew."""

    def is_brought_by(self, scanned: Scanned, now_s: int) -> bool:
        """It has not come back, nor been printed anew, since `scanned` was issued; the code's age is not asked."""
        if scanned.print_no:
            return scanned.print_no == self.print_no
        return scanned.issued_at_s > self.bar_s or self.bar_s > now_s + BAR_AHEAD_S

    def is_held_by(self, order: bytes) -> bool:
        """Lapsed or not; False once another order has had it, whatever the order that held it says of itself."""
        return self.state == "held" and self.order == order

    def fresh_code_in_s(self, now_s: int) -> int:
        """How long until a code brings it that is issued then; 0: one of now does."""
        return max(self.bar_s + 1 - now_s, 0) if self.bar_s <= now_s + BAR_AHEAD_S else 0

    def status(self, now_s: int, ruling: Ruling) -> CouponStatus:
        if self.state in ("redeemed", "voided"):
            return self.state
        if ruling.voided:
            return "voided"
        if self.expires_at_s + ruling.extended_s <= now_s:
            return "expired"
        if self.state == "held" and self.held_until_s > now_s:
            return "held"
        return "available"


@dataclass(frozen=True, slots=True)
class Claim:
    batch_number: int
    person: bytes
    token: str
    """`lease-uuid:ordinal`: which attempt, and which leased pack, wrote the item."""
    claimed_at_s: int
    key_version: int
    coupons: tuple[Coupon, ...]


@dataclass(eq=False)
class DamagedClaim(Damaged):
    """A claim that cannot be read; `batch_number` where that still can."""

    batch_number: int | None = None


@dataclass(frozen=True, slots=True)
class BookingRecord:
    batch_number: int
    booked_at_s: int


def fresh_coupon(terms: Terms, claimed_at_s: int, timezone: str) -> Coupon:
    """The coupon that `terms` yield at a claim; `timezone` is the campaign's.

    Valid in the fixed window, or for N days from the claim; a delayed start is the beginning of the k-th calendar day
    after the claim's, and leaves the expiry where it is.
    """
    validity, valid_from_s = terms.validity, claimed_at_s
    if isinstance(validity, FixedWindow):
        valid_from_s = epoch_s(validity.starts_at)
    elif validity.starts_after_days:
        first_day = day_of(claimed_at_s, timezone) + timedelta(days=validity.starts_after_days)
        valid_from_s = day_start_s(first_day, timezone)
    return Coupon("available", valid_from_s, expiry_s(terms, claimed_at_s))


def expiry_s(terms: Terms, claimed_at_s: int) -> int:
    """When a coupon of these terms expires that is claimed at `claimed_at_s`; never earlier for a later claim."""
    if isinstance(terms.validity, FixedWindow):
        return epoch_s(terms.validity.ends_at)
    return claimed_at_s + terms.validity.days * DAY_S

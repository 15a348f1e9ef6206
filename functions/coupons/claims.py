"""A claim: one person's pack of one batch, and the state of each coupon in it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Literal

from coupons.moments import DAY_S, day_of, day_start_s, epoch_s
from coupons.terms import FixedWindow, Terms

Stored = Literal["available", "held", "redeemed", "voided"]
"""What the item says; `expired` is never stored: it is a fact of the clock."""
Status = Literal["available", "held", "redeemed", "expired", "voided"]


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

    def status(self, now_s: int, ruling: Ruling) -> Status:
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

"""A claim: one person's pack of one batch, and the state of each coupon in it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Literal, NamedTuple

from coupons.clock import SKEW_S
from coupons.damage import Damaged
from coupons.model.scans import Scanned
from coupons.model.terms import FixedWindow, Terms
from coupons.times import DAY_S, day_of, day_start_s, epoch_s

CouponState = Literal["available", "held", "redeemed", "voided"]
"""The state in the item. `expired` is never stored: it follows from the clock."""
CouponStatus = Literal["available", "held", "redeemed", "expired", "voided"]
"""The status of a coupon: it can be used, is set aside for an order, was used, has expired, or was voided."""
BAR_AHEAD_S = 2 * SKEW_S
"""A bar that is further ahead was written before a clock was set back, and does not count."""


class Ruling(NamedTuple):
    """What operators decided about all issued coupons of a batch. It is stored with the batch, not in claim items."""

    extended_s: int = 0
    """Added to every coupon's expiry."""
    voided: bool = False
    """Coupons that were not redeemed when the batch was stopped are void."""


class Use(NamedTuple):
    """What a redemption writes into its coupon, for the person to see; a reversal that undoes the use removes it."""

    merchant_id: str
    discount_minor: int
    """As redeemed: a reversal of a part, after which the coupon stays used, does not change it."""
    at_s: int


@dataclass(frozen=True, slots=True)
class Coupon:
    """A coupon of a claim. `expires_at_s` is stored at the claim; the batch's extension is added to it."""

    state: CouponState
    valid_from_s: int
    expires_at_s: int
    order: bytes = b""
    """`orders.order_key` of the order that holds or redeemed it."""
    held_until_s: int = 0
    returns: int = 0
    """How often it came back with a reversal."""
    bar_s: int = 0
    """Codes issued until then cannot use it: they were shown for a use that was reversed. 0: it never came back."""
    print_no: int = 0
    """The number of its newest print, the only one that can use it. After it came back, no print can until the next."""
    use: Use | None = None
    """Of a redeemed coupon; None also if it was redeemed before uses were written down."""

    def is_brought_by(self, scanned: Scanned, now_s: int) -> bool:
        """It has neither come back nor been printed again since `scanned` was issued, whatever the code's age."""
        if scanned.print_no:
            return scanned.print_no == self.print_no
        return scanned.issued_at_s > self.bar_s or self.bar_s > now_s + BAR_AHEAD_S

    def is_held_by(self, order: bytes) -> bool:
        """This order holds it, lapsed or not; False once another order has had it, whatever the order's item says."""
        return self.state == "held" and self.order == order

    def fresh_code_in_s(self, now_s: int) -> int:
        """In how many seconds a new code can use it; 0: a code issued now can."""
        return max(self.bar_s + 1 - now_s, 0) if self.bar_s <= now_s + BAR_AHEAD_S else 0

    def status(self, now_s: int, ruling: Ruling) -> CouponStatus:
        """Its status at that moment. Expiry is decided here: `expires_at_s` plus the extension, by the clock."""
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
    """One person's pack of one batch."""

    batch_number: int
    person: bytes
    token: str
    """`lease:ordinal`: the leased pack that the item was written for."""
    claimed_at_s: int
    key_version: int
    coupons: tuple[Coupon, ...]
    refunded: tuple[int, ...] = ()
    """The places of coupons whose points went back to the person."""

    @property
    def never_used(self) -> list[int]:
        """The places of coupons that were not redeemed, expired or not, and whose points did not go back."""
        return [
            place
            for place, coupon in enumerate(self.coupons)
            if coupon.state in ("available", "held") and place not in self.refunded
        ]


@dataclass(eq=False)
class DamagedClaim(Damaged):
    """A claim that cannot be read; `batch_number` if that can."""

    batch_number: int | None = None


class Entered(NamedTuple):
    """What the booking of a lottery holds for its draw: decided when the person booked, and never again."""

    entry: bytes
    """What stands for the person in the list (`model/entries.py`): 32 bytes."""
    weight: int
    share: int
    """The first of the draw's shares is 1; 0: none."""
    sealed: bytes | None
    """The person's identity, for the notary alone; None once it was removed, some time after the draw's end."""


class BookingRecord(NamedTuple):
    """One person's booking of one batch. `entered`: of a lottery."""

    batch_number: int
    booked_at_s: int
    entered: Entered | None = None


class Booked(NamedTuple):
    """A booking, and whose it is."""

    person: bytes
    booking: BookingRecord


class Receipt(NamedTuple):
    """What proves an entry in a lottery: it tells neither who the person is nor, without their nonce, whose it is."""

    entered: Entered
    rules_hash: bytes
    booked_at_s: int
    signature: bytes
    """Of `entries.receipt_message`, by the key that the published batch shows."""
    receipt_key: bytes


def fresh_coupon(terms: Terms, claimed_at_s: int, timezone: str) -> Coupon:
    """The coupon that `terms` yield at a claim; `timezone` is the campaign's.

    Valid in the fixed window, or for N days from the claim. A delayed start is the first second of the k-th calendar
    day after the claim's; it does not change the expiry.
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

"""A published batch: what was frozen (`PublishedBatch`), what changes (`Control`), and the status by both.

Stock is a control item and `shards` stock items; design section 4. The control item's state is `open` or `sealing`
(a reclaim is under way) at `round` r; only stock sealed at round r may be leased.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Literal, NamedTuple

from coupons.model.claims import Ruling, expiry_s
from coupons.model.declared_batches import Batch
from coupons.model.limits import CountLimit, Limit, counts_uses
from coupons.model.terms import Terms
from coupons.money import Purse
from coupons.times import epoch_s

if TYPE_CHECKING:
    from coupons.model.draw_state import DrawState

BatchStatus = Literal["scheduled", "booking", "open", "paused", "drained", "sold_out", "closed", "stopped"]
"""What a batch does now: it waits, takes bookings, can be claimed, is paused, has handed out all packs (`drained`: some
may return; `sold_out`: none can), has closed, or was stopped."""

DrawChain = Literal["quicknet", "local"]
"""The random beacon of a draw: drand's public one, or the test chain of the local stage."""


class DrawTerms(NamedTuple):
    """What publishing fixes of a lottery's draw, beside what its document declares (`model/draw_terms.py`)."""

    round: int
    """Of the beacon: the first that is due at or after `draw.at`."""
    chain: DrawChain
    key_version: int
    """Of the master secret that the draw's keys come from."""
    receipt_key: bytes
    """The public half of the key that signs receipts and the commitment: 32 bytes, Ed25519."""
    draw_key_hash: bytes
    """SHA-256 of the draw key, so that a notary who gets the key later can tell that it is the one."""
    document_text: str
    """The declared batch without its quantity, as JSON: it is never written anew, so its hash stays."""


@dataclass(frozen=True)
class PublishedBatch:
    """The facts that are frozen when a batch is published."""

    campaign_id: str
    timezone: str
    currency: str
    number: int
    """4 bytes that name the batch in sealed ids."""
    claim_key: str
    """What a person can claim once: this batch, or its exclusive group."""
    buckets: int
    booking_buckets: int
    shards: int
    published_at_s: int
    document: Batch
    """As declared when it was published."""
    terms: tuple[Terms, ...]
    limits: tuple[Limit, ...] = ()
    from_stock: bool = True
    """False if its group of members is no larger than the batch (`operate/members.py`), and for a lottery, whose draw
    admits no more people: claims then need no lease."""
    draw: DrawTerms | None = None
    """None for every other mode, and for a lottery that was published before there were draws."""

    @property
    def batch_id(self) -> str:
        return self.document.batch_id

    @property
    def purse(self) -> Purse:
        return Purse(self.campaign_id, self.currency)

    @cached_property
    def limits_of_claim(self) -> tuple[Limit, ...]:
        """The limits that count when a pack is claimed."""
        return tuple(limit for limit in self.limits if not counts_uses(limit))

    @cached_property
    def limits_of_use(self) -> tuple[CountLimit, ...]:
        """The limits that count at the till."""
        return tuple(limit for limit in self.limits if counts_uses(limit))

    @cached_property
    def opens_at_s(self) -> int:
        return epoch_s(self.document.opens_at)

    @property
    def begins_at_s(self) -> int:
        """The first second in which it can be booked or claimed."""
        booking = self.document.booking
        return min(self.opens_at_s, epoch_s(booking.opens_at)) if booking is not None else self.opens_at_s

    @cached_property
    def closes_at_s(self) -> int:
        return epoch_s(self.document.closes_at)

    @cached_property
    def first_expiry_s(self) -> int:
        """None of its coupons expires before this."""
        return min(expiry_s(terms, self.opens_at_s) for terms in self.terms)

    @cached_property
    def last_expiry_s(self) -> int:
        """When the last coupon that can be claimed expires, without extensions."""
        return max(expiry_s(terms, self.closes_at_s) for terms in self.terms)

    @property
    def pays_venues(self) -> bool:
        """Nobody claims it: it pays venues for the people whom they check in."""
        return self.document.mode == "venue"

    @property
    def booking_key(self) -> str:
        return f"B#{self.batch_id}"


@dataclass(frozen=True, slots=True)
class Control:
    """What changes after publishing. `drained_at_s`, `sealed_at_s`: 0 until it happens in this round."""

    state: Literal["open", "sealing"]
    round: int
    quantity: int
    drained_at_s: int = 0
    sealed_at_s: int = 0
    sold_out: bool = False
    final: bool = False
    """Reclaimed after it closed: the count of claims is final."""
    claims: int = 0
    """The count of the last reclaim."""
    paused: bool = False
    stopped: bool = False
    stopped_at_s: int = 0
    """When it was stopped, or voided later; 0 before."""
    voided: bool = False
    """Stopped together with its issued coupons: those that are not redeemed are void."""
    booked: int = -1
    """Bookings as counted after their window closed; -1 before."""
    booking_count: int = 0
    """The number of that count, or of the next: a clock that is set back before the window's end starts another."""
    extended_s: int = 0
    reminded_until_s: int = 0
    """Reminders were sent for all coupons that end before this; 0: for none, or not since the last extension."""
    expired_at_s: int = 0
    """When its expiry was recorded; 0 before."""
    expired_counts: dict[str, int] = field(default_factory=dict)
    """What the expiry sweep counted: claims, and coupons by state."""
    unused: tuple[int, ...] = ()
    """How many issued coupons were not redeemed when the batch expired, by place in the pack."""
    given_back: int = 0
    """How many steps of `settle/give_back.py` are done."""
    rest_through: str = ""
    """The last closed settlement day of which the rest was given back."""

    @property
    def ruling(self) -> Ruling:
        return Ruling(self.extended_s, self.voided)


class BatchNow(NamedTuple):
    """A published batch with its state at one moment. `remaining` is approximate until it is final."""

    batch: PublishedBatch
    control: Control
    status: BatchStatus
    remaining: int


def batch_status(batch: PublishedBatch, control: Control, now_s: int, draw: DrawState | None = None) -> BatchStatus:
    """One word for the catalog: an operator's decision comes before the window, the stock comes last.

    `draw`: of a lottery. It waits as `scheduled` until it is drawn; once the draw has ended nobody can claim.
    """
    if control.stopped:
        return "stopped"
    if now_s >= batch.closes_at_s:
        return "closed"
    if control.paused:
        return "paused"
    if now_s < batch.opens_at_s:
        booking = batch.document.booking
        booking_now = booking is not None and epoch_s(booking.opens_at) <= now_s < epoch_s(booking.closes_at)
        return "booking" if booking_now else "scheduled"
    if draw is not None and (draw.end or not draw.cohorts):
        return "closed" if draw.end else "scheduled"
    if control.sold_out:
        return "sold_out"
    if control.drained_at_s or control.state == "sealing":
        return "drained"
    return "open"

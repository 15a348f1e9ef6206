"""Every refusal of the system: one family of exceptions, which carry the facts of the case.

Refusal
├── Unauthenticated, Forbidden                      token, scope
├── Malformed                                       does not fit the schema
├── NotFound, MethodNotAllowed                      no such thing, or it belongs to somebody else
├── NotOpen, Closed, Paused, Stopped                time and operators
├── NotEligible, AlreadyClaimedGroup                the person
├── Drained, SoldOut, Full, InsufficientPoints      the stock, the places of a slot
├── CodeInvalid, CodeExpired                        the scanned code
├── OrderConflict, CouponNotUsable, OrderNotEligible, ReversalNotAllowed
├── TermsFrozen, RevisionConflict, BudgetExceeded   operators' edits
└── Busy                                            throttled: try again

`slug` is the name of the refusal in responses, metrics and refusal counts. A fact named `*_at_s`, `*_by_s` or `until_s`
is in epoch seconds; responses show it as `*_at`, `*_by` or `until` in `timezone`. An amount (`*_minor`) comes with its
`currency`.
`web/problems.py` maps each class to its status and title.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import ClassVar, TypedDict

from coupons.refusal_reasons import (
    CodeInvalidReason,
    Difference,
    LateScanReason,
    NextAward,
    NotEligibleReason,
    OrderReason,
    UnusableStatus,
)


class Fault(TypedDict):
    """One place of a request that does not fit, and why."""

    place: str
    """Where, like `body.order.items.0.sku`, `query.status` or `path.batch_id`."""
    message: str
    """What is wrong there."""


@dataclass(eq=False, kw_only=True)
class Refusal(Exception):
    """`detail`: one sentence for the reader; the title stands in for it if it is empty."""

    slug: ClassVar[str]
    detail: str = ""
    timezone: str = "UTC"

    def __str__(self) -> str:
        return self.detail or type(self).__name__


class Unauthenticated(Refusal):
    """No token came with the request, or not a valid one."""

    slug = "unauthenticated"


class Forbidden(Refusal):
    """The token's scope does not allow this, or its merchant has no record."""

    slug = "forbidden"


ERRORS_MAX = 20
"""Places that do not fit, in one answer."""


@dataclass(eq=False, kw_only=True)
class Malformed(Refusal):
    """Body, parameters or headers do not fit the schema."""

    slug = "malformed"
    errors: list[Fault] = field(default_factory=list)
    """Each place that does not fit, at most 20."""


class NotFound(Refusal):
    """There is no such thing, or it is another person's or merchant's."""

    slug = "not-found"


@dataclass(eq=False, kw_only=True)
class MethodNotAllowed(Refusal):
    """The path is a route by another method."""

    slug = "method-not-allowed"
    allow: list[str]
    """The methods of the path."""


@dataclass(eq=False, kw_only=True)
class NotOpen(Refusal):
    """The window has not opened yet."""

    slug = "not-open"
    opens_at_s: int
    """When the window opens."""
    retry_after_s: int
    """Seconds to wait before the next try: a little after the opening, spread so that not all come at once."""


@dataclass(eq=False, kw_only=True)
class Closed(Refusal):
    """The window has closed."""

    slug = "closed"
    closed_at_s: int
    """When the window closed."""


class Paused(Refusal):
    """An operator paused the batch; it may go on."""

    slug = "paused"


class Stopped(Refusal):
    """An operator stopped the batch for good."""

    slug = "stopped"


@dataclass(eq=False, kw_only=True)
class NotEligible(Refusal):
    """The person may not claim this batch, not use another coupon now, or not book this slot."""

    slug = "not-eligible"
    reason: NotEligibleReason
    """Why this person cannot have it."""
    slot_id: str | None = None
    """Of `overlap`: the slot at that time that the person is in."""
    until_s: int | None = None
    """Of `banned`: when the person can book again. Of `limit`: when a period ends, or a hold that counts, the sooner;
    absent, never."""
    rank: int | None = None
    """Of `not-drawn`: the person's place among all entries of the draw, from 1; about, because far from the winners it
    is read from a histogram. Absent for an entry that is in no draw."""
    claim_by_s: int | None = None
    """Of `late`: until when the person could claim."""


@dataclass(eq=False, kw_only=True)
class AlreadyClaimedGroup(Refusal):
    """The person has claimed another batch of the same exclusive group."""

    slug = "already-claimed-group"
    claimed_batch_id: str
    """The batch of the same exclusive group that the person has claimed."""


@dataclass(eq=False, kw_only=True)
class Drained(Refusal):
    """All packs are handed out; unclaimed ones may return."""

    slug = "drained"
    returns_at_s: int
    """When unclaimed packs return to the stock at the latest."""
    retry_after_s: int
    """Seconds to wait before the next try."""


class SoldOut(Refusal):
    """All packs are claimed. None returns unless an operator raises the quantity."""

    slug = "sold-out"


@dataclass(eq=False, kw_only=True)
class Full(Refusal):
    """No place is left in this slot, or others wait for it."""

    slug = "full"
    waiting: int
    """How many people wait."""
    rank_if_joined: int | None = None
    """The place in the line of who joins now; absent if nobody can: the list is full, or its time is over."""


@dataclass(eq=False, kw_only=True)
class InsufficientPoints(Refusal):
    """The person does not have the points that a pack costs."""

    slug = "insufficient-points"
    balance: int
    """What the person can spend; negative while points are owed."""
    price: int
    """What the pack costs."""
    next: NextAward | None = None
    """The cheapest open award that the balance does not reach; absent if there is none."""


@dataclass(eq=False, kw_only=True)
class CodeInvalid(Refusal):
    """The code is not one of ours, or its PIN is not right."""

    slug = "code-invalid"
    reason: CodeInvalidReason = "unknown"
    """Why the code is refused."""


@dataclass(eq=False, kw_only=True)
class CodeExpired(Refusal):
    """The code is too old, or was issued before the coupon came back."""

    slug = "code-expired"
    expired_at_s: int
    """Until when the code could be used."""
    reason: LateScanReason | None = None
    """Why a scan that was sent late is refused; absent for any other scan."""
    retry_after_s: int | None = None
    """Seconds until a fresh code is accepted; absent: at once."""


class OrderConflict(Refusal):
    """The order number already carries another coupon, or other content."""

    slug = "order-conflict"


@dataclass(eq=False, kw_only=True)
class CouponNotUsable(Refusal):
    """The coupon is used, held by another order, or over."""

    slug = "coupon-not-usable"
    coupon_status: UnusableStatus
    """Why the coupon cannot be used."""
    expires_at_s: int
    """When the coupon expires, or expired."""


@dataclass(eq=False, kw_only=True)
class OrderNotEligible(Refusal):
    """The coupon's terms do not fit the order."""

    slug = "order-not-eligible"
    reasons: list[OrderReason]
    """Each term that the order does not meet."""


@dataclass(eq=False, kw_only=True)
class ReversalNotAllowed(Refusal):
    """The amount is more than is left of the order, or the terms do not allow it."""

    slug = "reversal-not-allowed"
    left_minor: int
    """How much of the order can still be reversed."""
    currency: str
    """Of `left_minor`."""


@dataclass(eq=False, kw_only=True)
class TermsFrozen(Refusal):
    """The edit would change what was published."""

    slug = "terms-frozen"
    differences: list[Difference] = field(default_factory=list)
    """Each place where a document differs from what was published; empty for edits that are not documents."""


@dataclass(eq=False, kw_only=True)
class RevisionConflict(Refusal):
    """The edit was made from another revision than the current one."""

    slug = "revision-conflict"
    revision: int
    """The current revision: read it, and send the edit again with it."""


@dataclass(eq=False, kw_only=True)
class BudgetExceeded(Refusal):
    """The first funder whose budget is too small, and by how much."""

    slug = "budget-exceeded"
    funder_id: str
    """The funder whose budget is too small."""
    available_minor: int
    """What is left of its budget."""
    needed_minor: int
    """What the edit needs of it."""
    currency: str
    """Of both amounts."""


@dataclass(eq=False, kw_only=True)
class Busy(Refusal):
    """Nothing was changed; or it was, and a repeat of the same request finds it."""

    slug = "busy"
    retry_after_s: int = 1
    """Seconds to wait before the same request is sent again."""

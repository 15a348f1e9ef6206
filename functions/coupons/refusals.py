"""Every refusal of the system: one family of exceptions, which carry the facts of the case.

Refusal
├── Unauthenticated, Forbidden                      token, scope
├── Malformed                                       does not fit the schema
├── NotFound, MethodNotAllowed                      no such thing, or it belongs to somebody else
├── NotOpen, Closed, Paused, Stopped                time and operators
├── NotEligible, AlreadyClaimedGroup                the person
├── Drained, SoldOut, InsufficientPoints            the stock
├── CodeInvalid, CodeExpired                        the scanned code
├── OrderConflict, CouponNotUsable, OrderNotEligible, ReversalNotAllowed
├── TermsFrozen, RevisionConflict, BudgetExceeded   operators' edits
└── Busy                                            throttled: try again

`slug` is the name of the refusal in responses, metrics and refusal counts. A fact named `*_at_s` is in epoch seconds;
responses show it as `*_at` in `timezone`. An amount (`*_minor`) comes with its `currency`. `web/problems.py` maps each
class to its status and title.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, ClassVar


@dataclass(eq=False, kw_only=True)
class Refusal(Exception):
    """`detail`: one sentence for the reader; the title stands in for it if it is empty."""

    slug: ClassVar[str]
    detail: str = ""
    timezone: str = "UTC"

    def __str__(self) -> str:
        return self.detail or type(self).__name__


class Unauthenticated(Refusal):
    slug = "unauthenticated"


class Forbidden(Refusal):
    slug = "forbidden"


@dataclass(eq=False, kw_only=True)
class Malformed(Refusal):
    """`errors`: `place` and `message` of each."""

    slug = "malformed"
    errors: list[dict[str, str]] = field(default_factory=list)


class NotFound(Refusal):
    slug = "not-found"


@dataclass(eq=False, kw_only=True)
class MethodNotAllowed(Refusal):
    """`allow`: the methods of the path."""

    slug = "method-not-allowed"
    allow: list[str]


@dataclass(eq=False, kw_only=True)
class NotOpen(Refusal):
    slug = "not-open"
    opens_at_s: int
    retry_after_s: int


@dataclass(eq=False, kw_only=True)
class Closed(Refusal):
    slug = "closed"
    closed_at_s: int


class Paused(Refusal):
    slug = "paused"


class Stopped(Refusal):
    slug = "stopped"


@dataclass(eq=False, kw_only=True)
class NotEligible(Refusal):
    """`reason`: `group` (of members), `region`, `booking-required`, `not-drawn` or `limit`."""

    slug = "not-eligible"
    reason: str


@dataclass(eq=False, kw_only=True)
class AlreadyClaimedGroup(Refusal):
    """`claimed_batch_id`: the batch of the same exclusive group that the person has claimed."""

    slug = "already-claimed-group"
    claimed_batch_id: str


@dataclass(eq=False, kw_only=True)
class Drained(Refusal):
    """`returns_at_s`: when unclaimed packs return to the stock at the latest."""

    slug = "drained"
    returns_at_s: int
    retry_after_s: int


class SoldOut(Refusal):
    slug = "sold-out"


class InsufficientPoints(Refusal):
    slug = "insufficient-points"


@dataclass(eq=False, kw_only=True)
class CodeInvalid(Refusal):
    """`reason`: `unknown`, or for a printed code `pin-required`, `pin-wrong`, `pin-spoiled` or `replaced`."""

    slug = "code-invalid"
    reason: str = "unknown"


@dataclass(eq=False, kw_only=True)
class CodeExpired(Refusal):
    """The code is too old, or was issued before the coupon came back.

    `retry_after_s`: after how long a fresh code is accepted; None: at once. `reason`: `late-not-allowed` or
    `late-limit` for a scan that was sent late.
    """

    slug = "code-expired"
    expired_at_s: int
    reason: str | None = None
    retry_after_s: int | None = None


class OrderConflict(Refusal):
    slug = "order-conflict"


@dataclass(eq=False, kw_only=True)
class CouponNotUsable(Refusal):
    """`coupon_status`: `held` by another order, `redeemed`, `expired` or `voided`."""

    slug = "coupon-not-usable"
    coupon_status: str
    expires_at_s: int


@dataclass(eq=False, kw_only=True)
class OrderNotEligible(Refusal):
    """`reasons`: each term that the order does not meet."""

    slug = "order-not-eligible"
    reasons: list[str]


@dataclass(eq=False, kw_only=True)
class ReversalNotAllowed(Refusal):
    """`left_minor`: how much of the order can still be reversed."""

    slug = "reversal-not-allowed"
    left_minor: int
    currency: str


@dataclass(eq=False, kw_only=True)
class TermsFrozen(Refusal):
    """`differences`: each place where a document differs from what was published: `kept` is published, `stated` is not.

    Empty for edits that are not documents.
    """

    slug = "terms-frozen"
    differences: list[dict[str, Any]] = field(default_factory=list)


@dataclass(eq=False, kw_only=True)
class RevisionConflict(Refusal):
    """`revision`: the current one."""

    slug = "revision-conflict"
    revision: int


@dataclass(eq=False, kw_only=True)
class BudgetExceeded(Refusal):
    """The first funder whose budget is too small, and by how much."""

    slug = "budget-exceeded"
    funder_id: str
    available_minor: int
    needed_minor: int
    currency: str


@dataclass(eq=False, kw_only=True)
class Busy(Refusal):
    """Nothing was changed; or it was, and a repeat of the same request finds it."""

    slug = "busy"
    retry_after_s: int = 1

"""Every way the system says no, as one family that carries facts.

Refusal
├── Unauthenticated, Forbidden                      token, scope
├── Malformed                                       does not fit the schema
├── NotFound, MethodNotAllowed                      no such thing, or another's
├── NotOpen, Closed, Paused, Stopped                time and operators
├── NotEligible, AlreadyClaimedGroup                the person
├── Drained, SoldOut, InsufficientPoints            the stock
├── CodeInvalid, CodeExpired                        the scanned code
├── OrderConflict, CouponNotUsable, OrderNotEligible, ReversalNotAllowed
├── TermsFrozen, RevisionConflict, BudgetExceeded   operators' edits
└── Busy                                            throttled: try again

A fact named `*_at_s` is epoch seconds and is shown as `*_at` in `timezone`; an amount (`*_minor`) comes with its
`currency`. `problems.py` maps class → status, slug, title.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any


@dataclass(eq=False, kw_only=True)
class Refusal(Exception):
    detail: str = ""
    timezone: str = "UTC"

    def __str__(self) -> str:
        return self.detail or type(self).__name__


class Unauthenticated(Refusal):
    pass


class Forbidden(Refusal):
    pass


@dataclass(eq=False, kw_only=True)
class Malformed(Refusal):
    errors: list[dict[str, str]] = field(default_factory=list)


class NotFound(Refusal):
    pass


@dataclass(eq=False, kw_only=True)
class MethodNotAllowed(Refusal):
    allow: list[str]


@dataclass(eq=False, kw_only=True)
class NotOpen(Refusal):
    opens_at_s: int
    retry_after_s: int


@dataclass(eq=False, kw_only=True)
class Closed(Refusal):
    closed_at_s: int


class Paused(Refusal):
    pass


class Stopped(Refusal):
    pass


@dataclass(eq=False, kw_only=True)
class NotEligible(Refusal):
    reason: str


@dataclass(eq=False, kw_only=True)
class AlreadyClaimedGroup(Refusal):
    claimed_batch_id: str


@dataclass(eq=False, kw_only=True)
class Drained(Refusal):
    returns_at_s: int
    retry_after_s: int


class SoldOut(Refusal):
    pass


class InsufficientPoints(Refusal):
    pass


@dataclass(eq=False, kw_only=True)
class CodeInvalid(Refusal):
    """`reason`: `unknown`, or of a printed code `pin-required`, `pin-wrong`, `pin-spoiled`, `replaced`."""

    reason: str = "unknown"


@dataclass(eq=False, kw_only=True)
class CodeExpired(Refusal):
    """Too old, or issued before the coupon came back; `retry_after_s`: when a fresh code will do, if not now.

    `reason`: `late-not-allowed` or `late-limit` of a scan that was sent late.
    """

    expired_at_s: int
    reason: str | None = None
    retry_after_s: int | None = None


class OrderConflict(Refusal):
    pass


@dataclass(eq=False, kw_only=True)
class CouponNotUsable(Refusal):
    coupon_status: str
    expires_at_s: int


@dataclass(eq=False, kw_only=True)
class OrderNotEligible(Refusal):
    reasons: list[str]


@dataclass(eq=False, kw_only=True)
class ReversalNotAllowed(Refusal):
    left_minor: int
    currency: str


@dataclass(eq=False, kw_only=True)
class TermsFrozen(Refusal):
    """`differences`: where a document differs from what is published, which is `kept`, with what it has `stated`."""

    differences: list[dict[str, Any]] = field(default_factory=list)


@dataclass(eq=False, kw_only=True)
class RevisionConflict(Refusal):
    revision: int


@dataclass(eq=False, kw_only=True)
class BudgetExceeded(Refusal):
    funder_id: str
    available_minor: int
    needed_minor: int
    currency: str


@dataclass(eq=False, kw_only=True)
class Busy(Refusal):
    """Nothing was changed, or a repeat of the same request finds what was."""

    retry_after_s: int = 1

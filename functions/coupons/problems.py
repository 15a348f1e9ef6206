"""RFC 9457 problem documents: one table maps each refusal to its status, slug and title."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any

from coupons import refusals as r
from coupons.times import rfc3339


@dataclass(frozen=True, slots=True)
class Problem:
    slug: str
    status: int
    title: str


PROBLEMS: dict[type[r.Refusal], Problem] = {
    r.Unauthenticated: Problem("unauthenticated", 401, "No valid token"),
    r.Forbidden: Problem("forbidden", 403, "The token does not allow this"),
    r.Malformed: Problem("malformed", 400, "The request does not fit the schema"),
    r.NotFound: Problem("not-found", 404, "No such thing"),
    r.MethodNotAllowed: Problem("method-not-allowed", 405, "The path does not know this method"),
    r.NotOpen: Problem("not-open", 409, "Not open yet"),
    r.Closed: Problem("closed", 409, "The window has closed"),
    r.Paused: Problem("paused", 409, "Paused by the operator"),
    r.Stopped: Problem("stopped", 409, "Stopped by the operator"),
    r.NotEligible: Problem("not-eligible", 403, "Not eligible"),
    r.AlreadyClaimedGroup: Problem("already-claimed-group", 409, "Another batch of this group was claimed"),
    r.Drained: Problem("drained", 409, "All handed out; unclaimed packs may return"),
    r.SoldOut: Problem("sold-out", 409, "Sold out"),
    r.InsufficientPoints: Problem("insufficient-points", 409, "Not enough points"),
    r.CodeInvalid: Problem("code-invalid", 400, "Not one of our codes"),
    r.CodeExpired: Problem("code-expired", 409, "The code is too old"),
    r.OrderConflict: Problem("order-conflict", 409, "The order number carries something else"),
    r.CouponNotUsable: Problem("coupon-not-usable", 409, "The coupon cannot be used"),
    r.OrderNotEligible: Problem("order-not-eligible", 422, "The terms do not fit this order"),
    r.ReversalNotAllowed: Problem("reversal-not-allowed", 409, "The reversal is not allowed"),
    r.TermsFrozen: Problem("terms-frozen", 409, "Published terms are frozen"),
    r.RevisionConflict: Problem("revision-conflict", 409, "The document has another revision"),
    r.BudgetExceeded: Problem("budget-exceeded", 409, "A funder's budget does not cover this"),
    r.Busy: Problem("busy", 503, "Busy, try again"),
}

_SHOWN_ELSEWHERE = {"detail", "timezone"}


def problem_of(refusal: type[r.Refusal]) -> Problem:
    """A subclass (a throttled store is `Busy`) is shown as the nearest class in the table."""
    return next(PROBLEMS[cls] for cls in refusal.__mro__ if cls in PROBLEMS)


def problem_document(refusal: r.Refusal, instance: str) -> dict[str, Any]:
    """The body of a refusal; its facts become extension members, `*_at_s` as RFC 3339 `*_at`, and None is not said."""
    problem = problem_of(type(refusal))
    document: dict[str, Any] = {
        "type": f"/problems/{problem.slug}",
        "title": problem.title,
        "status": problem.status,
        "detail": refusal.detail or f"{problem.title}.",
        "instance": instance,
    }
    for fact in fields(refusal):
        value = getattr(refusal, fact.name)
        if fact.name in _SHOWN_ELSEWHERE or value is None:
            continue
        if fact.name.endswith("_at_s"):
            document[fact.name.removesuffix("_s")] = rfc3339(value, refusal.timezone)
        else:
            document[fact.name] = value
    return document

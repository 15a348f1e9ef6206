"""RFC 9457 problem documents. One table maps each refusal to its status and title; the refusal itself has the slug."""

from __future__ import annotations

from dataclasses import fields
from functools import cache
from typing import Any, NamedTuple
from urllib.parse import quote

from coupons import refusals as r
from coupons.times import rfc3339


class Problem(NamedTuple):
    status: int
    title: str


PROBLEMS: dict[type[r.Refusal], Problem] = {
    r.Unauthenticated: Problem(401, "No valid token"),
    r.Forbidden: Problem(403, "The token does not allow this"),
    r.Malformed: Problem(400, "The request does not fit the schema"),
    r.NotFound: Problem(404, "No such thing"),
    r.MethodNotAllowed: Problem(405, "The path does not know this method"),
    r.NotOpen: Problem(409, "Not open yet"),
    r.Closed: Problem(409, "The window has closed"),
    r.Paused: Problem(409, "Paused by the operator"),
    r.Stopped: Problem(409, "Stopped by the operator"),
    r.NotEligible: Problem(403, "Not eligible"),
    r.Full: Problem(409, "No place is left"),
    r.AlreadyClaimedGroup: Problem(409, "Another batch of this group was claimed"),
    r.Drained: Problem(409, "All handed out; unclaimed packs may return"),
    r.SoldOut: Problem(409, "Sold out"),
    r.InsufficientPoints: Problem(409, "Not enough points"),
    r.CodeInvalid: Problem(400, "Not one of our codes"),
    r.CodeExpired: Problem(409, "The code is too old"),
    r.OrderConflict: Problem(409, "The order number carries something else"),
    r.CouponNotUsable: Problem(409, "The coupon cannot be used"),
    r.OrderNotEligible: Problem(422, "The terms do not fit this order"),
    r.ReversalNotAllowed: Problem(409, "The reversal is not allowed"),
    r.TermsFrozen: Problem(409, "Published terms are frozen"),
    r.RevisionConflict: Problem(409, "The document has another revision"),
    r.BudgetExceeded: Problem(409, "A funder's budget does not cover this"),
    r.Busy: Problem(503, "Busy, try again"),
}
"""In the order of precedence."""

NOT_MEMBERS = {"detail", "timezone"}
"""Fields of a refusal that are no facts."""


def problem_of(refusal: type[r.Refusal]) -> Problem:
    """The row of the class, or of its nearest base: a throttled store is `Busy`."""
    return next(PROBLEMS[cls] for cls in refusal.__mro__ if cls in PROBLEMS)


def problem_document(refusal: r.Refusal, instance: str) -> dict[str, Any]:
    """The body of the response. Facts are extension members: times as RFC 3339, `*_at_s` as `*_at`; no None."""
    problem = problem_of(type(refusal))
    document: dict[str, Any] = {
        "type": f"/problems/{refusal.slug}",
        "title": problem.title,
        "status": problem.status,
        "detail": refusal.detail or f"{problem.title}.",
        "instance": _uri(instance),
    }
    for name in facts_of(type(refusal)):  # type: ignore[arg-type] # classes have hashes, though their instances have none
        value = getattr(refusal, name)
        if value is not None:
            document[member_of(name)] = rfc3339(value, refusal.timezone) if is_moment(name) else value
    return document


@cache
def facts_of(refusal: type[Any]) -> list[str]:
    """The names of its facts."""
    return [field.name for field in fields(refusal) if field.name not in NOT_MEMBERS]


def is_moment(fact: str) -> bool:
    """Whether the fact is a time, and not a duration."""
    return fact.endswith(("_at_s", "_by_s", "until_s"))


def member_of(fact: str) -> str:
    """The fact's name in the document."""
    return fact.removesuffix("_s") if is_moment(fact) else fact


def internal_error(instance: str) -> dict[str, Any]:
    """The body of a response to an unexpected error; the log has the trace."""
    return {"type": "about:blank", "title": "Internal error", "status": 500, "instance": _uri(instance)}


def _uri(path: str) -> str:
    """A URI reference (RFC 9457): gateways hand paths over decoded."""
    return quote(path, errors="replace")

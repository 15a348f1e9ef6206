"""The season's rules, told once more and as plainly as can be: status, hours, amounts, limits."""

from __future__ import annotations

import base64
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from coupons.model.batches import Control
from coupons.model.claims import Claim, Coupon
from coupons.model.uses import Uses
from tests.machine.books import Books
from tests.machine.calls import Claiming, Scanned
from tests.machine.season import BATCHES, DISTRICTS, HOME_OF, KEY_OF, LIMITS, TERMS, claim_key
from tests.world import seconds

DAY_S, FENCE_S = 86_400, 30
_EAST_S = timedelta(hours=8)
_WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


def status(coupon: Coupon, control: Control, now_s: int) -> str:
    """A coupon's status by the clock and the operators' word."""
    if coupon.state in ("redeemed", "voided"):
        return coupon.state
    if control.voided:
        return "voided"
    if now_s >= coupon.expires_at_s + control.extended_s:
        return "expired"
    return "held" if coupon.state == "held" and now_s < coupon.held_until_s else "available"


def over_at_s(batch_id: str, control: Control) -> int:
    """From when on no claim of the batch can be on its way."""
    closes_at_s = seconds(BATCHES[batch_id]["closes_at"])
    return FENCE_S + (min(control.stopped_at_s, closes_at_s) if control.stopped else closes_at_s)


def terms_of(scanned: Scanned, numbers: Mapping[int, str]) -> dict[str, Any]:
    return TERMS[BATCHES[numbers[scanned.ref.batch_number]]["terms"][scanned.ref.index]]


def unfit(
    terms: dict[str, Any],
    coupon: Coupon,
    merchant_id: str,
    total_minor: int,
    moment_s: int,
    is_suspended: bool,
    closed: tuple[str, ...],
) -> list[str]:
    """Why the coupon does not fit the order at that moment."""
    shown = _wall(moment_s)
    reasons = ["merchant"] if is_suspended else []
    if DISTRICTS[merchant_id] in closed and not is_suspended:
        reasons.append("region")
    if moment_s < coupon.valid_from_s:
        reasons.append("not-yet-valid")
    inside = [
        hours["starts"] <= f"{shown:%H:%M}" < hours["ends"] and _WEEKDAYS[shown.weekday()] in hours["weekdays"]
        for hours in terms.get("usable", [])
    ]
    if (inside and not any(inside)) or f"{shown:%Y-%m-%d}" in terms.get("blackout_dates", []):
        reasons.append("window")
    if total_minor < terms["discount"]["threshold_minor"]:
        reasons.append("min-spend")
    return reasons


def limits_reached(
    books: Books, controls: Mapping[str, Control], numbers: Mapping[int, str], call: Claiming, now_s: int
) -> Iterator[bool]:
    """For each limit that one more pack would break, counted from the claims: whether the store has to guard it.

    What a reversal gave back a moment ago need not be known: as if the claim had been before it.
    """
    person = KEY_OF[call.person]
    for limit_id in limits_of(call.batch_id, "claims"):
        limit = LIMITS[limit_id]
        if limit["kind"] == "one_at_a_time":
            last = last_claim(books, numbers, limit_id, person)
            if last is not None:
                control = controls[numbers[last.batch_number]]
                usable = [c for c in last.coupons if status(c, control, now_s) in ("available", "held")]
                if usable:
                    yield any(coupon.returns == 0 for coupon in usable)
            continue
        subject = subject_of(limit, person)
        counted = counts(books, numbers).get((limit_id, subject, period_of(limit, now_s)), 0)
        if subject and counted >= limit["packs_max"]:
            yield True


def limits_of(batch_id: str, counted: str) -> list[str]:
    """The limits of the batch that count this; one pack at a time is asked of claims."""
    named = BATCHES[batch_id].get("limits", [])
    return [limit_id for limit_id in named if LIMITS[limit_id].get("counts", "claims") == counted]


def uses_reached(books: Books, scanned: Scanned, batch_id: str, order: bytes, moment_s: int, now_s: int) -> bool:
    """One more use would break a limit, beside what is used in the moment's period, and held for other orders now."""
    for limit_id in limits_of(batch_id, "redemptions"):
        period = period_of(LIMITS[limit_id], moment_s)
        uses = books.uses.get((limit_id, text(scanned.ref.person), period), Uses())
        others = [name for name, until_s in uses.held.items() if until_s > now_s and name != f"o:{text(order)}"]
        if uses.used + len(others) >= LIMITS[limit_id]["packs_max"]:
            return True
    return False


def counts(books: Books, numbers: Mapping[int, str]) -> dict[tuple[str, str, str], int]:
    """Limit, subject and period → claims, from the claims themselves."""
    found: dict[tuple[str, str, str], int] = {}
    for (_, person), claim in books.claims.items():
        for limit_id in limits_of(numbers[claim.batch_number], "claims"):
            limit = LIMITS[limit_id]
            subject = "" if limit["kind"] == "one_at_a_time" else subject_of(limit, person)
            if subject:
                key = (limit_id, subject, period_of(limit, claim.claimed_at_s))
                found[key] = found.get(key, 0) + 1
    return found


def last_claim(books: Books, numbers: Mapping[int, str], limit_id: str, person: bytes) -> Claim | None:
    """The claim that was counted last; which of two of one second, the item knows."""
    number, token = books.lasts.get((limit_id, text(person)), (0, ""))
    for batch_id, made in BATCHES.items():
        claim = books.claims.get((claim_key(batch_id), person))
        if limit_id in made.get("limits", []) and claim and (claim.batch_number, claim.token) == (number, token):
            return claim
    return None


def subject_of(limit: dict[str, Any], person: bytes) -> str:
    """Whose packs are counted; empty for a household's limit and somebody without one."""
    if limit["per"] == "person":
        return text(person)
    return text(HOME_OF[person]) if person in HOME_OF else ""


def period_of(limit: dict[str, Any], moment_s: int) -> str:
    shown = _wall(moment_s)
    return f"{shown:%Y-%m-%d}" if limit["period"] == "day" else f"{shown:%G}-W{shown:%V}"


def text(key: bytes) -> str:
    return base64.urlsafe_b64encode(key).rstrip(b"=").decode()


def _wall(moment_s: int) -> datetime:
    """On a clock in Shanghai, which has had no summer time since 1991."""
    return datetime.fromtimestamp(moment_s, UTC) + _EAST_S

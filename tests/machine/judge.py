"""What each call ought to be told, by the contract's page and the season's document alone.

`refusals` lists every reason why not, in the contract's order of precedence. A reason is `hard` if a condition in the
store has to guard it against everybody else: it must not hold at the moment of the write. The others are looked up on
the way, and must have been absent at some moment while the request was under way.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import singledispatch
from typing import Any

from coupons.model.batches import Control
from coupons.model.orders import OrderRecord, order_key
from coupons.times import day_of
from tests.machine.books import Books
from tests.machine.calls import (
    Claiming,
    Enrolling,
    Holding,
    Looking,
    Operating,
    Raising,
    Redeeming,
    Releasing,
    Reversing,
    Scanned,
)
from tests.machine.effects import content_of, has_effect
from tests.machine.fitting import DAY_S, limits_reached, over_at_s, status, terms_of, unfit, uses_reached
from tests.machine.season import BATCHES, KEY_OF, LATE_SCANS, TIMEZONE, claim_key
from tests.world import KEYS, seconds

CODE_LIFE_S, SKEW_S, LATE_MAX_S, PIN_TRIES = 60, 5, 600, 5


@dataclass(frozen=True)
class No:
    slug: str
    facts: dict[str, Any] = field(default_factory=dict)
    hard: bool = False
    cheap: bool = False
    """Given before anything dearer is read: it may take the place of a later refusal, and need not be given."""


@dataclass(frozen=True)
class View:
    """What one invocation may have seen: the books at a moment, and what caches may hold of the second before."""

    books: Books
    controls: Mapping[str, Control]
    closed: tuple[str, ...]
    """Districts."""
    now_s: int
    numbers: Mapping[int, str]
    """Batch number → batch."""
    named: Scanned | None
    """The coupon that the call's order names at some moment of the request: a tombstone names it no more."""


@singledispatch
def refusals(call: Any, view: View) -> Iterator[No]:
    """Nothing is said of calls without rules of their own."""
    yield from ()


@refusals.register
def _(call: Claiming, view: View) -> Iterator[No]:
    made, control = BATCHES[call.batch_id], view.controls[call.batch_id]
    if view.now_s < seconds(made["opens_at"]):
        yield No("not-open")
    if view.now_s >= seconds(made["closes_at"]):
        yield No("closed")
    # The control item may be read anew when the stock is looked at: an operator's word of the last second is not there.
    if made["mode"] != "granted" and control.sold_out:
        yield No("sold-out", cheap=True)
    if made["mode"] != "granted" and (control.drained_at_s or control.state == "sealing"):
        yield No("drained", cheap=True)
    if control.stopped:
        yield No("stopped")
    if control.paused:
        yield No("paused")
    if has_effect(call, view.books, view.numbers):
        return
    yield from _outsider(call, view)
    for is_hard in limits_reached(view.books, view.controls, view.numbers, call, view.now_s):
        yield No("not-eligible", {"reason": "limit"}, hard=is_hard)
    existing = view.books.claims.get((claim_key(call.batch_id), KEY_OF[call.person]))
    if existing is not None:
        yield No("already-claimed-group", {"claimed_batch_id": view.numbers[existing.batch_number]}, hard=True)


@refusals.register
def _(call: Looking, view: View) -> Iterator[No]:
    if not has_effect(call, view.books, view.numbers):
        yield No("not-found")


@refusals.register
def _(call: Holding, view: View) -> Iterator[No]:
    yield from _bad_code(call.scanned, view, view.now_s)
    yield from _returned(call.scanned, view)
    if view.books.orders.get(call.at) is not None:
        yield No("order-conflict", hard=True)
    yield from _unusable(call.scanned, view, order=b"")
    yield from _unfit(call, call.scanned, view, view.now_s)


@refusals.register
def _(call: Redeeming, view: View) -> Iterator[No]:
    existing = view.books.orders.get(call.at)
    scanned = call.scanned or scanned_of(existing)
    if existing is None and call.scanned is None:
        yield No("not-found")
    if scanned is None:  # a tombstone names no coupon
        if existing is not None:
            yield No("order-conflict", hard=True)
        if view.named is not None:
            yield from _unusable(view.named, view, order=b"")
        return
    if call.scanned is None and existing is not None and existing.state == "held":
        if view.now_s >= existing.held_until_s:
            yield No("not-found")
    elif call.scanned is not None:
        yield from _bad_scan(call, existing, view)
    yield from _overtaken(call, existing, scanned, view)
    is_same = existing is not None and existing.same_content(scanned.coupon_id, content_of(call))
    if existing is not None and not (existing.state == "held" and is_same):
        yield No("order-conflict", hard=True)
    yield from _unusable(scanned, view, order=order_key(*call.at) if is_same else b"")
    yield from _unfit(call, scanned, view, judged_at_s(call, existing, view.now_s))
    if is_late(call, existing, view.now_s):
        yield from _too_late(call, view)


@refusals.register
def _(call: Releasing, view: View) -> Iterator[No]:
    existing = view.books.orders.get(call.at)
    if existing is not None and existing.state == "redeemed":
        yield No("order-conflict", hard=True)


@refusals.register
def _(call: Reversing, view: View) -> Iterator[No]:
    existing = view.books.orders.get(call.at)
    if existing is None or existing.state != "redeemed":
        yield No("not-found", hard=True)
        return
    if any(reversal.reversal_no == call.reversal_no for reversal in existing.reversals):
        yield No("order-conflict", hard=True)
    left_minor = existing.amounts.payable_minor - sum(r.amounts.payable_minor for r in existing.reversals)
    if not 0 < call.amount_minor <= left_minor:
        yield No("reversal-not-allowed", {"left_minor": left_minor, "currency": "CNY"}, hard=True)


@refusals.register
def _(call: Operating, view: View) -> Iterator[No]:
    control = view.controls[call.batch_id]
    if call.action in ("pause", "resume") and control.stopped:
        yield No("stopped")
    if call.action in ("extend", "void") and control.expired_at_s:
        yield No("closed", hard=True)
    if call.action == "extend" and control.extended_s > call.days * DAY_S:
        yield No("terms-frozen", hard=True)


@refusals.register
def _(call: Raising, view: View) -> Iterator[No]:
    control = view.controls[call.batch_id]
    if view.now_s >= seconds(BATCHES[call.batch_id]["closes_at"]):
        yield No("closed")
    if control.stopped:
        yield No("stopped")
    if call.quantity < control.quantity:
        yield No("terms-frozen", hard=True)


@refusals.register
def _(call: Enrolling, view: View) -> Iterator[No]:
    entitled, fits = view.books.groups["elders"]
    if not call.is_in or ("elders", KEY_OF[call.person]) in view.books.members:
        return
    for batch_id, quantity in fits.items():
        if entitled + 1 > quantity and view.now_s < over_at_s(batch_id, view.controls[batch_id]):
            yield No("terms-frozen", hard=True)


def _outsider(call: Claiming, view: View) -> Iterator[No]:
    group = BATCHES[call.batch_id].get("eligibility", {}).get("group_id")
    if group and not view.books.members.get((group, KEY_OF[call.person])):
        yield No("not-eligible", {"reason": "group"})


def judged_at_s(call: Redeeming, existing: OrderRecord | None, now_s: int) -> int:
    """When the terms are looked at: at a live hold; at a late till's scan, never before the code or after now."""
    if existing is not None and existing.held_until_s > now_s:
        return existing.at_s
    if call.scanned is None or call.scanned_at_s is None or not is_late(call, existing, now_s):
        return now_s
    return min(max(call.scanned_at_s, call.scanned.issued_at_s), now_s)


def holds(call: Redeeming, existing: OrderRecord | None, now_s: int) -> bool:
    """The order holds the coupon that the call brings, for the same content: it is redeemed from its hold."""
    if existing is None or call.scanned is None or existing.state != "held" or now_s >= existing.held_until_s:
        return False
    return existing.same_content(call.scanned.coupon_id, content_of(call))


def is_late(call: Redeeming, existing: OrderRecord | None, now_s: int) -> bool:
    """It says when it was scanned, and would be refused now; a print, a minute after it was scanned."""
    if call.scanned is None or call.scanned_at_s is None or holds(call, existing, now_s):
        return False
    if call.scanned.print_no:
        return now_s - call.scanned_at_s > CODE_LIFE_S
    return not _lives(call.scanned, now_s)


def scanned_of(existing: OrderRecord | None) -> Scanned | None:
    """The coupon that an order names; a tombstone names none."""
    opened = KEYS.open_coupon(existing.coupon_id) if existing else None
    return Scanned(opened[0]) if opened else None


def _lives(scanned: Scanned, moment_s: int) -> bool:
    return scanned.issued_at_s - SKEW_S <= moment_s < scanned.issued_at_s + CODE_LIFE_S


def _bad_code(scanned: Scanned, view: View, moment_s: int, *, asks_age: bool = True) -> Iterator[No]:
    if scanned.print_no:
        at = (claim_key(view.numbers[scanned.ref.batch_number]), scanned.ref.person)
        prints, tries = view.books.prints[at][scanned.ref.index]
        if scanned.print_no != prints or tries >= PIN_TRIES or not scanned.is_pin_right:
            yield No("code-invalid")
    elif asks_age and not _lives(scanned, moment_s):
        yield No("code-expired")


def _bad_scan(call: Redeeming, existing: OrderRecord | None, view: View) -> Iterator[No]:
    """What brings the coupon is too old, or was shown for a use that was undone; a hold was asked both already."""
    assert call.scanned is not None
    late_at_s = call.scanned_at_s if is_late(call, existing, view.now_s) else None
    if late_at_s is not None and late_at_s <= view.now_s - LATE_MAX_S:
        yield No("code-expired")
    is_held = holds(call, existing, view.now_s)
    yield from _bad_code(call.scanned, view, view.now_s if late_at_s is None else late_at_s, asks_age=not is_held)
    if not is_held:
        yield from _returned(call.scanned, view)


def _returned(scanned: Scanned, view: View) -> Iterator[No]:
    """The coupon came back since the code was shown, or the paper printed: by the items, so the write has to ask."""
    at = (claim_key(view.numbers[scanned.ref.batch_number]), scanned.ref.person)
    if scanned.print_no:
        if scanned.print_no != view.books.prints[at][scanned.ref.index][0]:
            yield No("code-invalid", hard=True)
        return
    bar_s = view.books.claims[at].coupons[scanned.ref.index].bar_s
    if scanned.issued_at_s <= bar_s <= view.now_s + 2 * SKEW_S:
        yield No("code-expired", hard=True)


def _too_late(call: Redeeming, view: View) -> Iterator[No]:
    allowed = LATE_SCANS.get(call.merchant_id, 0)
    if not allowed:
        yield No("code-expired", {"reason": "late-not-allowed"})
    elif view.books.lates.get((call.merchant_id, day_of(view.now_s, TIMEZONE).isoformat()), 0) >= allowed:
        yield No("code-expired", {"reason": "late-limit"}, hard=True)


def _overtaken(call: Redeeming, existing: OrderRecord | None, scanned: Scanned, view: View) -> Iterator[No]:
    """The order holds, and another has had the coupon since: by a clock that is ahead, or while this request waited."""
    coupons = view.books.claims[claim_key(view.numbers[scanned.ref.batch_number]), scanned.ref.person].coupons
    found = coupons[scanned.ref.index]
    is_its_own = found.state == "held" and found.order == order_key(*call.at)
    if existing is not None and existing.state == "held" and not is_its_own:
        yield No("not-found", hard=call.scanned is None)


def _unusable(scanned: Scanned, view: View, *, order: bytes) -> Iterator[No]:
    batch_id = view.numbers[scanned.ref.batch_number]
    coupon = view.books.claims[claim_key(batch_id), scanned.ref.person].coupons[scanned.ref.index]
    found = status(coupon, view.controls[batch_id], view.now_s)
    if found != "available" and not (found == "held" and coupon.order == order):
        yield No("coupon-not-usable", {"coupon_status": found}, hard=True)


def _unfit(call: Holding | Redeeming, scanned: Scanned, view: View, moment_s: int) -> Iterator[No]:
    batch_id = view.numbers[scanned.ref.batch_number]
    if uses_reached(view.books, scanned, batch_id, order_key(*call.at), moment_s, view.now_s):
        yield No("not-eligible", {"reason": "limit"}, hard=True)
    coupon = view.books.claims[claim_key(batch_id), scanned.ref.person].coupons[scanned.ref.index]
    terms = terms_of(scanned, view.numbers)
    is_suspended = view.books.suspended[call.merchant_id]
    reasons = unfit(terms, coupon, call.merchant_id, call.total_minor, moment_s, is_suspended, view.closed)
    if reasons:
        yield No("order-not-eligible", {"reasons": sorted(reasons)})

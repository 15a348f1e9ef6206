"""What each call ought to be told, by the contract's page and the season's document alone.

`refusals` lists every reason why not, in the contract's order of precedence, as (slug, facts). A reason is `hard` if a
condition in the store has to guard it against everybody else: it must not hold at the moment of the write. The others
are looked up on the way, and must have been absent at some moment while the request was under way.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache, singledispatch
from typing import Any

from coupons.claims import Coupon
from coupons.orders import Order, OrderRecord, fingerprint, order_key
from coupons.releases import Control
from tests.machine.books import Books, ClaimAt
from tests.machine.calls import Claiming, Holding, Looking, Operating, Raising, Redeeming, Releasing, Reversing, Scanned
from tests.machine.season import BATCHES, KEY_OF, TERMS, claim_key
from tests.world import KEYS, order, seconds

DAY_S = 86_400
CODE_LIFE_S, SKEW_S = 60, 5


@dataclass(frozen=True)
class No:
    slug: str
    facts: dict[str, Any] = field(default_factory=dict)
    hard: bool = False
    cheap: bool = False
    """Given without looking for anything dearer: it may stand where the later ones would, and need not be given."""


@dataclass(frozen=True)
class View:
    """What one invocation may have seen: the books at a moment, and the batch's control item of the last second."""

    books: Books
    control: Control | None
    now_s: int
    numbers: dict[int, str]
    """Batch number → batch."""


def status(coupon: Coupon, control: Control, now_s: int) -> str:
    """A coupon's status by the clock."""
    if coupon.state in ("redeemed", "voided"):
        return coupon.state
    if control.voided:
        return "voided"
    if now_s >= coupon.expires_at_s + control.extended_s:
        return "expired"
    return "held" if coupon.state == "held" and now_s < coupon.held_until_s else "available"


def coupon_at(books: Books, scanned: Scanned, numbers: dict[int, str]) -> Coupon | None:
    at: ClaimAt = (claim_key(numbers[scanned.ref.batch_number]), scanned.ref.person)
    claim = books.claims.get(at)
    return claim.coupons[scanned.ref.index] if claim else None


def content_of(call: Holding | Redeeming) -> str:
    return _fingerprint(call.merchant_id, call.total_minor)


@cache
def _fingerprint(merchant_id: str, total_minor: int) -> str:
    return fingerprint(Order.model_validate_json(json.dumps(order(total_minor, store_id=merchant_id))))


@singledispatch
def refusals(call: Any, view: View) -> Iterator[No]:
    """Nothing is said of calls without rules of their own."""
    yield from ()


@refusals.register
def _(call: Claiming, view: View) -> Iterator[No]:
    made, control = BATCHES[call.batch_id], view.control
    assert control is not None
    if view.now_s < seconds(made["opens_at"]):
        yield No("not-open")
    if view.now_s >= seconds(made["closes_at"]):
        yield No("closed")
    # The control item may be read anew when the stock is looked at: an operator's word of the last second is not there.
    if control.sold_out:
        yield No("sold-out", cheap=True)
    if control.drained_at_s or control.state == "sealing":
        yield No("drained", cheap=True)
    if control.stopped:
        yield No("stopped")
    if control.paused:
        yield No("paused")
    standing = view.books.claims.get((claim_key(call.batch_id), KEY_OF[call.person]))
    if standing is not None and view.numbers[standing.batch_number] != call.batch_id:
        yield No("already-claimed-group", {"claimed_batch_id": view.numbers[standing.batch_number]}, hard=True)


@refusals.register
def _(call: Looking, view: View) -> Iterator[No]:
    if not stands(call, view.books, view.numbers):
        yield No("not-found")


@refusals.register
def _(call: Holding, view: View) -> Iterator[No]:
    coupon = coupon_at(view.books, call.scanned, view.numbers)
    assert coupon is not None
    standing = view.books.orders.get(call.at)
    yield from _old_code(call.scanned, view.now_s)
    if standing is not None:
        yield No("order-conflict", hard=True)
    yield from _unusable(coupon, view, is_own=False)
    yield from _unfit(call, call.scanned, coupon, view)


@refusals.register
def _(call: Redeeming, view: View) -> Iterator[No]:
    standing = view.books.orders.get(call.at)
    if call.scanned is None:
        if standing is None:
            yield No("not-found")
            return
        scanned = scanned_of(standing)
        if scanned is None:  # a tombstone names no coupon
            yield No("order-conflict", hard=True)
            return
        if standing.state == "held" and view.now_s >= standing.held_until_s:
            yield No("not-found")
    else:
        scanned = call.scanned
        yield from _old_code(scanned, view.now_s)
    coupon = coupon_at(view.books, scanned, view.numbers)
    assert coupon is not None
    is_same = standing is not None and standing.same_content(scanned.coupon_id, content_of(call))
    if standing is not None and not (standing.state == "held" and is_same):
        yield No("order-conflict", hard=True)
    yield from _unusable(coupon, view, is_own=is_same and coupon.order == order_key(*call.at))
    yield from _unfit(call, scanned, coupon, view)


@refusals.register
def _(call: Releasing, view: View) -> Iterator[No]:
    standing = view.books.orders.get(call.at)
    if standing is not None and standing.state == "redeemed":
        yield No("order-conflict", hard=True)


@refusals.register
def _(call: Reversing, view: View) -> Iterator[No]:
    standing = view.books.orders.get(call.at)
    if standing is None or standing.state != "redeemed":
        yield No("not-found", hard=True)
        return
    if any(reversal.reversal_no == call.reversal_no for reversal in standing.reversals):
        yield No("order-conflict", hard=True)
    left_minor = standing.amounts.payable_minor - sum(r.amounts.payable_minor for r in standing.reversals)
    if not 0 < call.amount_minor <= left_minor:
        yield No("reversal-not-allowed", {"left_minor": left_minor}, hard=True)


@refusals.register
def _(call: Operating, view: View) -> Iterator[No]:
    control = view.control
    assert control is not None
    if call.action in ("pause", "resume") and control.stopped:
        yield No("stopped")
    if call.action == "extend" and control.extended_s > call.days * DAY_S:
        yield No("terms-frozen", hard=True)
    if call.action == "extend" and control.expired_at_s:
        yield No("closed", hard=True)


@refusals.register
def _(call: Raising, view: View) -> Iterator[No]:
    control = view.control
    assert control is not None
    if view.now_s >= seconds(BATCHES[call.batch_id]["closes_at"]):
        yield No("closed")
    if control.stopped:
        yield No("stopped")
    if call.quantity < control.quantity:
        yield No("terms-frozen", hard=True)


@singledispatch
def stands(call: Any, books: Books, numbers: dict[int, str]) -> bool:
    """Whether what the call wants is there: a repeat finds it."""
    return False


@stands.register(Claiming)
@stands.register(Looking)
def _(call: Claiming | Looking, books: Books, numbers: dict[int, str]) -> bool:
    standing = books.claims.get((claim_key(call.batch_id), KEY_OF[call.person]))
    return standing is not None and numbers[standing.batch_number] == call.batch_id


@stands.register
def _(call: Holding, books: Books, numbers: dict[int, str]) -> bool:
    standing = books.orders.get(call.at)
    is_same = standing is not None and standing.same_content(call.scanned.coupon_id, content_of(call))
    return standing is not None and is_same and standing.held_until_s > 0


@stands.register
def _(call: Redeeming, books: Books, numbers: dict[int, str]) -> bool:
    standing = books.orders.get(call.at)
    if standing is None or standing.state != "redeemed" or standing.fingerprint != content_of(call):
        return False
    return call.scanned is None or call.scanned.coupon_id == standing.coupon_id


@stands.register
def _(call: Releasing, books: Books, numbers: dict[int, str]) -> bool:
    standing = books.orders.get(call.at)
    return standing is not None and standing.state == "released"


@stands.register
def _(call: Reversing, books: Books, numbers: dict[int, str]) -> bool:
    standing = books.orders.get(call.at)
    wanted = (call.reversal_no, call.amount_minor)
    return standing is not None and any((r.reversal_no, r.amounts.payable_minor) == wanted for r in standing.reversals)


@stands.register
def _(call: Operating, books: Books, numbers: dict[int, str]) -> bool:
    control = books.controls[call.batch_id]
    return {
        "pause": control.paused and not control.stopped,
        "resume": not control.paused and not control.stopped,
        "stop": control.stopped,
        "extend": control.extended_s == call.days * DAY_S,
    }[call.action]


@stands.register
def _(call: Raising, books: Books, numbers: dict[int, str]) -> bool:
    return books.controls[call.batch_id].quantity == call.quantity


def worth(terms: dict[str, Any], total_minor: int, now_s: int) -> tuple[int, int, dict[str, int]]:
    """Discount, merchant match, and of each funder's share the whole units of its basis points."""
    discount = terms["discount"]
    if discount["kind"] == "amount_off":
        off_minor = discount["amount_minor"]
    else:
        off_minor = min(total_minor * discount["basis_points"] // 10_000, discount["cap_minor"])
    ratios = [r["basis_points"] for r in terms["merchant_match"] if seconds(r["starts_at"]) <= now_s]
    match_minor = min(off_minor * (ratios or [0])[-1] // 10_000, total_minor - off_minor)
    return off_minor, match_minor, {s["funder_id"]: off_minor * s["basis_points"] // 10_000 for s in terms["funding"]}


def terms_of(scanned: Scanned, numbers: dict[int, str]) -> dict[str, Any]:
    return TERMS[BATCHES[numbers[scanned.ref.batch_number]]["terms"][scanned.ref.index]]


def _old_code(scanned: Scanned, now_s: int) -> Iterator[No]:
    if not scanned.issued_at_s - SKEW_S <= now_s < scanned.issued_at_s + CODE_LIFE_S:
        yield No("code-expired")


def _unusable(coupon: Coupon, view: View, *, is_own: bool) -> Iterator[No]:
    assert view.control is not None
    found = status(coupon, view.control, view.now_s)
    if found != "available" and not (found == "held" and is_own):
        yield No("coupon-not-usable", {"coupon_status": found}, hard=True)


def _unfit(call: Holding | Redeeming, scanned: Scanned, coupon: Coupon, view: View) -> Iterator[No]:
    reasons = ["merchant"] if view.books.suspended[call.merchant_id] else []
    if view.now_s < coupon.valid_from_s:
        reasons.append("not-yet-valid")
    if call.total_minor < terms_of(scanned, view.numbers)["discount"]["threshold_minor"]:
        reasons.append("min-spend")
    if reasons:
        yield No("order-not-eligible", {"reasons": sorted(reasons)})


def scanned_of(standing: OrderRecord) -> Scanned | None:
    """The coupon that an order names; a tombstone names none."""
    opened = KEYS.open_coupon(standing.coupon_id)
    return Scanned(opened[0], 0) if opened else None

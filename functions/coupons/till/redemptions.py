"""Redeem a coupon by one order, exactly once, and read the redemption back; design section 5."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import NamedTuple

from coupons.clock import SKEW_S
from coupons.model.orders import Order, OrderRecord, redemption_line
from coupons.model.scans import Scanned
from coupons.process.services import Services
from coupons.refusals import Malformed, NotFound, OrderConflict
from coupons.sealing import CouponRef
from coupons.slots.settled import settled_in
from coupons.stores.dynamodb import TransactionFailed
from coupons.stores.parts import Part
from coupons.till.codes import open_code, refuse_old_code, too_late
from coupons.till.coupons import TillCoupon, read_coupon, refuse_unusable
from coupons.till.limits import limits_of_use
from coupons.till.pins import refuse_wrong_pin
from coupons.till.quotes import amounts_or_refuse, sold_at
from coupons.till.reads import TillRead, decided, till_of
from coupons.times import day_of


@dataclass(slots=True)
class _Asked:
    """A request to redeem."""

    merchant_id: str
    order_no: str
    order: Order
    scanned: Scanned | None
    """None: the request names no code, and means the coupon that its order holds."""
    now_s: int
    is_pin_right: bool = False
    """Its PIN was compared in an attempt before: five wrong ones spoil a print, so it is compared once."""
    was_new: bool = False
    """An attempt before found no order of this number. A hold that is there now was stored meanwhile, and once it is
    over its code is too: this request may have stalled for as long.
    """


class _Use(NamedTuple):
    """A redemption that may be committed."""

    record: OrderRecord
    """As it will be stored, except for its amounts."""
    scanned: Scanned | None
    """The code that brings the coupon; None: the order redeems what it holds."""
    judged_at_s: int
    """The moment at which the terms are looked at."""


def redeem(
    services: Services,
    merchant_id: str,
    order_no: str,
    order: Order,
    *,
    code: str | None,
    pin: str | None = None,
    scanned_at_s: int | None,
    now_s: int,
) -> tuple[OrderRecord, str, bool]:
    """The coupon is used by this order, the order carries it, and its settlement line is filed: all three or none.

    With `code` None the order redeems the coupon that it holds. Returns the order, its time zone, and True for a
    repeat: the same merchant, number, coupon and content get the first answer before any refusal is looked for. 6 write
    units, 2 more for a late scan and for each limit of uses, 4 read units, 1 more without a code and for each limit of
    uses, and the mark of a merchant's first line of a day (`process/day_marks.py`). 2 requests, of which one reads all
    (`till/reads.py`); without a code the order is read first, because it says which coupon.

    A late scan (`scanned_at_s` with a code that is too old by now: `model/scans.py`) is judged by the terms at the
    moment of the scan, because the customer has left with the goods: validity, opening hours, merchant match. The
    coupon's expiry and state, the merchant's record and the settlement day are those of now: 30 s after its expiry a
    coupon is counted as expired, and a coupon that was counted is never used. The merchant's record says how many late
    scans a day are taken.

    An order with a live hold is judged at the moment of the hold, and is never late: until the deadline it pays what
    the hold said, even if opening hours or a match ended meanwhile. A hold ends early if another order has had the
    coupon (a till's clock was ahead): the coupon may have been used and have come back since.

    Raises Malformed, NotFound, CodeInvalid, CodeExpired, OrderConflict, CouponNotUsable, NotEligible (a limit of uses),
    OrderNotEligible, Busy.
    """
    if scanned_at_s is not None and scanned_at_s > now_s + SKEW_S:
        raise Malformed(errors=[{"place": "body.scanned_at", "message": "lies in the future"}])
    scanned = None if code is None else open_code(services, code, pin).sent(scanned_at_s, now_s)
    ref = scanned.ref if scanned is not None else _held_ref(services, merchant_id, order_no)
    asked = _Asked(merchant_id, order_no, order, scanned, now_s)
    return decided(services, merchant_id, order_no, ref, lambda read: _attempt(services, asked, read))


def read_redemption(services: Services, merchant_id: str, order_no: str) -> tuple[OrderRecord, str]:
    """The merchant's own redeemed order, also of a check-in, and its time zone. Raises NotFound. One read unit."""
    existing = services.orders.get(merchant_id, order_no)
    if existing is None or existing.state != "redeemed":
        raise NotFound(detail=f"No redemption under order number {order_no!r}.")
    return existing, settled_in(services, existing).timezone


def order_conflict(existing: OrderRecord) -> OrderConflict:
    if existing.state == "released":
        return OrderConflict(detail=f"Order {existing.order_no!r} was cancelled.")
    return OrderConflict(detail=f"Order {existing.order_no!r} already carries another coupon or other content.")


def _held_ref(services: Services, merchant_id: str, order_no: str) -> CouponRef:
    """The coupon that the order holds, or held. Raises NotFound, OrderConflict."""
    existing = services.orders.get(merchant_id, order_no)
    if existing is None:
        raise NotFound(detail="This order holds no coupon; send its code.")
    opened = services.keys.open_coupon(existing.coupon_id)
    if opened is None:
        raise order_conflict(existing)
    return opened[0]


def _attempt(services: Services, asked: _Asked, read: TillRead) -> tuple[OrderRecord, str, bool]:
    """The redemption by one read. Raises its refusals, and TransactionFailed if a condition refused it."""
    presented, existing = read.presented, read.existing
    wanted = presented.order_record(
        "redeemed", asked.merchant_id, asked.order_no, asked.order, services.keys, asked.now_s
    )
    is_same = existing is not None and existing.same_content(wanted.coupon_id, wanted.fingerprint)
    if existing is not None and existing.state == "redeemed" and is_same:
        return existing, presented.batch.timezone, True
    held = existing if existing is not None and existing.state == "held" else None
    if held is not None and not presented.coupon.is_held_by(wanted.key):
        # The coupon may have been read before the hold; if it says the same again, another order has had it since.
        presented = read_coupon(services, presented.ref)
    use = _allow(services, asked, wanted, presented, existing)
    return _write(services, read._replace(presented=presented), use, asked), presented.batch.timezone, False


def _allow(
    services: Services, asked: _Asked, wanted: OrderRecord, presented: TillCoupon, existing: OrderRecord | None
) -> _Use:
    """The redemption, unless order, code or coupon forbids it. The contract gives the order of the refusals.

    Raises NotFound, CodeExpired, CodeInvalid, OrderConflict, CouponNotUsable.
    """
    held = existing if existing is not None and existing.state == "held" else None
    scanned, now_s = None if held is not None and asked.was_new else asked.scanned, asked.now_s
    asked.was_new |= existing is None
    is_same = held is not None and held.same_content(wanted.coupon_id, wanted.fingerprint)
    has_lapsed = held is not None and (now_s >= held.held_until_s or not presented.coupon.is_held_by(wanted.key))
    is_live = is_same and not has_lapsed
    if has_lapsed and scanned is None:
        raise _lapsed()
    if scanned is not None and not is_live:
        refuse_old_code(scanned, presented, now_s)
    if scanned is not None and not asked.is_pin_right:
        refuse_wrong_pin(services, scanned, presented)
        asked.is_pin_right = True
    if existing is not None and not is_same:
        raise order_conflict(existing)
    refuse_unusable(presented, now_s, order=wanted.key)
    record = replace(wanted, held_until_s=held.held_until_s) if held is not None else wanted
    if held is not None and is_live:
        return _Use(record, scanned=None, judged_at_s=held.at_s)  # the code was checked when the order took the hold
    assert scanned is not None, "without a code there is a hold, and one that is not live was refused"
    return _Use(replace(record, late=scanned.is_late), scanned, scanned.judged_at_s(now_s))


def _write(services: Services, read: TillRead, use: _Use, asked: _Asked) -> OrderRecord:
    """One attempt. Raises NotEligible, OrderNotEligible, CodeExpired (no late scans are left), TransactionFailed."""
    presented, order, now_s = read.presented, asked.order, asked.now_s
    limits = limits_of_use(services, presented, use.record.key, use.judged_at_s, now_s)
    limits.refuse_reached()
    at = till_of(services, read)
    amounts = amounts_or_refuse(presented, at, order, use.judged_at_s)
    record = replace(use.record, amounts=amounts, sold_at=sold_at(at, order) if at is not None else None)
    late_max = at.record.late_scans_per_day if at is not None else 0
    if use.scanned is not None and use.scanned.is_late and not late_max:
        raise too_late(use.scanned, presented.batch.timezone, "late-not-allowed")
    day = day_of(now_s, presented.batch.timezone)
    services.day_marks.mark(record.merchant_id, day, presented.batch.timezone)
    record = limits.counted(record)
    parts = _parts(services, presented, use.scanned, record, day.isoformat(), late_max)
    try:
        services.transact([*parts, *limits.parts_of_use()])
    except TransactionFailed as failure:
        if use.scanned is not None and failure.kinds == {"late scans"}:
            raise too_late(use.scanned, presented.batch.timezone, "late-limit") from failure
        raise
    return record


def _parts(
    services: Services, presented: TillCoupon, scanned: Scanned | None, record: OrderRecord, day: str, late_max: int
) -> list[Part]:
    """The transaction of a redemption. Its three conditions suffice.

    The coupon has not expired by the clock, and is held by this order; or it is brought by a code that was issued after
    it last came back, and then it may also be `available`, or its hold may have lapsed. The order number is new, or
    holds this coupon for this content. The line is new. A late scan also takes one of the day's places, and the limits
    that count uses are as they were read.
    """
    extended_s = presented.ruling.extended_s
    line = redemption_line(record, presented.batch.purse)
    parts = [
        services.coupons.redeem(presented.batch, presented.ref, record.key, scanned, record.use, extended_s),
        services.orders.redeem(record),
        services.orders.file(record.merchant_id, day, line),
    ]
    return [*parts, services.orders.count_late(record.merchant_id, day, late_max)] if record.late else parts


def _lapsed() -> NotFound:
    return NotFound(detail="The hold has lapsed; send the coupon's code.")

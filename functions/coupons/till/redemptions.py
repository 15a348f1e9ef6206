"""Redeem a coupon by one order, exactly once, and read the redemption back; design section 5."""

from __future__ import annotations

from dataclasses import dataclass, replace

from coupons.clock import SKEW_S
from coupons.model.orders import Order, OrderRecord, redemption_line
from coupons.model.scans import Scanned
from coupons.process.services import Services
from coupons.refusals import Busy, Malformed, NotFound, OrderConflict
from coupons.sealing import CouponRef
from coupons.slots.settled import settled_in
from coupons.stores.dynamodb import TransactionFailed
from coupons.stores.parts import Part
from coupons.till.codes import open_code, refuse_old_code, refuse_returned, too_late
from coupons.till.coupons import TillCoupon, read_coupon, refuse_unusable
from coupons.till.limits import USE_ATTEMPTS, limits_of_use
from coupons.till.pins import refuse_wrong_pin
from coupons.till.quotes import amounts_or_refuse, sold_at, till_of
from coupons.times import day_of

COMMIT_ATTEMPTS = 3
"""Of a hold or redemption without limits of uses, each after a look at what refused the one before."""


@dataclass(frozen=True, slots=True)
class _Found:
    """A request to redeem with what exists: the coupon, and what its order number carries already."""

    wanted: OrderRecord
    """As it will be stored, except for its amounts and what it takes over from a hold."""
    scanned: Scanned | None
    """None: the request names no code, and means the coupon that its order holds."""
    presented: TillCoupon
    existing: OrderRecord | None

    @property
    def is_same(self) -> bool:
        """The order number carries this coupon for this content."""
        return self.existing is not None and self.existing.same_content(self.wanted.coupon_id, self.wanted.fingerprint)

    @property
    def is_repeat(self) -> bool:
        """The order has redeemed this coupon for this content already."""
        return self.existing is not None and self.existing.state == "redeemed" and self.is_same

    @property
    def is_coupon_held(self) -> bool:
        """The coupon itself says that this order holds it."""
        return self.presented.coupon.is_held_by(self.wanted.key)


@dataclass(frozen=True, slots=True)
class _Use:
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
    units, 2 more for a late scan and for each limit of uses, 3 read units and 1 a limit of uses, and the mark of a
    merchant's first line of a day (`process/day_marks.py`).

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
    existing = services.orders.get(merchant_id, order_no)
    scanned = None if code is None else open_code(services, code, pin).sent(scanned_at_s, now_s)
    presented = read_coupon(services, scanned.ref if scanned is not None else _ref_of(services, existing))
    wanted = presented.order_record("redeemed", merchant_id, order_no, order, services.keys, now_s)
    found = _find(services, wanted, scanned, presented, existing)
    if found.existing is not None and found.is_repeat:
        return found.existing, presented.batch.timezone, True
    use = _allow(services, found, now_s)
    record, is_repeat = _commit(services, presented, use, order, now_s)
    return record, presented.batch.timezone, is_repeat


def read_redemption(services: Services, merchant_id: str, order_no: str) -> tuple[OrderRecord, str]:
    """The merchant's own redeemed order, also of a check-in, and its time zone. Raises NotFound. One read unit."""
    existing = services.orders.get(merchant_id, order_no)
    if existing is None or existing.state != "redeemed":
        raise NotFound(detail=f"No redemption under order number {order_no!r}.")
    return existing, settled_in(services, existing).timezone


def attempts(presented: TillCoupon) -> int:
    """How often a hold or redemption of this coupon is tried."""
    return USE_ATTEMPTS if presented.batch.limits_of_use else COMMIT_ATTEMPTS


def order_conflict(existing: OrderRecord) -> OrderConflict:
    if existing.state == "released":
        return OrderConflict(detail=f"Order {existing.order_no!r} was cancelled.")
    return OrderConflict(detail=f"Order {existing.order_no!r} already carries another coupon or other content.")


def _find(
    services: Services,
    wanted: OrderRecord,
    scanned: Scanned | None,
    presented: TillCoupon,
    existing: OrderRecord | None,
) -> _Found:
    """What exists; the order is read again if it says that it holds the coupon, and the coupon does not say so."""
    found = _Found(wanted, scanned, presented, existing)
    if existing is not None and existing.state == "held" and not found.is_coupon_held:
        # The order may have changed between the two reads.
        return replace(found, existing=services.orders.get(wanted.merchant_id, wanted.order_no))
    return found


def _ref_of(services: Services, existing: OrderRecord | None) -> CouponRef:
    """The coupon that the order holds."""
    if existing is None:
        raise NotFound(detail="This order holds no coupon; send its code.")
    opened = services.keys.open_coupon(existing.coupon_id)
    if opened is None:
        raise order_conflict(existing)
    return opened[0]


def _allow(services: Services, found: _Found, now_s: int) -> _Use:
    """The redemption, unless something that was found forbids it. The contract gives the order of the refusals.

    Raises NotFound, CodeExpired, CodeInvalid, OrderConflict.
    """
    existing, scanned, presented = found.existing, found.scanned, found.presented
    held = existing if existing is not None and existing.state == "held" else None
    has_lapsed = held is not None and (now_s >= held.held_until_s or not found.is_coupon_held)
    is_live = held is not None and found.is_same and not has_lapsed
    if has_lapsed and scanned is None:
        raise _lapsed()
    if scanned is not None and not is_live:
        refuse_old_code(scanned, presented, now_s)
    if scanned is not None:
        refuse_wrong_pin(services, scanned, presented)
    if existing is not None and not (held and found.is_same):
        raise order_conflict(existing)
    record = replace(found.wanted, held_until_s=held.held_until_s) if held is not None else found.wanted
    if held is not None and is_live:
        return _Use(record, scanned=None, judged_at_s=held.at_s)  # the code was checked when the order took the hold
    assert scanned is not None, "without a code there is a hold, and one that is not live was refused"
    return _Use(replace(record, late=scanned.is_late), scanned, scanned.judged_at_s(now_s))


def _commit(services: Services, presented: TillCoupon, use: _Use, order: Order, now_s: int) -> tuple[OrderRecord, bool]:
    """The order as stored, and True if a twin of this request stored it. A refused transaction is read and tried again.

    Raises CouponNotUsable, CodeExpired, CodeInvalid, NotFound, NotEligible, OrderNotEligible, OrderConflict, Busy.
    """
    is_overtaken = False
    for _ in range(attempts(presented)):
        record = use.record
        if _is_used_by(presented, record):
            # A twin of this request was committed between our reads of the order and of the coupon.
            existing = services.orders.get(record.merchant_id, record.order_no)
            assert existing is not None, "order and coupon change in one transaction"
            return _first_answer(existing, record), True
        _refuse_moved(presented, use, now_s, is_overtaken=is_overtaken)
        try:
            return _write(services, presented, use, order, now_s), False
        except TransactionFailed as failure:
            is_overtaken = "coupon" in failure.kinds and "order" not in failure.kinds
            if "order" in failure.kinds:
                existing = services.orders.existing(failure.item("order"))
                if existing.state != "held" or not existing.same_content(record.coupon_id, record.fingerprint):
                    # A twin of this request was first, or our own answer was lost.
                    return _first_answer(existing, record), True
                # The order's hold was stored after we read the order. Its deadline makes a repeat of that hold known.
                by_hold = replace(record, held_until_s=existing.held_until_s, late=False)
                use = _Use(by_hold, scanned=None, judged_at_s=existing.at_s)
            elif use.scanned is not None and failure.kinds == {"late scans"}:
                raise too_late(use.scanned, presented.batch.timezone, "late-limit") from failure
        presented = read_coupon(services, presented.ref)
    raise Busy(detail="Others are using this coupon; try again.")


def _is_used_by(presented: TillCoupon, record: OrderRecord) -> bool:
    coupon = presented.coupon
    return coupon.state in ("redeemed", "voided") and coupon.order == record.key


def _refuse_moved(presented: TillCoupon, use: _Use, now_s: int, *, is_overtaken: bool) -> None:
    """Refuse by the coupon as it was read last; `is_overtaken`: it refused a transaction, and the order did not."""
    if use.scanned is not None:
        refuse_returned(use.scanned, presented, now_s)
    refuse_unusable(presented, now_s, order=use.record.key)
    if use.scanned is None and is_overtaken:
        raise _lapsed()  # the order still says that it holds the coupon, and the coupon is another's


def _write(services: Services, presented: TillCoupon, use: _Use, order: Order, now_s: int) -> OrderRecord:
    """One attempt. Raises NotEligible, OrderNotEligible, CodeExpired (no late scans allowed), TransactionFailed."""
    limits = limits_of_use(services, presented, use.record.key, use.judged_at_s, now_s)
    limits.refuse_reached()
    at = till_of(services, presented, use.record.merchant_id)
    amounts = amounts_or_refuse(presented, at, order, use.judged_at_s)
    record = replace(use.record, amounts=amounts, sold_at=sold_at(at, order) if at is not None else None)
    late_max = at.record.late_scans_per_day if at is not None else 0
    if use.scanned is not None and use.scanned.is_late and not late_max:
        raise too_late(use.scanned, presented.batch.timezone, "late-not-allowed")
    day = day_of(now_s, presented.batch.timezone)
    services.day_marks.mark(record.merchant_id, day, presented.batch.timezone)
    record = limits.counted(record)
    parts = _parts(services, presented, use.scanned, record, day.isoformat(), late_max)
    services.transact([*parts, *limits.parts_of_use()])
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


def _first_answer(existing: OrderRecord, record: OrderRecord) -> OrderRecord:
    """The redemption that is stored, if it is the wanted one. Raises OrderConflict."""
    if existing.state == "redeemed" and existing.same_content(record.coupon_id, record.fingerprint):
        return existing
    raise order_conflict(existing)


def _lapsed() -> NotFound:
    return NotFound(detail="The hold has lapsed; send the coupon's code.")

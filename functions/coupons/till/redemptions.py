"""Quote, redeem, read back: the use of a coupon by one order, exactly once; design section 5."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from coupons.clock import SKEW_S
from coupons.model.assessment import Assessment, Till, assess
from coupons.model.codes import Scanned
from coupons.model.orders import LineAmounts, Order, OrderRecord, fingerprint, order_key, redemption_line
from coupons.model.terms import Terms
from coupons.process.services import Services
from coupons.refusals import (
    Busy,
    CodeExpired,
    Malformed,
    NotFound,
    OrderConflict,
    OrderNotEligible,
)
from coupons.sealing import CouponRef
from coupons.stores.dynamodb import TransactionFailed
from coupons.stores.registry import till
from coupons.till.scans import (
    Presented,
    open_code,
    present,
    refuse_old_code,
    refuse_returned,
    refuse_unusable,
    refuse_wrong_pin,
)
from coupons.times import day_of

ATTEMPTS = 3
_COUPON, _ORDER, _LINE, _LATE = range(4)  # places in the transaction


def quote(
    services: Services, merchant_id: str, code: str, order: Order, now_s: int, *, pin: str | None = None
) -> tuple[Assessment, Terms]:
    """What the coupon would be worth for this order now, and by which terms; nothing is changed.

    Raises CodeInvalid, CodeExpired, CouponNotUsable, Busy. An order that does not fit is an answer, not a refusal.
    """
    scanned = open_code(services, code, pin)
    presented = present(services, scanned.ref)
    refuse_old_code(scanned, presented, now_s)
    refuse_wrong_pin(services, scanned, presented)
    refuse_unusable(presented, now_s, order=b"")
    at = till_of(services, presented, merchant_id)
    timezone = presented.batch.timezone
    return assess(presented.terms, order, at, presented.coupon, now_s, timezone), presented.terms


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
    """The coupon is used by this order, the order carries it, and the books hold its line: all three or none.

    `code` None redeems what the order holds. Returns the order, its time zone, and True for a repeat: the same
    merchant, number, coupon and content get the first answer before any refusal is looked for. 6 write units, 2 more if
    it is late, 3 read, and what the mark of a merchant's first line of a day costs (`process/day_marks.py`).

    What a till sends late (`scanned_at_s`, and a code that would be refused by now: `model/codes.py`) is judged by the
    terms at the moment of the scan, since the customer has left with the goods: validity, opening hours, the match.
    The coupon's expiry and state, the merchant's standing and the settlement day stay those of now: 30 s after
    its expiry a coupon is accounted for, and what has been accounted for is never used. A merchant may do so as often a
    day as its record says. An order with a live hold is judged at the moment of the hold, and never late: it pays what
    the hold said until the deadline that the hold said, though hours or a match ended meanwhile. A hold ends sooner
    where another order has had the coupon, by a clock that is ahead: it may have been used and come back since.

    Raises Malformed, NotFound, CodeInvalid, CodeExpired, OrderConflict, CouponNotUsable, OrderNotEligible, Busy. Three
    conditions suffice: the coupon is held by this order, or a code brings it that was shown since it came back last,
    and then it may be `available` too, or its hold have lapsed; either way it has not expired by the clock; the order
    number is new, or holds this coupon for this content; the line is new. A late one takes one of the day's places
    besides.
    """
    if scanned_at_s is not None and scanned_at_s > now_s + SKEW_S:
        raise Malformed(errors=[{"place": "body.scanned_at", "message": "lies in the future"}])
    standing = services.orders.get(merchant_id, order_no)
    content = fingerprint(order)
    scanned = None if code is None else open_code(services, code, pin).sent(scanned_at_s, now_s)
    presented = present(services, scanned.ref if scanned is not None else _ref_of(services, standing))
    holds = presented.coupon.is_held_by(order_key(merchant_id, order_no))
    if standing is not None and standing.state == "held" and not holds:
        standing = services.orders.get(merchant_id, order_no)  # it may have moved on between the two reads
    is_same = standing is not None and standing.same_content(presented.coupon_id, content)
    if standing is not None and is_same and standing.state == "redeemed":
        return standing, presented.batch.timezone, True
    held = standing if standing is not None and standing.state == "held" else None
    has_lapsed = held is not None and (now_s >= held.held_until_s or not holds)
    is_live = held is not None and is_same and not has_lapsed
    if has_lapsed and scanned is None:
        raise _lapsed()
    if scanned is not None and not is_live:
        refuse_old_code(scanned, presented, now_s)
    if scanned is not None:
        refuse_wrong_pin(services, scanned, presented)
    if standing is not None and not (is_same and held):
        raise order_conflict(standing)
    if is_live:
        scanned = None  # the order redeems what it holds: its code was asked when it took it
    used = OrderRecord(
        merchant_id=merchant_id,
        order_no=order_no,
        state="redeemed",
        coupon_id=presented.coupon_id,
        fingerprint=content,
        batch_id=presented.batch.batch_id,
        terms_id=presented.terms.terms_id,
        at_s=now_s,
        held_until_s=held.held_until_s if held is not None else 0,
        late=scanned is not None and scanned.is_late,
    )
    judged_at_s = now_s if scanned is None else scanned.judged_at_s(now_s)
    if held is not None and is_live:
        judged_at_s = held.at_s
    return _commit(services, presented, scanned, used, order, judged_at_s, now_s)


def read_redemption(services: Services, merchant_id: str, order_no: str) -> tuple[OrderRecord, str]:
    """The merchant's own redeemed order and its time zone. Raises NotFound. One read unit."""
    standing = services.orders.get(merchant_id, order_no)
    if standing is None or standing.state != "redeemed":
        raise NotFound(detail=f"No redemption under order number {order_no!r}.")
    return standing, services.cache.batch(standing.batch_id).timezone


def till_of(services: Services, presented: Presented, merchant_id: str) -> Till | None:
    """The merchant as the catalogue knows it now; None if it does not. 1 read unit."""
    campaign_id = presented.batch.campaign_id
    suspended = services.cache.suspended_districts(campaign_id)
    return till(merchant_id, services.registry.merchant(merchant_id), campaign_id, suspended)


def assess_or_refuse(presented: Presented, at: Till | None, order: Order, moment_s: int) -> LineAmounts:
    """What the order costs by the terms at that moment. Raises OrderNotEligible with every reason."""
    found = assess(presented.terms, order, at, presented.coupon, moment_s, presented.batch.timezone)
    if not found.eligible:
        raise OrderNotEligible(
            reasons=list(found.reasons), detail=f"The coupon does not fit this order: {', '.join(found.reasons)}."
        )
    return LineAmounts(found.discount_minor, found.merchant_match_minor, found.payable_minor, found.funding)


def order_conflict(standing: OrderRecord) -> OrderConflict:
    if standing.state == "released":
        return OrderConflict(detail=f"Order {standing.order_no!r} was cancelled.")
    return OrderConflict(detail=f"Order {standing.order_no!r} already carries another coupon or other content.")


def _commit(
    services: Services,
    presented: Presented,
    scanned: Scanned | None,
    used: OrderRecord,
    order: Order,
    judged_at_s: int,
    now_s: int,
) -> tuple[OrderRecord, str, bool]:
    """Judge and write; judge again on what a refused condition shows, at most three times."""
    key, timezone = order_key(used.merchant_id, used.order_no), presented.batch.timezone
    is_overtaken = False
    for _ in range(ATTEMPTS):
        if presented.coupon.state in ("redeemed", "voided") and presented.coupon.order == key:
            # A twin of this request was through between our reads of the order and of the coupon.
            standing = services.orders.get(used.merchant_id, used.order_no)
            assert standing is not None, "order and coupon moved in one transaction"
            return _first_answer(standing, used), timezone, True
        if scanned is not None:
            refuse_returned(scanned, presented, now_s)
        refuse_unusable(presented, now_s, order=key)
        if scanned is None and is_overtaken:
            raise _lapsed()  # the order held, and the coupon was not its own any more
        at = till_of(services, presented, used.merchant_id)
        record = replace(used, amounts=assess_or_refuse(presented, at, order, judged_at_s))
        late_max = at.record.late_scans_per_day if at is not None else 0
        if scanned is not None and scanned.is_late and not late_max:
            raise _too_late(scanned, "late-not-allowed")
        day = day_of(now_s, timezone)
        services.day_marks.mark(record.merchant_id, day, timezone)
        try:
            services.transact(_parts(services, presented, scanned, record, day.isoformat(), late_max))
        except TransactionFailed as failure:
            is_overtaken = _ORDER not in failure.items
            if _ORDER in failure.items:
                standing = services.orders.standing(failure.items[_ORDER])
                if standing.state != "held" or not standing.same_content(used.coupon_id, used.fingerprint):
                    # A twin of this request was first, or its lost answer was ours.
                    return _first_answer(standing, used), timezone, True
                # The order's hold landed after the order was read: a repeat of that hold is known by its deadline.
                used, judged_at_s = replace(used, held_until_s=standing.held_until_s, late=False), standing.at_s
                scanned = None
            elif scanned is not None and failure.items.keys() == {_LATE}:
                raise _too_late(scanned, "late-limit") from failure
            presented = present(services, presented.ref)
            continue
        return record, timezone, False
    raise Busy(detail="Others are using this coupon; try again.")


def _parts(
    services: Services, presented: Presented, scanned: Scanned | None, record: OrderRecord, day: str, late_max: int
) -> list[dict[str, Any]]:
    """The transaction of a redemption, in the order of the places above; a late one takes one of the day's places."""
    key, extended_s = order_key(record.merchant_id, record.order_no), presented.ruling.extended_s
    line = redemption_line(record, presented.batch.purse)
    parts = [
        services.coupons.redeem(presented.batch, presented.ref, key, scanned, record.at_s, extended_s),
        services.orders.redeem(record),
        services.orders.file(record.merchant_id, day, line),
    ]
    return [*parts, services.orders.count_late(record.merchant_id, day, late_max)] if record.late else parts


def _first_answer(standing: OrderRecord, used: OrderRecord) -> OrderRecord:
    """The redemption that stands, if it is the one that was wanted. Raises OrderConflict."""
    if standing.state == "redeemed" and standing.same_content(used.coupon_id, used.fingerprint):
        return standing
    raise order_conflict(standing)


def _ref_of(services: Services, standing: OrderRecord | None) -> CouponRef:
    if standing is None:
        raise NotFound(detail="This order holds no coupon; send its code.")
    opened = services.keys.open_coupon(standing.coupon_id)
    if opened is None:
        raise order_conflict(standing)
    return opened[0]


def _lapsed() -> NotFound:
    return NotFound(detail="The hold has lapsed; send the coupon's code.")


def _too_late(scanned: Scanned, reason: str) -> CodeExpired:
    detail = (
        "This merchant may send no scans late." if reason == "late-not-allowed" else "No late scans are left today."
    )
    return CodeExpired(expired_at_s=scanned.expires_at_s, reason=reason, detail=f"{detail} Ask for a fresh code.")

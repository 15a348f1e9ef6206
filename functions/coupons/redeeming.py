"""Quote, redeem, read back: the use of a coupon by one order, exactly once; design section 5."""

from __future__ import annotations

from dataclasses import replace

from coupons.assess import Assessment, assess
from coupons.environment import Environment
from coupons.moments import day_of
from coupons.orders import Amounts, Line, Order, OrderRecord, fingerprint, order_key
from coupons.refusals import (
    Busy,
    CodeExpired,
    Malformed,
    NotFound,
    OrderConflict,
    OrderNotEligible,
)
from coupons.scanning import (
    SKEW_S,
    Presented,
    open_code,
    present,
    refuse_old_code,
    refuse_unusable,
    refuse_wrong_pin,
)
from coupons.sealing import CouponRef
from coupons.stores.dynamodb import TransactionFailed
from coupons.stores.orders import standing_order
from coupons.stores.registry import till
from coupons.terms import Terms

LATE_MAX_S = 600
"""A till that was cut off may send what it scanned at most ten minutes ago."""
ATTEMPTS = 3
_COUPON, _ORDER = 0, 1  # places in the transaction


def quote(
    env: Environment, merchant_id: str, code: str, order: Order, now_s: int, *, pin: str | None = None
) -> tuple[Assessment, Terms]:
    """What the coupon would be worth for this order now, and by which terms; nothing is changed.

    Raises CodeInvalid, CodeExpired, CouponNotUsable, Busy. An order that does not fit is an answer, not a refusal.
    """
    scanned = open_code(env, code, pin)
    refuse_old_code(scanned, now_s)
    presented = present(env, scanned.ref)
    refuse_wrong_pin(env, scanned, presented)
    refuse_unusable(presented, now_s, order=b"")
    return _assess(env, presented, merchant_id, order, now_s), presented.terms


def redeem(
    env: Environment,
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
    merchant, number, coupon and content get the first answer before any refusal is looked for. 6 write units, 3 read,
    and what the mark of a merchant's first line of a day costs (`marking.py`).

    What a till sends late (`scanned_at_s`) is judged by the terms at the moment of the scan, since the customer has
    left with the goods: valid yet, within the hours, which merchant match. The coupon's expiry and state, the
    merchant's standing and the settlement day stay those of now: 30 s after its expiry a coupon is accounted for, and
    what has been accounted for is never used. An order with a live hold is judged at the moment of the hold: it pays
    what the hold said until the deadline that the hold said, though hours or a match ended meanwhile.

    Raises Malformed, NotFound, CodeInvalid, CodeExpired, OrderConflict, CouponNotUsable, OrderNotEligible, Busy. Three
    conditions suffice: the coupon is `available`, or held by this order, or its hold has lapsed, and not expired by the
    clock; the order number is new, or holds this coupon for this content; the line is new.
    """
    if scanned_at_s is not None and scanned_at_s > now_s + SKEW_S:
        raise Malformed(errors=[{"place": "body.scanned_at", "message": "lies in the future"}])
    standing = env.orders.get(merchant_id, order_no)
    content = fingerprint(order)
    if code is None:
        if standing is None:
            raise NotFound(detail="This order holds no coupon; send its code.")
        scanned, presented_at_s = None, standing.at_s
        presented = present(env, _ref_of(env, standing))
    else:
        scanned = open_code(env, code, pin)
        presented_at_s = scanned.issued_at_s
        presented = present(env, scanned.ref)
    if standing is not None and standing.state == "redeemed" and standing.same_content(presented.coupon_id, content):
        return standing, presented.release.timezone, True
    if scanned_at_s is not None:
        _refuse_old_scan(scanned_at_s, now_s)
    if scanned is None and standing is not None and standing.state == "held" and now_s >= standing.held_until_s:
        raise NotFound(detail="The hold has lapsed; send the coupon's code.")
    if scanned is not None:
        refuse_old_code(scanned, now_s if scanned_at_s is None else scanned_at_s)
        refuse_wrong_pin(env, scanned, presented)
    if standing is not None and (standing.state != "held" or not standing.same_content(presented.coupon_id, content)):
        raise order_conflict(standing)
    used = OrderRecord(
        merchant_id=merchant_id,
        order_no=order_no,
        state="redeemed",
        coupon_id=presented.coupon_id,
        fingerprint=content,
        batch_id=presented.release.batch_id,
        terms_id=presented.terms.terms_id,
        at_s=now_s,
        held_until_s=standing.held_until_s if standing is not None else 0,
        late=scanned_at_s is not None,
    )
    # No till's clock moves a scan before the code was issued, or the order took the coupon, nor past now.
    judged_at_s = now_s if scanned_at_s is None else min(max(scanned_at_s, presented_at_s), now_s)
    if standing is not None and standing.held_until_s > now_s:
        judged_at_s = standing.at_s
    return _commit(env, presented, used, order, judged_at_s, now_s)


def read_redemption(env: Environment, merchant_id: str, order_no: str) -> tuple[OrderRecord, str]:
    """The merchant's own redeemed order and its time zone. Raises NotFound. One read unit."""
    standing = env.orders.get(merchant_id, order_no)
    if standing is None or standing.state != "redeemed":
        raise NotFound(detail=f"No redemption under order number {order_no!r}.")
    return standing, env.live.release(standing.batch_id).timezone


def assess_or_refuse(env: Environment, presented: Presented, merchant_id: str, order: Order, moment_s: int) -> Amounts:
    """What the order costs by the terms at that moment. Raises OrderNotEligible with every reason."""
    found = _assess(env, presented, merchant_id, order, moment_s)
    if not found.eligible:
        raise OrderNotEligible(
            reasons=list(found.reasons), detail=f"The coupon does not fit this order: {', '.join(found.reasons)}."
        )
    return Amounts(found.discount_minor, found.merchant_match_minor, found.payable_minor, found.funding)


def order_conflict(standing: OrderRecord) -> OrderConflict:
    if standing.state == "released":
        return OrderConflict(detail=f"Order {standing.order_no!r} was cancelled.")
    return OrderConflict(detail=f"Order {standing.order_no!r} already carries another coupon or other content.")


def _commit(
    env: Environment, presented: Presented, used: OrderRecord, order: Order, judged_at_s: int, now_s: int
) -> tuple[OrderRecord, str, bool]:
    """Judge and write; judge again on what a refused condition shows, at most three times."""
    key, timezone = order_key(used.merchant_id, used.order_no), presented.release.timezone
    for _ in range(ATTEMPTS):
        if presented.coupon.state in ("redeemed", "voided") and presented.coupon.order == key:
            # A twin of this request was through between our reads of the order and of the coupon.
            standing = env.orders.get(used.merchant_id, used.order_no)
            assert standing is not None, "order and coupon moved in one transaction"
            return _first_answer(standing, used), timezone, True
        refuse_unusable(presented, now_s, order=key)
        amounts = assess_or_refuse(env, presented, used.merchant_id, order, judged_at_s)
        record = replace(used, amounts=amounts)
        line = Line(
            kind="redemption",
            order_no=record.order_no,
            reversal_no="",
            coupon_id=record.coupon_id,
            purse=presented.release.purse,
            batch_id=record.batch_id,
            terms_id=record.terms_id,
            amounts=amounts,
            at_s=now_s,
            late=record.late,
        )
        day = day_of(now_s, timezone)
        env.marks.mark(record.merchant_id, day, timezone)
        parts = [
            env.coupons.redeem(presented.release, presented.ref, key, now_s, presented.ruling.extended_s),
            env.orders.redeem(record),
            env.orders.file(record.merchant_id, day.isoformat(), line),
        ]
        try:
            env.transact(parts)
        except TransactionFailed as failure:
            if _ORDER in failure.items:
                standing = standing_order(failure.items[_ORDER])
                if standing.state != "held" or not standing.same_content(used.coupon_id, used.fingerprint):
                    # A twin of this request was first, or its lost answer was ours.
                    return _first_answer(standing, used), timezone, True
                # The order's hold landed after the order was read: a repeat of that hold is known by its deadline.
                used, judged_at_s = replace(used, held_until_s=standing.held_until_s), standing.at_s
            presented = present(env, presented.ref)
            continue
        return record, timezone, False
    raise Busy(detail="Others are using this coupon; try again.")


def _first_answer(standing: OrderRecord, used: OrderRecord) -> OrderRecord:
    """The redemption that stands, if it is the one that was wanted. Raises OrderConflict."""
    if standing.state == "redeemed" and standing.same_content(used.coupon_id, used.fingerprint):
        return standing
    raise order_conflict(standing)


def _assess(env: Environment, presented: Presented, merchant_id: str, order: Order, moment_s: int) -> Assessment:
    campaign_id = presented.release.campaign_id
    suspended = env.live.suspended_districts(campaign_id)
    at = till(merchant_id, env.registry.merchant(merchant_id), campaign_id, suspended)
    return assess(presented.terms, order, at, presented.coupon, moment_s, presented.release.timezone)


def _ref_of(env: Environment, standing: OrderRecord) -> CouponRef:
    opened = env.keys.open_coupon(standing.coupon_id)
    if opened is None:
        raise order_conflict(standing)
    return opened[0]


def _refuse_old_scan(scanned_at_s: int, now_s: int) -> None:
    if scanned_at_s <= now_s - LATE_MAX_S:
        raise CodeExpired(expired_at_s=scanned_at_s + LATE_MAX_S, detail="It was scanned more than ten minutes ago.")

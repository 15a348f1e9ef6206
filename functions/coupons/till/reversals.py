"""Reverse a redemption: only the merchant that redeemed the order can, in full or in parts, at any later time."""

from __future__ import annotations

from coupons.currencies import money
from coupons.model.batches import PublishedBatch
from coupons.model.claims import Ruling
from coupons.model.orders import LineAmounts, OrderRecord, Reversal, reversal_line
from coupons.money import FundingLine, split_over_left
from coupons.process.services import Services
from coupons.refusals import Busy, NotFound, OrderConflict, ReversalNotAllowed
from coupons.sealing import CouponRef
from coupons.slots.settled import settled_in
from coupons.stores.parts import Part
from coupons.till.limits import parts_of_give_back
from coupons.till.visits import take_back
from coupons.times import day_of

REVERSAL_ATTEMPTS = 4
REVERSALS_MAX = 100
"""Of one order, whose item must stay small. A reversal of all that is left is taken beyond it."""


def reverse(
    services: Services, merchant_id: str, order_no: str, reversal_no: str, amount_minor: int, now_s: int
) -> tuple[Reversal, str, bool]:
    """`amount_minor` of the payable went back to the customer, and the funders' and the merchant's part with it.

    The order is one of `merchant_id`'s own, and redeemed. The coupon is `available` again, with the same expiry, if
    the refund policy allows it for this reversal and the coupon has neither expired nor come back too often; then all
    that is left of discount and match goes back, and the rest of the order is as if it had no coupon. Otherwise
    discount and match go back pro rata, and a reversal of all that is left makes the coupon `voided`. Order, coupon
    and a settlement line of today change in one transaction of 4 to 6 write units. A coupon of a pack that cost points
    gives them back when it is voided, in the same transaction, with 4 units more, unless its refund policy is `never`.
    A limit that counted the use counts one less, for 2 more, once the use is undone: the coupon comes back, or all is
    reversed. Returns the reversal, its time zone, and True for a repeat of the same number and amount.

    Of a check-in, order and line change alone: the person was there, so the mark in the slot stays, no place is given
    again, and no strike follows; points that the visit earned are taken back once nothing of it is paid, after the
    transaction: if they are busy, so is the answer, and its repeat takes them.

    Raises NotFound, OrderConflict (the number carries another amount), ReversalNotAllowed (above what is left), Busy.
    """
    for _ in range(REVERSAL_ATTEMPTS):
        order = services.orders.get(merchant_id, order_no)
        if order is None or order.state != "redeemed":
            raise NotFound(detail=f"No redemption under order number {order_no!r}.")
        timezone = settled_in(services, order).timezone
        repeated = _repeated(order, reversal_no, amount_minor)
        done = repeated or _attempt(services, order, reversal_no, amount_minor, now_s)
        if done is not None:
            if order.slot_id:
                take_back(services, order, done, now_s)
            return done, timezone, repeated is not None
    raise Busy(detail="This order is changing; try again.")


def amounts_back(order: OrderRecord, amount_minor: int, *, coupon_returns: bool) -> LineAmounts:
    """What goes back with `amount_minor` of the payable: pro rata of the whole, so that a full reversal is exact.

    Discount and match are computed for the sum reversed so far, and what went back before is subtracted: parts of any
    size add up to the whole. If the coupon comes back, all of both goes back, and nothing is left for later reversals.
    Each funder gets back at most what is left of its line.
    """
    before = [reversal.amounts for reversal in order.reversals]
    discount_minor, match_minor = order.amounts.discount_minor, order.amounts.merchant_match_minor
    if not (coupon_returns or order.coupon_returned):
        reversed_minor = sum(part.payable_minor for part in before) + amount_minor
        discount_minor = _pro_rata(discount_minor, reversed_minor, order.amounts.payable_minor)
        match_minor = _pro_rata(match_minor, reversed_minor, order.amounts.payable_minor)
    discount_minor -= sum(part.discount_minor for part in before)
    match_minor -= sum(part.merchant_match_minor for part in before)
    left = [
        line.amount_minor - sum(part.funding[place].amount_minor for part in before)
        for place, line in enumerate(order.amounts.funding)
    ]
    parts = split_over_left(discount_minor, left)
    funding = tuple(FundingLine(line.funder_id, part) for line, part in zip(order.amounts.funding, parts, strict=True))
    return LineAmounts(discount_minor, match_minor, amount_minor, funding)


def _repeated(order: OrderRecord, reversal_no: str, amount_minor: int) -> Reversal | None:
    """The order's reversal of that number, if there is one. Raises OrderConflict if it carries another amount."""
    for reversal in order.reversals:
        if reversal.reversal_no == reversal_no:
            if reversal.amounts.payable_minor != amount_minor:
                raise OrderConflict(detail=f"Reversal {reversal_no!r} already carries another amount.")
            return reversal
    return None


def _attempt(
    services: Services, order: OrderRecord, reversal_no: str, amount_minor: int, now_s: int
) -> Reversal | None:
    """The reversal as stored; None if the order or the coupon changed meanwhile. Raises ReversalNotAllowed."""
    settled = settled_in(services, order)
    left_minor = order.amounts.payable_minor - sum(r.amounts.payable_minor for r in order.reversals)
    is_full = amount_minor == left_minor
    _refuse(order, amount_minor, left_minor, settled.purse.currency)
    returned, of_coupon = False, list[Part]()
    if not order.slot_id:
        returned, of_coupon = _of_coupon(services, order, is_full=is_full, now_s=now_s)
    back = amounts_back(order, amount_minor, coupon_returns=returned)
    reversal = Reversal(reversal_no, back, now_s, returned)
    day = day_of(now_s, settled.timezone)
    line = services.orders.file(order.merchant_id, day.isoformat(), reversal_line(order, reversal, settled.purse))
    services.day_marks.mark(order.merchant_id, day, settled.timezone)
    return reversal if services.tries([services.orders.reverse(order, reversal), line, *of_coupon]) else None


def _of_coupon(services: Services, order: OrderRecord, *, is_full: bool, now_s: int) -> tuple[bool, list[Part]]:
    """Whether this reversal gives the coupon back, and what it writes of it."""
    batch, opened = services.cache.batch(order.batch_id), services.keys.open_coupon(order.coupon_id)
    assert opened is not None, "we sealed the id of a coupon that was redeemed"
    returned = not order.coupon_returned and _may_return(services, batch, opened[0], is_full=is_full, now_s=now_s)
    # A coupon that came back with an earlier reversal may be used by another order now.
    if not (returned or (is_full and not order.coupon_returned)):
        return returned, []
    parts = _coupon_parts(services, order, batch, opened[0], returned, now_s)
    return returned, [*parts, *parts_of_give_back(services, batch, opened[0].person, order)]


def _refuse(order: OrderRecord, amount_minor: int, left_minor: int, currency: str) -> None:
    nothing = amount_minor == 0 and (order.amounts.payable_minor > 0 or order.reversals)
    if amount_minor > left_minor or nothing:
        why = f"{money(left_minor, currency)} are left to reverse."
        raise ReversalNotAllowed(left_minor=left_minor, currency=currency, detail=why)
    if len(order.reversals) >= REVERSALS_MAX and amount_minor < left_minor:
        why = f"An order takes at most {REVERSALS_MAX} reversals."
        raise ReversalNotAllowed(left_minor=left_minor, currency=currency, detail=why)


def _may_return(services: Services, batch: PublishedBatch, ref: CouponRef, *, is_full: bool, now_s: int) -> bool:
    """Whether this reversal gives the coupon back: the policy allows it, and it can still be used and returned."""
    refund = batch.terms[ref.index].refund
    if refund.policy == "never" or (refund.policy == "full_only" and not is_full):
        return False
    claim = services.claims.get(batch, ref.person, consistent=True)
    if claim is None:
        return False
    coupon, ruling = claim.coupons[ref.index], _ruling(services, batch)
    is_over = ruling.voided or now_s >= coupon.expires_at_s + ruling.extended_s
    return not is_over and coupon.returns < refund.times_max


def _coupon_parts(
    services: Services, order: OrderRecord, batch: PublishedBatch, ref: CouponRef, returned: bool, now_s: int
) -> list[Part]:
    """The coupon comes back; or it is void, and its points come back, unless its refund policy is `never`."""
    if returned:
        extended_s, times_max = _ruling(services, batch).extended_s, batch.terms[ref.index].refund.times_max
        return [services.coupons.give_back(batch, ref, order.key, now_s, extended_s, times_max)]
    if batch.document.price_points and batch.terms[ref.index].refund.policy != "never":
        from coupons.points import exchange  # noqa: PLC0415 - a redemption without points does not load it

        claim = services.claims.get(batch, ref.person, consistent=True)
        points = exchange.give_back_parts(services, batch, claim, ref.index, now_s) if claim else []
        if claim and points:
            return [services.coupons.void(batch, ref, order.key, claim.refunded), *points]
    return [services.coupons.void(batch, ref, order.key)]


def _ruling(services: Services, batch: PublishedBatch) -> Ruling:
    return services.cache.control(batch.batch_id).ruling


def _pro_rata(whole_minor: int, part_minor: int, payable_minor: int) -> int:
    # Nothing was payable (an exchange): the only possible reversal is the full one.
    return whole_minor * part_minor // payable_minor if payable_minor else whole_minor

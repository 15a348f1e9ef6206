"""What an audit counts of settlement lines, and how it compares each line with its order and its coupon.

    line ── order number ──▶ order ── coupon id ──▶ coupon ── order key ──▶ the same order
                                   ── booking id ──▶ mark in the slot ── order key ──▶ the same order

Lines and orders are compared both ways: a line has the key and content that its order implies, and each line that an
order must have exists. A coupon names one order, so two orders cannot have used the same coupon. Whether each used
coupon has an order follows from the numbers (`audit/equations.py`).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from coupons.currencies import money
from coupons.model.claims import Claim
from coupons.model.merchants import Withholding
from coupons.model.orders import Line, LineAmounts, OrderRecord, order_key, redemption_line, reversal_line
from coupons.model.payouts import SumsByPayout
from coupons.model.slot_records import SlotRecord
from coupons.money import NOTHING, Amounts, Purse
from coupons.sealing import BookingRef, CouponRef

FAULTS_NAMED = 3
"""Names kept of each kind of fault: enough to know where to look, and pieces stay small."""


@dataclass(slots=True)
class Faults:
    """How many faults of one kind were found, and the names of the first few."""

    number: int = 0
    named: list[str] = field(default_factory=list)

    def take(self, name: str) -> None:
        self.add(Faults(1, [name]))

    def add(self, other: Faults) -> None:
        self.number += other.number
        self.named = (self.named + other.named)[:FAULTS_NAMED]


@dataclass(slots=True)
class BatchTally:
    """Lines of one batch. By the lines, redemptions cost `spent` and reversals returned `back`; by the orders of the
    same lines, redemptions less reversals cost `ordered`.
    """

    redemptions: int = 0
    reversals: int = 0
    returned: int = 0
    """Reversals that returned the coupon."""
    carried: int = 0
    """Coupons that name the order that used them and did not return them."""
    spent: Amounts = NOTHING
    back: Amounts = NOTHING
    ordered: Amounts = NOTHING
    wrong_lines: Faults = field(default_factory=Faults)
    missing_lines: Faults = field(default_factory=Faults)
    wrong_coupons: Faults = field(default_factory=Faults)

    @property
    def lines(self) -> int:
        return self.redemptions + self.reversals

    @property
    def kept(self) -> int:
        """Orders that did not return their coupon."""
        return self.redemptions - self.returned

    @property
    def net(self) -> Amounts:
        return self.spent - self.back

    def take(self, line: Line) -> None:
        if line.kind == "redemption":
            self.redemptions += 1
            self.spent += line.amounts.by_funder
        else:
            self.reversals += 1
            self.returned += line.coupon_returned
            self.back -= line.amounts.by_funder

    def take_order(self, expected: Line) -> None:
        """Add the line as its order implies it."""
        self.ordered += expected.amounts.by_funder

    def add(self, other: BatchTally) -> None:
        self.redemptions += other.redemptions
        self.reversals += other.reversals
        self.returned += other.returned
        self.carried += other.carried
        self.spent += other.spent
        self.back += other.back
        self.ordered += other.ordered
        self.wrong_lines.add(other.wrong_lines)
        self.missing_lines.add(other.missing_lines)
        self.wrong_coupons.add(other.wrong_coupons)

    @staticmethod
    def total(tallies: Iterable[BatchTally]) -> BatchTally:
        whole = BatchTally()
        for tally in tallies:
            whole.add(tally)
        return whole


@dataclass(slots=True)
class Reading:
    """The merchant that is being read: its withholdings when reading began, and the sums of its lines so far."""

    withheld: list[Withholding] = field(default_factory=list)
    split: SumsByPayout = field(default_factory=SumsByPayout)


@dataclass(slots=True)
class DayTally:
    """Lines of some merchants of one day: sums `recounted` from the lines, and `stored` by the day's close."""

    batches: dict[str, BatchTally] = field(default_factory=dict)
    recounted: SumsByPayout = field(default_factory=SumsByPayout)
    stored: SumsByPayout = field(default_factory=SumsByPayout)
    merchants: int = 0
    wrong_merchants: Faults = field(default_factory=Faults)
    reading: Reading | None = None

    def of(self, batch_id: str) -> BatchTally:
        return self.batches.setdefault(batch_id, BatchTally())

    def add(self, other: DayTally) -> None:
        for batch_id, tally in other.batches.items():
            self.of(batch_id).add(tally)
        self.recounted.add(other.recounted)
        self.stored.add(other.stored)
        self.merchants += other.merchants
        self.wrong_merchants.add(other.wrong_merchants)

    @staticmethod
    def total(tallies: Iterable[DayTally]) -> DayTally:
        whole = DayTally()
        for tally in tallies:
            whole.add(tally)
        return whole


def expected_lines(order: OrderRecord, purse: Purse) -> dict[str, Line]:
    """The lines that the order must have, by reversal number; the redemption's is "". `purse`: its batch's."""
    if order.state != "redeemed":
        return {}
    reversals = {one.reversal_no: reversal_line(order, one, purse) for one in order.reversals}
    return {"": redemption_line(order, purse), **reversals}


def line_fault(line: Line, order: OrderRecord | None, purse: Purse | None) -> str:
    """How the line differs from what its order implies; empty if it does not. `purse`: of the order's batch."""
    if order is None:
        return "has no order"
    if purse is None:
        return f"has an order of {order.batch_id}, which is not published"
    if line.purse != purse:
        return f"is of {line.purse}, its batch of {purse}"
    expected = expected_lines(order, purse).get(line.reversal_no)
    if expected is None:
        return f"is not a line of its order, which is {order.state} with {len(order.reversals)} reversals"
    if line.amounts != expected.amounts:
        said, ordered = (_said(one.amounts, purse.currency) for one in (line, expected))
        return f"says {said}, its order {ordered}"
    return "" if line == expected else "differs from its order"


def order_fault(order: OrderRecord) -> str:
    """How the order contradicts itself; empty if it does not. Its funders pay its discount, reversals return no more
    than was paid, and at most one of them returns the coupon.
    """
    parts = [order.amounts, *(one.amounts for one in order.reversals)]
    if any(sum(line.amount_minor for line in part.funding) != part.discount_minor for part in parts):
        return "has funders that do not pay its discount"
    back = Amounts.total(part.by_funder for part in parts[1:])
    if not (order.amounts.by_funder - back).below_zero.is_zero:
        return "gave back more than a funder paid"
    if sum(part.payable_minor for part in parts[1:]) > order.amounts.payable_minor:
        return "gave back more than was paid"
    return "returned its coupon twice" if sum(one.coupon_returned for one in order.reversals) > 1 else ""


def coupon_fault(order: OrderRecord, ref: CouponRef | None, batch_number: int, claim: Claim | None) -> str:
    """How the coupon contradicts an order that used it and did not return it; empty if it does not."""
    if ref is None or ref.batch_number != batch_number:
        return "names a coupon that is not of its batch"
    if claim is None or claim.batch_number != batch_number or not ref.index < len(claim.coupons):
        return "names a coupon that does not exist"
    coupon = claim.coupons[ref.index]
    if coupon.order != order_key(order.merchant_id, order.order_no):
        return f"names a coupon that is {coupon.state}, of another order or none"
    reversed_minor = sum(one.amounts.payable_minor for one in order.reversals)
    is_over = bool(order.reversals) and reversed_minor == order.amounts.payable_minor
    expected = "voided" if is_over else "redeemed"
    if coupon.state != expected:
        return f"names a coupon that is {coupon.state}, not {expected}"
    return "" if coupon.use in (None, order.use) else "names a coupon that tells of another use"


def mark_fault(order: OrderRecord, ref: BookingRef | None, record: SlotRecord | None) -> str:
    """How the slot contradicts the order of a check-in; empty if it does not. The mark stays when it is reversed."""
    if ref is None or ref.slot_id != order.slot_id:
        return "names a booking that is not of its slot"
    if record is None or ref.person not in record.booked:
        return "names a place that nobody has"
    mark = record.checked_in.get(ref.person)
    if mark is None or mark.order != order_key(order.merchant_id, order.order_no):
        return f"names a place that is {'marked by another order' if mark else 'not marked'}"
    return "" if mark.at_s == order.at_s else "names a place that was used at another time"


def _said(amounts: LineAmounts, currency: str) -> str:
    minor = amounts.discount_minor, amounts.merchant_match_minor, amounts.payable_minor
    off, match, paid = (money(one, currency) for one in minor)
    return f"{off} off ({amounts.by_funder:{currency}}), {match} match, {paid} paid"

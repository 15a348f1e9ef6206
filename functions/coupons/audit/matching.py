"""Match settlement lines with orders, and with coupons or places of slots, 100 at a time; name what does not match."""

from __future__ import annotations

from typing import NamedTuple

from coupons.damage import Damaged
from coupons.model.batches import PublishedBatch
from coupons.model.claims import Claim
from coupons.model.orders import Line, OrderRecord
from coupons.model.slot_records import SlotRecord
from coupons.model.slots import SlotName
from coupons.model.tallies import DayTally, coupon_fault, expected_lines, line_fault, mark_fault, order_fault
from coupons.money import Purse
from coupons.process.services import Services
from coupons.refusals import NotFound
from coupons.sealing import CouponRef
from coupons.slots.settled import Settled, settled_in
from coupons.stores.audit_reads import LinePlace, OrderPlace
from coupons.times import day_of

NO_PURSE = Purse("nobody", "XXX")
"""The purse of a batch that is not published. XXX is ISO 4217's code for no currency."""


class FiledLine(NamedTuple):
    """A merchant's line. `in_place`: whether its key is the one that its content implies."""

    merchant_id: str
    line: Line
    in_place: bool


class Read(NamedTuple):
    """What lines are matched with: their orders, the orders' other lines that exist, and the claims of the coupons."""

    orders: dict[OrderPlace, OrderRecord]
    there: set[LinePlace]
    claims: dict[tuple[str, bytes], Claim | Damaged]
    slots: dict[str, SlotRecord | Damaged]
    """Those in which orders checked somebody in."""


class Mismatch(NamedTuple):
    """Faults of a line, of its order's other lines, and of the coupon. Each is empty if there is none."""

    line: str
    missing: str
    coupon: str


class Matching:
    """Matches lines of one day and adds the faults to `tally`.

    A mismatch counts only if a second read confirms it: a reversal may have come between the first reads. An order
    returns its coupon once and for good, so the second read shows it.
    """

    def __init__(self, services: Services, day: str, tally: DayTally) -> None:
        self._services, self._day, self._tally = services, day, tally

    def of(self, filed: list[FiledLine]) -> None:
        read = self._read(filed)
        for one in filed:
            found = self._mismatch(one, read)
            self._note(one, self._mismatch(one, self._read([one])) if any(found) else found, read)

    def _read(self, filed: list[FiledLine]) -> Read:
        """Orders first: if one has not changed when it is read again, it was the same when the others were read."""
        orders = self._services.audit_reads.orders(map(_order_of, filed))
        found = [(one, orders[_order_of(one)]) for one in filed if _order_of(one) in orders]
        others = (place for one, order in found for place in self._other_lines(one, order))
        there = self._services.audit_reads.there(others)
        kept = [order for one, order in found if _is_kept(one.line, order)]
        coupons = [self._coupon(order) for order in kept if not order.slot_id]
        claims = self._services.claims.of_persons((batch, ref.person) for batch, ref in coupons if batch and ref)
        names = {name for order in kept if (name := SlotName.of(order.slot_id))}
        slots = self._services.slots.get_many(sorted(names)) if names else {}
        return Read(orders, there, claims, slots)

    def _mismatch(self, one: FiledLine, read: Read) -> Mismatch:
        line, order = one.line, read.orders.get(_order_of(one))
        wrong = "" if one.in_place else "has a wrong key"
        wrong = wrong or line_fault(line, order, self._purse(order)) or (order_fault(order) if order else "")
        if order is None:
            return Mismatch(wrong, "", "")
        if day_of(line.at_s, self._timezone(line)).isoformat() != self._day:
            wrong = wrong or "is filed under another day than its own"
        gone = [place for place in self._other_lines(one, order) if place not in read.there]
        missing = f"has no line of {gone[0][3] or 'its redemption'} on {gone[0][1]}" if gone else ""
        return Mismatch(wrong, missing, self._coupon_fault(order, read) if _is_kept(line, order) else "")

    def _coupon_fault(self, order: OrderRecord, read: Read) -> str:
        if order.slot_id:
            return self._mark_fault(order, read.slots.get(order.slot_id))
        batch, ref = self._coupon(order)
        claim = read.claims.get((batch.claim_key, ref.person)) if batch and ref else None
        if isinstance(claim, Damaged):
            self._services.damages.note(claim)
            return f"names a coupon of a damaged claim: {claim}"
        return coupon_fault(order, ref, batch.number if batch else -1, claim)

    def _mark_fault(self, order: OrderRecord, record: SlotRecord | Damaged | None) -> str:
        if isinstance(record, Damaged):
            self._services.damages.note(record)
            return f"names a place of a damaged slot: {record}"
        opened = self._services.keys.open_booking(order.coupon_id)
        return mark_fault(order, opened[0] if opened else None, record)

    def _note(self, one: FiledLine, found: Mismatch, read: Read) -> None:
        line, order = one.line, read.orders.get(_order_of(one))
        tally = self._tally.of(line.batch_id)
        expected = self._expected(order).get(line.reversal_no) if order else None
        if expected is not None:
            tally.take_order(expected)
        name = f"{one.merchant_id} {self._day} {line.order_no} {line.reversal_no}".rstrip()
        for kind, fault in zip((tally.wrong_lines, tally.missing_lines, tally.wrong_coupons), found, strict=True):
            if fault:
                kind.take(f"{name} {fault}")
        if order is not None and _is_kept(line, order) and not found.coupon:
            tally.carried += 1

    def _other_lines(self, one: FiledLine, order: OrderRecord) -> list[LinePlace]:
        """For a redemption's line the lines of the order's reversals, for a reversal's line that of the redemption."""
        line, timezone = one.line, self._timezone(order)
        wanted = self._expected(order).values()
        others = [other for other in wanted if (other.kind == "redemption") != (line.kind == "redemption")]
        return [
            (one.merchant_id, day_of(other.at_s, timezone).isoformat(), other.order_no, other.reversal_no)
            for other in others
        ]

    def _expected(self, order: OrderRecord) -> dict[str, Line]:
        return expected_lines(order, self._purse(order) or NO_PURSE)

    def _purse(self, order: OrderRecord | None) -> Purse | None:
        found = self._settled(order) if order else None
        return found.purse if found else None

    def _coupon(self, order: OrderRecord) -> tuple[PublishedBatch | None, CouponRef | None]:
        opened = self._services.keys.open_coupon(order.coupon_id)
        return self._services.cache.published_batch(order.batch_id), opened[0] if opened else None

    def _timezone(self, of: OrderRecord | Line) -> str:
        found = self._settled(of)
        return found.timezone if found else "UTC"

    def _settled(self, of: OrderRecord | Line) -> Settled | None:
        """None if its batch is not published, or no programme has its slot."""
        try:
            return settled_in(self._services, of)
        except NotFound:
            return None


def _order_of(one: FiledLine) -> OrderPlace:
    return one.merchant_id, one.line.order_no


def _is_kept(line: Line, order: OrderRecord) -> bool:
    """Whether the coupon is matched with this line: once an order, with its redemption, unless it was returned."""
    return line.kind == "redemption" and not order.coupon_returned

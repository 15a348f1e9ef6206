"""The statement of a merchant's day: its lines, page by page, and the sums of the day once it is closed."""

from __future__ import annotations

from coupons.damage import Damaged, expected
from coupons.model.days import Sums
from coupons.model.orders import Line
from coupons.model.payouts import DaysWithholdings, SumsByPayout, payout_of
from coupons.model.statements import StatementPage, line_place_of
from coupons.process.services import Services
from coupons.settle.day_close import closed_through, known_zones
from coupons.slots.settled import settled_in
from coupons.stores import keys

PAGE_LINES = 500


def settlement_page(services: Services, merchant_id: str, day: str, cursor: str, now_s: int) -> StatementPage:
    """At most 500 lines of `day` after `cursor` (empty: from the first), read strongly.

    A line that cannot be read is left out and named, and then there are no final sums. If the withholdings cannot be
    read, no line is due. Costs the lines and 3 read units; on a closed day also 1 for each 4 KB of sums, and 1 or 2 for
    each withheld order.
    """
    found, after = services.orders.lines(merchant_id, day, line_place_of(cursor), PAGE_LINES)
    broken: list[Damaged] = []
    lines = list(services.damages.sound(found, broken))
    lost = tuple(keys.numbers_of(line.sk) for line in broken)
    # Until the withholdings are read, nothing is due: money that an operator withheld must not be paid out.
    withholdings, day_sums = DaysWithholdings.unknown(day), None
    with services.damages.left_out(broken):
        withholdings = DaysWithholdings(services.registry.withheld(merchant_id), day)
    with services.damages.left_out(broken):
        sums = _final_sums(services, merchant_id, day, now_s)
        day_sums = None if sums is None else split_by_due(services, merchant_id, day, sums, withholdings)
    return StatementPage(
        lines,
        after,
        damaged=len(broken),
        lost=lost,
        withholdings=withholdings,
        day_sums=None if broken else day_sums,
        timezones=tuple(_timezone_of(services, merchant_id, day, line) for line in lines),
    )


def _final_sums(services: Services, merchant_id: str, day: str, now_s: int) -> Sums | None:
    """The sums of the merchant's whole day, zero without lines; None unless the day is closed."""
    settled, merchant = services.days.of_merchant(day, merchant_id)
    if settled is None:
        through = closed_through(services, known_zones(services, services.cache.due_list()), now_s)
        return Sums() if through is not None and day <= through.isoformat() else None
    # The clock may have been set back into the day, and the schedule has not reopened it yet.
    if not settled.closed_at_s or now_s < settled.ends_at_s:
        return None
    if merchant is None:
        return Sums()
    if merchant.damaged:
        raise merchant.damaged
    return merchant.sums if merchant.round == settled.round else None


def _timezone_of(services: Services, merchant_id: str, day: str, line: Line) -> str:
    """Of the line's batch or slot; UTC if that is damaged or unknown, which does not affect the line's money."""
    key = keys.line(merchant_id, day, line.order_no, line.reversal_no)
    with services.damages.left_out(), expected(services.orders.table, **key):
        return settled_in(services, line).timezone
    return "UTC"


def split_by_due(
    services: Services, merchant_id: str, day: str, sums: Sums, withholdings: DaysWithholdings
) -> SumsByPayout:
    """The sums of a closed day by payout. An order with a withholding of its own is moved from the day's to its own."""
    split = SumsByPayout()
    of_day = split.of(payout_of(withholdings.whole_day))
    of_day.add(sums)
    for order_no, withholding in withholdings.by_order.items():
        of_order = Sums()
        for line in services.orders.lines_of_order(merchant_id, day, order_no):
            of_order.take(line)
        of_day.add(of_order, -1)
        split.of(payout_of(withholding)).add(of_order)
    return split

"""A merchant's day: its lines, page by page, what they add up to, and whether that is the last word."""

from __future__ import annotations

from coupons.damage import Damaged, expected
from coupons.model.days import Sums
from coupons.model.orders import Line
from coupons.model.payouts import DaysWithholdings, SumsByPayout, payout_of
from coupons.model.statements import StatementPage, place_of
from coupons.process.services import Services
from coupons.settle.day_close import closed_through
from coupons.stores import keys

PAGE_LINES = 500


def settlement_page(services: Services, merchant_id: str, day: str, cursor: str, now_s: int) -> StatementPage:
    """The lines of `day` after `cursor` (empty: from the start), at most 500, strongly consistent.

    A line that cannot be read is left out, and named; nothing is final then, and nothing is due while nobody knows what
    is withheld. Besides the lines 3 read units, on a closed day 1 for each 4 KB of sums and 1 or 2 for each order that
    is withheld.
    """
    found, after = services.orders.lines(merchant_id, day, place_of(cursor), PAGE_LINES)
    broken: list[Damaged] = []
    lines = list(services.damages.sound(found, broken))
    lost = tuple(keys.numbers_of(line.sk) for line in broken)
    # Money that an operator may have withheld is not paid out because a record of it cannot be read.
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
    """None unless the day is closed; no lines at all add up to nothing, also where nobody had one."""
    settled, merchant = services.days.of_merchant(day, merchant_id)
    if settled is None:
        through = closed_through(services, services.catalog.published_ids(), now_s)
        return Sums() if through is not None and day <= through.isoformat() else None
    # A clock that was set back is felt before the schedule has taken the close back.
    if not settled.closed_at_s or now_s < settled.ends_at_s:
        return None
    if merchant is None:
        return Sums()
    if merchant.damaged:
        raise merchant.damaged
    return merchant.sums if merchant.round == settled.round else None


def _timezone_of(services: Services, merchant_id: str, day: str, line: Line) -> str:
    """Of the line's batch; UTC if that is damaged or unknown, for the line's money stands all the same."""
    key = keys.line(merchant_id, day, line.order_no, line.reversal_no)
    with services.damages.left_out(), expected(services.orders.table, **key):
        return services.cache.batch(line.batch_id).timezone
    return "UTC"


def split_by_due(
    services: Services, merchant_id: str, day: str, sums: Sums, withholdings: DaysWithholdings
) -> SumsByPayout:
    """The sums of a closed day by what is due: all as the day stands, less the orders that stand otherwise."""
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

"""A merchant's day: its lines, page by page, what they add up to, and whether that is the last word."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property

from coupons.damage import Damaged, expected
from coupons.model.days import Sums
from coupons.model.orders import Line
from coupons.model.payouts import DaysWithholdings, Split, standing
from coupons.process.services import Services
from coupons.settle.day_close import closed_through
from coupons.stores import keys

PAGE_LINES = 500


@dataclass(frozen=True)
class Page:
    """`after`: the place `(shard, sort key)` of the last line if there are more.

    `day_sums`: those of all lines of the day, once it is closed; None as long as lines may still come, or if anything
    that they rest on is damaged. `damaged`: how much is, lines of this page and what the whole day rests on.
    `lost`: order and reversal number of each line that cannot be read.
    """

    lines: list[Line]
    after: tuple[int, str] | None
    damaged: int = 0
    lost: tuple[tuple[str, str], ...] = ()
    withholdings: DaysWithholdings = field(default_factory=lambda: DaysWithholdings((), ""))
    day_sums: Split | None = None

    @cached_property
    def split(self) -> Split:
        """This page's lines by what is due; reversals count negative, so pages add up to the day."""
        split = Split()
        for line in self.lines:
            split.of(standing(self.withholdings.of(line.order_no))).take(line)
        return split


def settlement_page(services: Services, merchant_id: str, day: str, cursor: str, now_s: int) -> Page:
    """The lines of `day` after `cursor` (empty: from the start), at most 500, strongly consistent.

    A line that cannot be read is left out, and named; nothing is final then, and nothing is due while nobody knows what
    is withheld. Besides the lines 3 read units, on a closed day 1 for each 4 KB of sums and 1 or 2 for each order that
    is withheld.
    """
    found, after = services.orders.lines(merchant_id, day, read_cursor(cursor), PAGE_LINES)
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
    return Page(lines, after, len(broken), lost, withholdings, None if broken else day_sums)


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


def timezone_of(services: Services, merchant_id: str, day: str, line: Line) -> str:
    """Of the line's batch; UTC if that is damaged or unknown, for the line's money stands all the same."""
    key = keys.line(merchant_id, day, line.order_no, line.reversal_no)
    with services.damages.left_out(), expected(services.orders.table, **key):
        return services.cache.batch(line.batch_id).timezone
    return "UTC"


def split_by_due(services: Services, merchant_id: str, day: str, sums: Sums, withholdings: DaysWithholdings) -> Split:
    """The sums of a closed day by what is due: all as the day stands, less the orders that stand otherwise."""
    split = Split()
    of_day = split.of(standing(withholdings.whole_day))
    of_day.add(sums)
    for order_no, withholding in withholdings.by_order.items():
        of_order = Sums()
        for line in services.orders.lines_of_order(merchant_id, day, order_no):
            of_order.take(line)
        of_day.add(of_order, -1)
        split.of(standing(withholding)).add(of_order)
    return split


def cursor_of(after: tuple[int, str]) -> str:
    return f"{after[0]}~{after[1].replace('#', '~')}"


def read_cursor(cursor: str) -> tuple[int, str]:
    """The inverse of `cursor_of`; a cursor's form is checked at the edge. Empty: the start."""
    if not cursor:
        return 0, ""
    shard, _, sort_key = cursor.partition("~")
    return int(shard), sort_key.replace("~", "#")
